// `tune NET`: times the kernels that each step could take on this adapter, and says whether the plan of the fastest beats the default.
import { generateTensor } from '../../graph/inspect/golden.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import type { Tuning } from '../../graph/plan/tuning.ts';
import { tune as tuneNet } from '../../workers/engine/tune.ts';
import { batched, batchOption } from '../batch.ts';
import { gpuOptions, openGpu, planFor, plannedFor, precisionOf } from '../gpu-device.ts';
import { graphOf } from '../imported.ts';
import { refuseQuantized } from '../source.ts';
import { textTable } from '../text-table.ts';
import { readTuning } from '../tuned.ts';
import { json, type Verb } from '../verb.ts';

export const tune: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Times the kernels that each step of a net could take on this adapter; plan and profile take the result by --tuned.',
  options: [
    {
      name: 'budget',
      value: 'S',
      range: { min: 1, max: 3600, integer: false },
      doc: 'Seconds for the candidates, the most expensive steps first; 10 when not given. The race at the end comes on top.',
    },
    {
      name: 'input',
      value: 'N',
      range: { min: 1, max: 2048, integer: true },
      doc: 'Input height and width in pixels.',
    },
    batchOption,
    ...gpuOptions,
    planFor,
    { name: 'out', value: 'FILE', writes: ['.json'], doc: 'The file of choices to write.' },
    json,
  ],
  async run({ positionals, number, word, flag, output }, console) {
    const file = word('out') === undefined ? undefined : output('out');
    const net = positionals[0] as string;
    refuseQuantized(net);
    const graph = batched(graphOf(net, { input: number('input') }), number('batch'));
    const open = plannedFor(await openGpu(word('adapter')), word('for'));
    const shapes = new Map(graphParams(graph).map(({ name, shape }) => [name, shape]));
    const { tuning } = await tuneNet(open, graph, (name) => generateTensor('tune', name, shapes.get(name) ?? []), {
      precision: precisionOf(open, word('precision')),
      budgetMs: 1000 * (number('budget') ?? 10),
    });
    open.device.destroy();
    const text = JSON.stringify(tuning, undefined, 2);
    file?.save(
      new TextEncoder().encode(`${text}\n`),
      (bytes) => void readTuning(file.path, new TextDecoder().decode(bytes)),
    );
    if (flag('json')) console.out(text);
    else for (const line of report(tuning)) console.out(line);
    return 0;
  },
};

function report({ net, adapter, precision, for: kind, entries, race }: Tuning): string[] {
  const rows = entries.flatMap(({ node, steps, candidates, chosen }) =>
    candidates.map(({ kernel, ms }, i) => [
      i === 0 ? node : '',
      i === 0 ? String(steps) : '',
      kernel,
      ms.toFixed(3),
      kernel === chosen ? (i === 0 ? 'default' : 'chosen') : '',
    ]),
  );
  const changed = entries.filter(({ candidates: [first], chosen }) => first?.kernel !== chosen).length;
  return [
    `${net}, ${precision}, the plan for ${kind === 'gpu' ? 'a GPU' : 'a software adapter'}, on ${adapter.description || adapter.vendor}`,
    '',
    ...textTable(
      [
        { title: 'step' },
        { title: 'alike', right: true },
        { title: 'candidate' },
        { title: 'ms', right: true },
        { title: '' },
      ],
      rows,
    ),
    '',
    `${entries.length} steps timed, another kernel in ${changed}`,
    ...(race.pairs === 0
      ? ['the default stays: no candidate was faster']
      : [
          `${race.pairs} interleaved pairs: tuned ${race.tunedMs.toFixed(3)} ms, default ${race.defaultMs.toFixed(3)} ms, tuned ahead in ${race.wins}; ${race.kept ? 'kept' : 'dropped, the default stays'}`,
        ]),
  ];
}
