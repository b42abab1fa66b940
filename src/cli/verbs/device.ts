// `device`: what this adapter is in its own numbers: ceilings of arithmetic and memory, what a dispatch and a submit cost, the way there and back.
import { reportDevice, type DeviceReport, type Rung, type SizedRate } from '../../workers/engine/device-report.ts';
import type { AdapterIdentity } from '../../workers/engine/device.ts';
import { gpuOptions, openGpu } from '../gpu-device.ts';
import { textTable } from '../text-table.ts';
import { json, type Verb } from '../verb.ts';

export const device: Verb = {
  operands: '',
  count: { min: 0, max: 0 },
  doc: 'Measures an adapter: peaks of arithmetic and memory, cost of dispatches and submits, bandwidth by working set, upload and read-back.',
  options: [...gpuOptions.filter(({ name }) => name === 'adapter'), json],
  async run({ word, flag }, console) {
    const open = await openGpu(word('adapter'));
    const report = await reportDevice(open);
    open.device.destroy();
    const { adapter } = open;
    if (flag('json')) console.out(JSON.stringify({ adapter, ...report }, undefined, 2));
    else for (const line of lines(adapter, report)) console.out(line);
    return 0;
  },
};

const giga = (value: number): string => (value / 1e9).toFixed(2);
const size = (bytes: number): string => (bytes < 2 ** 20 ? `${bytes / 1024} KiB` : `${bytes / 2 ** 20} MiB`);

function lines({ description, vendor, software }: AdapterIdentity, report: DeviceReport): string[] {
  const { peaks } = report;
  const rates = (title: string, rows: readonly SizedRate[]): string[] => [
    '',
    ...textTable(
      [{ title }, { title: 'GB/s', right: true }, { title: 'ms', right: true }],
      rows.map(({ bytes, bytesPerS }) => [size(bytes), giga(bytesPerS), ((bytes / bytesPerS) * 1000).toFixed(4)]),
    ),
  ];
  const ladder = (title: string, rungs: readonly Rung[], each: number): string[] => [
    '',
    ...textTable(
      [{ title }, { title: 'ms', right: true }],
      rungs.map(({ count, ms }) => [String(count), ms.toFixed(4)]),
    ),
    `one more takes ${(1000 * each).toFixed(2)} µs`,
  ];
  return [
    `${description || vendor}${software ? ' (a CPU adapter: these figures say nothing about GPUs)' : ''}`,
    '',
    ...textTable(
      [{ title: 'ceiling' }, { title: '', right: true }, { title: '' }],
      [
        ['arithmetic, f32', giga(peaks.f32MacsPerS), 'GMAC/s'],
        ...(peaks.f16MacsPerS === undefined ? [] : [['arithmetic, f16', giga(peaks.f16MacsPerS), 'GMAC/s']]),
        ...(peaks.i8MacsPerS === undefined ? [] : [['arithmetic, dot4I8Packed', giga(peaks.i8MacsPerS), 'GMAC/s']]),
        ['memory, read and written', giga(peaks.bytesPerS), 'GB/s'],
        ['cache, read', giga(peaks.cacheBytesPerS), 'GB/s'],
        ['launching', (1000 * peaks.launchMs).toFixed(2), 'µs'],
      ],
    ),
    ...ladder('dependent dispatches of a pass', report.dispatches, report.dispatchMs),
    ...ladder('submits', report.submits, report.submitMs),
    ...rates('read from a working set of', report.workingSets),
    ...rates('upload of', report.upload),
    ...rates('read-back of', report.readBack),
  ];
}
