// `plan NET`: the dispatches that a device would run, as a table, as JSON, or as the shaders themselves.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import { plainGpu, plainSoftware } from '../../graph/plan/make-plan.ts';
import { passes } from '../../graph/lower/passes/index.ts';
import { planJson, planRows } from '../../graph/plan/print.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import { batched, batchOption } from '../batch.ts';
import { defaultLimits, planOrSay } from '../fitting.ts';
import { graphOf } from '../imported.ts';
import { refuseQuantized } from '../source.ts';
import { bytes, integer, millions, textTable } from '../text-table.ts';
import { tunedChoices, tunedOption } from '../tuned.ts';
import { json, UsageError, type Verb } from '../verb.ts';

export const plan: Verb = {
  operands: 'NET',
  count: { min: 1, max: 1 },
  doc: 'Prints the plan of a net: kernels, dispatches, the nodes each computes, buffers.',
  options: [
    {
      name: 'for',
      value: 'gpu|software',
      choices: ['gpu', 'software'],
      doc: 'gpu = any GPU: WebGPU’s default limits, no optional features; software = a CPU adapter.',
    },
    {
      name: 'precision',
      value: 'f32|f16',
      choices: ['f32', 'f16'],
      doc: 'Storage of activations and weights; sums are always f32.',
    },
    {
      name: 'input',
      value: 'N',
      range: { min: 1, max: 2048, integer: true },
      doc: 'Input height and width in pixels.',
    },
    batchOption,
    { name: 'without', value: 'PASS,…', doc: `Passes to switch off: ${passes.map((pass) => pass.name).join(', ')}.` },
    tunedOption,
    { name: 'wgsl', doc: 'Print the shaders, each once.' },
    json,
  ],
  run({ positionals, word, number, flag }, console) {
    const net = positionals[0] as string;
    refuseQuantized(net);
    const graph = batched(graphOf(net, { input: number('input') }), number('batch'));
    const precision: Precision = word('precision') === 'f16' ? 'f16' : 'f32';
    const caps = { ...(word('for') === 'software' ? plainSoftware : plainGpu), f16: precision === 'f16' };
    const without = word('without')?.split(',') ?? [];
    const unknown = without.find((name) => !passes.some((pass) => pass.name === name));
    if (unknown !== undefined)
      throw new UsageError(
        `--without: no pass is called "${unknown}"; known: ${passes.map(({ name }) => name).join(', ')}.`,
      );
    const options = { caps, precision, without, limits: defaultLimits };
    const choices = tunedChoices(word('tuned'), graph, options, 'plan', console);
    const made = planOrSay(graph, { ...options, ...(choices && { choices }) }, (input) =>
      batched(graphOf(net, { input }), number('batch')),
    );
    if (flag('json')) console.out(JSON.stringify(planJson(made), undefined, 2));
    else if (flag('wgsl')) for (const line of shaders(made)) console.out(line);
    else for (const line of table(made)) console.out(line);
    return 0;
  },
};

function table(made: Plan): string[] {
  const { dispatches, submits, input, batch } = planJson(made);
  return [
    `${made.net}, input ${input.join('×')}${batch > 1 ? `, ${batch} together` : ''}, for ${made.for}, ${made.precision}: ${dispatches.length} dispatches, ${submits} ${submits === 1 ? 'submit' : 'submits'}`,
    '',
    ...textTable(
      [
        { title: '#', right: true },
        { title: 'kernel' },
        { title: 'workgroups' },
        { title: 'slots' },
        { title: 'M MACs', right: true },
        { title: 'nodes' },
      ],
      planRows(made),
    ),
    '',
    `${made.modules.length} shaders; weights ${bytes(made.weightBytes)}; activations ${bytes(made.activationBytes)} in ${made.slots.length} buffers (${made.slots.map(integer).join(', ')} B), at least ${bytes(made.activationLowerBound)}`,
    `${millions(made.dispatches.reduce((sum, dispatch) => sum + dispatch.macs, 0))} M MACs`,
  ];
}

function shaders(made: Plan): string[] {
  return made.modules.flatMap((wgsl, module) => {
    const users = made.dispatches.flatMap((dispatch, index) => (dispatch.module === module ? [index] : []));
    const first = made.dispatches[users[0] as number];
    return [`// ${first?.kernel ?? ''}, dispatches ${users.join(', ')}`, wgsl];
  });
}
