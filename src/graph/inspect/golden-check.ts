// Holds a net against a golden record: names, shapes, counts, every checkpoint and the logits, on whatever device `execute` runs.
import type { Shape } from '../../gpu-kernels/op.ts';
import {
  checkCounts,
  checkParameters,
  relativeTo,
  tolerances,
  type GoldenReport,
  type GoldenRun,
  type Outputs,
} from './golden-parts.ts';
import { generateInput, generateTensor, type GoldenRecord } from './golden.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { nchwToNhwc, nhwcToNchw, spread } from '../ir/reference.ts';

export type { GoldenReport } from './golden-parts.ts';

/** Runs the record. Throws only what `build` and `execute` throw. */
export async function checkRecord(
  record: GoldenRecord,
  run: GoldenRun,
  precision: keyof typeof tolerances = 'f32',
): Promise<GoldenReport> {
  const graph = run.build(record.input_size);
  const failures: string[] = [];
  const { sameOrder, fits } = checkParameters(record, graph, failures);
  checkCounts(record, record.input_size, graph, run, failures);
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

function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
