// Holds a net against a golden record: names, shapes, counts, every checkpoint and the logits, on whatever device `execute` runs.
import type { Shape } from '../../gpu-kernels/op.ts';
import { accounting } from '../cost/cost.ts';
import { generateInput, generateTensor, type GoldenRecord } from './golden.ts';
import type { InferredGraph, Params } from '../ir/graph.ts';
import { nchwToNhwc, nhwcToNchw, spread } from '../ir/reference.ts';
import { graphParams } from '../weights/weights.ts';

export interface GoldenRun {
  /** The record's model at `size` pixels. */
  build(size: number): InferredGraph;
  /** Outputs by node id, channel last, at least the graph's outputs and `keep`. */
  execute(
    graph: InferredGraph,
    params: Params,
    inputNhwc: Float32Array,
    keep: readonly string[],
  ): Outputs | Promise<Outputs>;
}
type Outputs = ReadonlyMap<string, Float32Array>;

export interface GoldenReport {
  readonly model: string;
  readonly inputSize: number;
  readonly passed: boolean;
  /** What failed, one sentence each; empty when passed. */
  readonly failures: readonly string[];
  /** Largest difference of any checkpoint or logit, in standard deviations of that tensor; NaN when nothing could be compared. */
  readonly worst: number;
  /** Where the worst difference stands: a stage name or `logits`. */
  readonly worstAt: string;
  /** True when parameters also come in the record's order (not required: checkpoints load by name). */
  readonly sameOrder: boolean;
}

/** Largest accepted difference in standard deviations (golden/README.md): single and half precision. */
export const tolerances = { f32: 1e-3, f16: 5e-2 } as const;

/** Runs the record. Throws only what `build` and `execute` throw. */
export async function checkRecord(
  record: GoldenRecord,
  run: GoldenRun,
  precision: keyof typeof tolerances = 'f32',
): Promise<GoldenReport> {
  const graph = run.build(record.input_size);
  const failures: string[] = [];
  const { sameOrder, fits } = checkParameters(record, graph, failures);
  checkCounts(record, graph, run, failures);
  let worst = NaN;
  let worstAt = '';
  if (fits) {
    const params = new Map(record.parameters.map(([name, shape]) => [name, generateTensor(record.salt, name, shape)]));
    const inputShape = graph.facts.get(graph.inputs[0] ?? '')?.shape as Shape;
    const picture = generateInput(record.salt, record.input_size, inputShape[3]);
    const stages = new Map(graph.stages.map((stage) => [stage.name, stage.node]));
    const keep = record.checkpoints.map(({ after }) => stages.get(after)).filter((id) => id !== undefined);
    const values = await run.execute(graph, params, nchwToNhwc(picture, inputShape), keep);
    for (const { where, relative } of differences(record, graph, values, stages, failures)) {
      if (!(relative <= tolerances[precision])) {
        failures.push(`${where}: off by ${relative.toExponential(1)} standard deviations`);
      }
      // NaN is worse than any number.
      if (worstAt === '' || relative > worst || Number.isNaN(relative)) [worst, worstAt] = [relative, where];
    }
    if (precision === 'f16') {
      const logits = values.get(graph.outputs[0] ?? '') ?? [];
      if (argMax(logits) !== argMax(record.logits)) failures.push('the largest logit is another class');
    }
  }
  return {
    model: record.model,
    inputSize: record.input_size,
    passed: failures.length === 0,
    failures,
    worst,
    worstAt,
    sameOrder,
  };
}

function checkParameters(
  record: GoldenRecord,
  graph: InferredGraph,
  failures: string[],
): { sameOrder: boolean; fits: boolean } {
  const ours = graphParams(graph);
  const theirs = new Map(record.parameters);
  const names = new Set(ours.map(({ name }) => name));
  const missing = [...theirs.keys()].filter((name) => !names.has(name));
  const unexpected = ours.filter(({ name }) => !theirs.has(name)).map(({ name }) => name);
  const reshaped = ours.filter(({ name, shape }) => theirs.has(name) && String(theirs.get(name)) !== String(shape));
  if (missing.length > 0) failures.push(`the net lacks ${missing.length} parameters: ${some(missing)}`);
  if (unexpected.length > 0)
    failures.push(`the net has ${unexpected.length} parameters that the record lacks: ${some(unexpected)}`);
  if (reshaped.length > 0) {
    const worded = reshaped.map(
      ({ name, shape }) => `${name} is [${String(shape)}], expected [${String(theirs.get(name))}]`,
    );
    failures.push(`${reshaped.length} parameters are of another shape: ${some(worded)}`);
  }
  const sameOrder =
    ours.length === record.parameters.length && ours.every(({ name }, i) => name === record.parameters[i]?.[0]);
  return { sameOrder, fits: missing.length + unexpected.length + reshaped.length === 0 };
}

const some = (names: readonly string[]): string => names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');

function checkCounts(record: GoldenRecord, graph: InferredGraph, run: GoldenRun, failures: string[]): void {
  const compare = (what: string, found: number, expected: number): void => {
    if (found !== expected) failures.push(`${what} is ${found}, expected ${expected}`);
  };
  compare('param_count', accounting(graph).total.params, record.param_count);
  const atInput = countsOf(graph);
  const native = record.at_native.size === record.input_size ? atInput : countsOf(run.build(record.at_native.size));
  for (const key of ['macs_conv', 'macs_linear', 'conv_outputs'] as const) {
    compare(`at_input.${key}`, atInput[key], record.at_input[key]);
    compare(`at_native.${key} (${record.at_native.size} px)`, native[key], record.at_native[key]);
  }
}

function countsOf(graph: InferredGraph): { macs_conv: number; macs_linear: number; conv_outputs: number } {
  const { macs, convOutputs } = accounting(graph).total;
  return { macs_conv: macs.conv, macs_linear: macs.linear, conv_outputs: convOutputs };
}

function* differences(
  record: GoldenRecord,
  graph: InferredGraph,
  values: Outputs,
  stages: ReadonlyMap<string, string>,
  failures: string[],
): Generator<{ where: string; relative: number }> {
  for (const { after, shape_nchw, mean, std, first8 } of record.checkpoints) {
    const node = stages.get(after);
    const own = node === undefined ? undefined : values.get(node);
    if (node === undefined || !own) {
      failures.push(`the net has no stage ${after}`);
      continue;
    }
    const shape = graph.facts.get(node)?.shape as Shape;
    const inOrder = shape.length === 4 ? [shape[0], shape[3], shape[1], shape[2]] : shape;
    if (String(inOrder) !== String(shape_nchw)) {
      failures.push(`${after} is [${String(inOrder)}], expected [${String(shape_nchw)}]`);
      continue;
    }
    const ordered = shape.length === 4 ? nhwcToNchw(own, shape) : own;
    const found = spread(ordered);
    const gaps = first8.map((value, i) => (ordered[i] as number) - value);
    yield { where: after, relative: relativeTo(found.std, [found.mean - mean, found.std - std, ...gaps]) };
  }
  const logits = values.get(graph.outputs[0] ?? '');
  if (logits?.length !== record.logits.length) {
    failures.push(`the net has ${logits?.length ?? 0} logits, expected ${record.logits.length}`);
    return;
  }
  const gaps = record.logits.map((value, i) => (logits[i] as number) - value);
  const { std } = spread(logits);
  // One logit has no spread: it is held against its own size.
  const unit = logits.length === 1 ? Math.abs(logits[0] as number) : std;
  const spreadGap = logits.length === 1 ? [] : [std - record.logits_std];
  yield { where: 'logits', relative: relativeTo(unit, [...gaps, ...spreadGap]) };
}

/** Largest magnitude in units of `std`, the net's own, which no record can stretch; NaN if any value is NaN, 0 if nothing differs (also where a constant tensor has std 0). */
function relativeTo(std: number, gaps: readonly number[]): number {
  const largest = gaps.reduce((most, gap) => Math.max(most, Math.abs(gap)), 0);
  return largest === 0 ? 0 : largest / std;
}

function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
