// `table NET…|SPACE`: the latency table of this device, one dispatch an entry, with what its predictions of whole nets are worth.
import { worthOf, type LatencyTable } from '../../graph/search/latency/table.ts';
import { readSpace } from '../../graph/search/space/read.ts';
import { shippedSpaces } from '../../graph/search/spaces/index.ts';
import { measureTable, type TableWork } from '../../workers/engine/latency-table.ts';
import { readText } from '../files.ts';
import { gpuOptions, openGpu, planFor, plannedFor, precisionOf } from '../gpu-device.ts';
import { graphOf } from '../imported.ts';
import { readTable } from '../latency.ts';
import { drawnNets, openSpace } from '../spaces.ts';
import { textTable } from '../text-table.ts';
import { json, UsageError, type Console, type Verb } from '../verb.ts';

export const table: Verb = {
  operands: 'NET…|SPACE',
  count: { min: 1, max: 200 },
  doc: 'Times every dispatch of nets, or of nets drawn from a search space, once each on this adapter, and says how well the sums predict whole nets.',
  options: [
    {
      name: 'calibrate',
      value: 'N',
      range: { min: 2, max: 100, integer: true },
      doc: 'Nets drawn from a space that are measured whole, to fit what a net costs besides its dispatches; 8 when not given.',
    },
    {
      name: 'check',
      value: 'N',
      range: { min: 0, max: 200, integer: true },
      doc: 'Other nets drawn that are measured whole, to compare; 20 when not given.',
    },
    {
      name: 'seed',
      value: 'S',
      range: { min: 0, max: 1e9, integer: true },
      doc: 'Seed of the draws (0).',
    },
    {
      name: 'input',
      value: 'N',
      range: { min: 1, max: 2048, integer: true },
      doc: 'Input height and width of NETs in pixels.',
    },
    ...gpuOptions,
    planFor,
    { name: 'out', value: 'FILE', writes: ['.json'], doc: 'The table to write.' },
    json,
  ],
  async run({ positionals, number, word, flag, output }, console) {
    const file = word('out') === undefined ? undefined : output('out');
    const work = workOf(positionals, { number, word }, console);
    const open = plannedFor(await openGpu(word('adapter')), word('for'));
    const found = await measureTable(open, work, { precision: precisionOf(open, word('precision')) });
    open.device.destroy();
    const text = JSON.stringify(found, undefined, 2);
    file?.save(
      new TextEncoder().encode(`${text}\n`),
      (bytes) => void readTable(file.path, new TextDecoder().decode(bytes)),
    );
    if (flag('json')) console.out(text);
    else for (const line of report(found)) console.out(line);
    return 0;
  },
};

const namesSpace = (name: string): boolean =>
  shippedSpaces.has(name) ||
  (name.endsWith('.arch') &&
    readSpace(readText(name)).lines.some(
      ({ alternatives, each }) => each || alternatives.length > 1 || alternatives[0]!.some((part) => 'options' in part),
    ));

function workOf(
  names: readonly string[],
  { number, word }: { number(name: string): number | undefined; word(name: string): string | undefined },
  console: Console,
): TableWork {
  const [name = ''] = names;
  const spaces = names.filter(namesSpace);
  if (spaces.length === 0) {
    const only = ['calibrate', 'check', 'seed'].find((option) => word(option) !== undefined);
    if (only) throw new UsageError(`--${only} draws from a space, and ${name} is a net; leave it away.`);
    const nets = names.map((net) => graphOf(net, { input: number('input') }));
    return { nets, calibration: nets, check: [] };
  }
  if (names.length > 1) throw new UsageError(`Give one space, or nets: ${spaces[0]} is a space.`);
  if (word('input') !== undefined)
    throw new UsageError('a space says its input size in its own line "input"; leave --input away.');
  const [calibration, check] = [number('calibrate') ?? 8, number('check') ?? 20];
  const drawn = drawnNets(openSpace(name, console), calibration + check, number('seed') ?? 0);
  return { nets: [], calibration: drawn.slice(0, calibration), check: drawn.slice(calibration) };
}

function report(found: LatencyTable): string[] {
  const rows = Object.entries(found.entries)
    .sort(([, a], [, b]) => b.ms - a.ms)
    .map(([signature, { ms, interval, runs, kernel, macs, bytes }]) => [
      signature,
      kernel,
      ms.toFixed(4),
      interval ? ((interval[1] - interval[0]) / 2).toFixed(4) : '',
      String(runs),
      (macs / 1e6).toFixed(3),
      (bytes / 1e6).toFixed(3),
    ]);
  const { calibration } = found;
  return [
    ...textTable(
      [
        { title: 'signature' },
        { title: 'kernel' },
        { title: 'ms', right: true },
        { title: '±', right: true },
        { title: 'runs', right: true },
        { title: 'MMAC', right: true },
        { title: 'MB', right: true },
      ],
      rows,
    ),
    '',
    `${rows.length} signatures, ${found.precision}, the plan for ${found.for === 'gpu' ? 'a GPU' : 'a software adapter'}`,
    ...(calibration
      ? [
          `a net takes ${calibration.baseMs.toFixed(3)} ms + the sum of its dispatches + ${calibration.dispatchMs.toFixed(4)} ms a dispatch (fitted on ${calibration.nets} nets measured whole)`,
        ]
      : []),
    worthOf(found),
  ];
}
