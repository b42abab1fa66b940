// What the two contracts of golden records have in common: how a record is run, its report, names, shapes and counts.
import { accounting } from '../cost/cost.ts';
import type { InferredGraph, Params } from '../ir/graph.ts';
import { graphParams } from '../weights/weights.ts';
import type { GoldenRecord } from './golden.ts';

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
export type Outputs = ReadonlyMap<string, Float32Array>;

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

export function checkParameters(
  record: Pick<GoldenRecord, 'parameters'>,
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

export function checkCounts(
  record: Pick<GoldenRecord, 'param_count' | 'at_input' | 'at_native'>,
  inputSize: number,
  graph: InferredGraph,
  run: GoldenRun,
  failures: string[],
  unit = 'px',
): void {
  const compare = (what: string, found: number, expected: number): void => {
    if (found !== expected) failures.push(`${what} is ${found}, expected ${expected}`);
  };
  compare('param_count', accounting(graph).total.params, record.param_count);
  const atInput = countsOf(graph);
  const native = record.at_native.size === inputSize ? atInput : countsOf(run.build(record.at_native.size));
  for (const key of ['macs_conv', 'macs_linear', 'conv_outputs'] as const) {
    compare(`at_input.${key}`, atInput[key], record.at_input[key]);
    compare(`at_native.${key} (${record.at_native.size} ${unit})`, native[key], record.at_native[key]);
  }
}

function countsOf(graph: InferredGraph): { macs_conv: number; macs_linear: number; conv_outputs: number } {
  const { macs, convOutputs } = accounting(graph).total;
  return { macs_conv: macs.conv, macs_linear: macs.linear, conv_outputs: convOutputs };
}

/** Largest magnitude in units of `std`, the net's own, which no record can stretch; NaN if any value is NaN, 0 if nothing differs (also where a constant tensor has std 0). */
export function relativeTo(std: number, gaps: readonly number[]): number {
  const largest = gaps.reduce((most, gap) => Math.max(most, Math.abs(gap)), 0);
  return largest === 0 ? 0 : largest / std;
}
