// `op NAME --shape …`: one operator by itself on this adapter: right or wrong against its reference, and what its dispatches cost.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import { didYouMean } from '../arguments.ts';
import { ShapeError, type Shape } from '../../gpu-kernels/op.ts';
import { ops as registry, type OpName } from '../../gpu-kernels/ops/index.ts';
import { generateInput, generateTensor } from '../../graph/inspect/golden.ts';
import { GraphBuilder } from '../../graph/ir/builder.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { runReference } from '../../graph/ir/reference.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import type { Estimate } from '../../workers/engine/estimate.ts';
import { Program } from '../../workers/engine/program.ts';
import { profile } from '../../workers/engine/timing.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import type { OpenDevice } from '../../workers/engine/device.ts';
import { planOrSay } from '../fitting.ts';
import { gpuOptions, openGpu, planFor, plannedFor, precisionOf } from '../gpu-device.ts';
import { textTable } from '../text-table.ts';
import { json, NetError, UsageError, type Verb } from '../verb.ts';

/** With its batch. */
const shapeText = (shape: Shape): string => shape.join('×');

interface OpTime {
  readonly kernel: string;
  readonly ms: number;
  readonly interval: readonly [lowMs: number, highMs: number] | null;
  readonly runs: number;
}

/** One row of `op --json`; stable. */
interface OpJson {
  readonly op: string;
  readonly attrs: unknown;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  readonly macs: number;
  /** Read and written by all dispatches. */
  readonly bytes: number;
  /** Sum of the dispatches. */
  readonly ms: number;
  readonly gmacPerS: number;
  readonly gbPerS: number;
  readonly dispatches: readonly OpTime[];
  /** Largest difference to the reference, in standard deviations of the reference's output. */
  readonly worstError: number;
}

export const op: Verb = {
  operands: 'NAME',
  count: { min: 1, max: 1 },
  doc: 'Runs one operator at given shapes with made-up values: compared with its reference, and timed dispatch by dispatch.',
  options: [
    {
      name: 'shape',
      value: 'NxHxWxC',
      doc: 'Shape of the input, channels last; of several inputs with commas between them. Several cases with ";" between them.',
    },
    {
      name: 'attrs',
      value: 'JSON',
      doc: 'Attributes, for example {"out":64,"kernel":[3,3],"stride":[2,2],"padding":1}.',
    },
    {
      name: 'runs',
      value: 'N',
      range: { min: 1, max: 10000, integer: true },
      doc: 'Runs that times are taken of; 20 when not given.',
    },
    ...gpuOptions,
    planFor,
    { name: 'csv', doc: 'Print comma-separated values instead of a table.' },
    json,
  ],
  async run({ positionals, number, word, flag }, console) {
    const name = positionals[0] as OpName;
    if (!(name in registry))
      throw new UsageError(
        `there is no operator "${name}"${didYouMean(name, Object.keys(registry))} "ops" lists them.`,
      );
    const cases = shapesOf(word('shape')).map((inputs) => opGraph(name, inputs, attrsOf(word('attrs'))));
    const open = plannedFor(await openGpu(word('adapter')), word('for'));
    const rows: OpJson[] = [];
    for (const graph of cases)
      rows.push(await timed(open, graph, precisionOf(open, word('precision')), number('runs') ?? 20));
    const { description, software } = open.adapter;
    open.device.destroy();
    if (flag('json')) console.out(JSON.stringify({ adapter: { description, software }, rows }, undefined, 2));
    else if (flag('csv')) for (const line of csv(rows)) console.out(line);
    else
      for (const line of report(
        rows,
        software ? `${description} (a CPU adapter: these times say nothing about GPUs)` : description,
      ))
        console.out(line);
    return 0;
  },
};

/** `1x56x56x64,1x56x56x64;1x28x28x64` → the inputs of each case. */
function shapesOf(text: string | undefined): Shape[][] {
  if (text === undefined)
    throw new UsageError('--shape is missing: give the shape of the input, for example --shape 1x56x56x64.');
  return text.split(';').map((one) =>
    one.split(',').map((shape) => {
      const sides = shape.trim().split(/[x×]/).map(Number);
      if (
        sides.length < 2 ||
        sides.length > 4 ||
        sides.some((side) => !Number.isInteger(side) || side < 1 || side > 65536)
      )
        throw new UsageError(
          `--shape "${shape}": a shape is two to four whole numbers, the batch first, for example 1x56x56x64.`,
        );
      return sides;
    }),
  );
}

function attrsOf(text = '{}'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`--attrs "${text}" is no JSON; write it as {"out":64,"kernel":[3,3]}.`);
  }
}

function opGraph(name: OpName, inputs: readonly Shape[], attrs: unknown): InferredGraph {
  const builder = new GraphBuilder(name);
  try {
    const ids = inputs.map((shape, i) => builder.input(shape, inputs.length === 1 ? 'input' : `input${i}`));
    builder.add('op', name, attrs, ids);
    return builder.graph();
  } catch (error) {
    if (error instanceof ShapeError)
      throw new NetError(
        `${name} at ${inputs.map(shapeText).join(', ')}: ${error.message.replace(`${name}: `, '')}${error.fix ? `; ${error.fix}` : ''}.`,
      );
    throw error;
  }
}

async function timed(open: OpenDevice, graph: InferredGraph, precision: Precision, runs: number): Promise<OpJson> {
  const plan = planOrSay(graph, { caps: open.capabilities, limits: open.limits, precision });
  const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('op', name, shape)]));
  const shapes = graph.inputs.map((id) => graph.facts.get(id)!.shape);
  // Values of a picture's size and spread, whatever the rank.
  const inputs = shapes.map((shape, i) =>
    generateInput(
      `op ${i}`,
      1,
      shape.reduce((a, b) => a * b, 1),
      1,
    ),
  );
  const program = await Program.load(open, plan, (name) => params.get(name)!, {
    rate: firstRate(open.adapter.software),
  });
  try {
    const [found] = (await program.run(inputs)) as [Float32Array];
    const times = await profile(program, inputs, { runs });
    const node = graph.nodes.find(({ id }) => id === 'op')!;
    const { shape: output, macs } = graph.facts.get('op')!;
    const wanted = runReference(graph, params, new Map(graph.inputs.map((id, i) => [id, inputs[i]!]))).get('op')!;
    const ms = times.dispatchMs.reduce((sum, one) => sum + one, 0);
    const bytes = plan.dispatches.reduce((sum, dispatch) => sum + dispatch.bytes, 0);
    return {
      op: node.op,
      attrs: node.attrs,
      inputs: shapes,
      output,
      macs,
      bytes,
      ms,
      gmacPerS: ms > 0 ? macs / ms / 1e6 : 0,
      gbPerS: ms > 0 ? bytes / ms / 1e6 : 0,
      dispatches: plan.dispatches.map(({ kernel }, i) => {
        const { ms: own, interval, runs: count } = times.estimates[i] as Estimate;
        return { kernel, ms: own, interval: interval ?? null, runs: count };
      }),
      worstError: worstError(found, wanted),
    };
  } finally {
    program.destroy();
  }
}

function worstError(found: Float32Array, wanted: Float32Array): number {
  const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length;
  const deviation = Math.sqrt(wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / wanted.length);
  const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
  return worst === 0 ? 0 : worst / (deviation || 1);
}

const columns = ['inputs', 'output', 'ms', '±', 'MMAC', 'MB', 'GMAC/s', 'GB/s', 'error', 'kernels'] as const;

const cells = (row: OpJson): string[] => [
  row.inputs.map(shapeText).join(', '),
  shapeText(row.output),
  row.ms.toFixed(4),
  (row.dispatches.reduce((sum, { interval }) => sum + (interval ? interval[1] - interval[0] : 0), 0) / 2).toFixed(4),
  (row.macs / 1e6).toFixed(3),
  (row.bytes / 1e6).toFixed(3),
  row.gmacPerS.toFixed(2),
  row.gbPerS.toFixed(2),
  row.worstError.toExponential(1),
  row.dispatches.map(({ kernel }) => kernel).join(' + '),
];

const csv = (rows: readonly OpJson[]): string[] =>
  [[...columns], ...rows.map(cells)].map((row) =>
    row.map((cell) => (/[,"]/.test(cell) ? `"${cell}"` : cell)).join(','),
  );

function report(rows: readonly OpJson[], adapter: string): string[] {
  const titles = columns.map((title) => ({ title, right: !['inputs', 'output', 'kernels'].includes(title) }));
  const { doc } = registry[rows[0]!.op as OpName];
  return [
    `${rows[0]!.op}: ${doc}`,
    adapter,
    '',
    ...textTable(titles, rows.map(cells)),
    '',
    'error: largest difference to the reference, in standard deviations of its output',
  ];
}
