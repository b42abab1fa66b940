// A report of a device as rows and series: what the page, the print and the table twins show.
import type { Axis, Series } from '../../../parts/charts/line-chart.ts';
import { byteRate, bytes, milliseconds, si } from '../../../parts/format.ts';
import type { DeviceReport, SizedRate } from '../../../../workers/engine/device-report.ts';
import { boundWords, rooflinePoint } from '../../../../workers/engine/bound.ts';
import type { Peaks } from '../../../../workers/engine/peaks.ts';
import { nodesText } from '../../../../graph/plan/print.ts';
import type { RunRecord } from '../../../state/measurements/record.ts';
import { boundEvidence } from '../bound-evidence.ts';

export type SheetRow = readonly string[];

export const ceilings = ({ peaks, dispatchMs, submitMs }: DeviceReport): SheetRow[] => [
  ['Arithmetic, 32-bit floats', si(peaks.f32MacsPerS, 'MAC/s'), 'independent chains of vec4 multiply-adds'],
  [
    'Arithmetic, 16-bit floats',
    peaks.f16MacsPerS === undefined ? 'not offered' : si(peaks.f16MacsPerS, 'MAC/s'),
    peaks.f16MacsPerS === undefined ? 'the adapter has no shader-f16' : 'the same in vec4<f16>',
  ],
  [
    'Arithmetic, 8-bit integers',
    peaks.i8MacsPerS === undefined ? 'not offered' : si(peaks.i8MacsPerS, 'MAC/s'),
    peaks.i8MacsPerS === undefined ? 'the language here has no packed dot product' : 'dot4I8Packed, four a call',
  ],
  ['Memory', byteRate(peaks.bytesPerS), 'read and written, buffers larger than caches'],
  ['Cache', byteRate(peaks.cacheBytesPerS), 'read from a window of 512 KiB'],
  ['One more dispatch', milliseconds(dispatchMs), 'slope of the ladder of dependent, empty dispatches in a pass'],
  ['One more submit', milliseconds(submitMs), 'slope of the ladder of submits, by the wall clock'],
];

export const ladder = ({ dispatches, submits }: DeviceReport): readonly Series[] =>
  (
    [
      ['dispatches of a pass', dispatches],
      ['submits', submits],
    ] as const
  ).map(([name, rungs]) => ({
    name,
    points: rungs.map(({ count, ms }) => ({
      x: count,
      y: ms,
      text: `${count} ${name}: ${milliseconds(ms)}`,
    })),
  }));
export const ladderAxes: readonly [Axis, Axis] = [
  { title: 'how many', log: true, text: String, ticks: [1, 4, 16, 64, 256, 512] },
  { title: 'time', log: true, text: milliseconds },
];

export const bandwidth = ({ workingSets }: DeviceReport): readonly Series[] => [
  {
    name: 'read',
    points: workingSets.map(({ bytes: size, bytesPerS }) => ({
      x: size,
      y: bytesPerS,
      text: `${bytes(size)} read over and over: ${byteRate(bytesPerS)}`,
    })),
  },
];
export const bandwidthAxes = ({ workingSets }: DeviceReport): readonly [Axis, Axis] => [
  { title: 'working set', log: true, text: (size) => bytes(size), ticks: workingSets.map((set) => set.bytes) },
  { title: 'bandwidth', zero: true, text: byteRate },
];

export const rateRows = (rates: readonly SizedRate[]): SheetRow[] =>
  rates.map(({ bytes: size, bytesPerS }) => [
    bytes(size),
    byteRate(bytesPerS),
    milliseconds((size / bytesPerS) * 1000),
  ]);
export const rungRows = (rungs: DeviceReport['dispatches']): SheetRow[] =>
  rungs.map(({ count, ms }) => [String(count), milliseconds(ms), milliseconds(ms / count)]);

/** Every dispatch of a measured net under these ceilings. */
export function rooflineRows({ dispatches, precision }: RunRecord, peaks: Peaks): SheetRow[] {
  return dispatches.map((dispatch, index) => {
    const point = rooflinePoint(dispatch, peaks, precision);
    return [
      `${index} ${nodesText(dispatch.from)}`,
      dispatch.kernel,
      milliseconds(dispatch.ms),
      point ? boundWords[point.bound].replace('bound by ', '') : '–',
      point ? boundEvidence(point) : 'it took no time that the clock resolves',
    ];
  });
}
