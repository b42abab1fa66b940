// Golden records of nets with several outputs, named results or a wave as input (contract 2).
import * as v from 'valibot';
import { elements, type Shape } from '../../gpu-kernels/op.ts';
import { taskNames } from '../architecture.ts';
import { limits } from '../limits.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { nchwToNhwc, nhwcToNchw, spread } from '../ir/reference.ts';
import {
  checkCounts,
  checkParameters,
  relativeTo,
  tolerances,
  type GoldenReport,
  type GoldenRun,
  type Outputs,
} from './golden-parts.ts';
import { generateInput, generateTensor, goldenRecordSchema, parseGoldenRecord, type GoldenRecord } from './golden.ts';

const { parameters, param_count, at_input, model, reference, salt, checkpoints } = goldenRecordSchema.entries;
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shape = v.pipe(v.array(whole), v.maxLength(4));
const moments = { mean: v.number(), std: v.number(), first8: v.array(v.number()) };
const named = v.object({ name: v.string(), shape, ...moments });

const taskRecordSchema = v.object({
  contract: v.literal(2),
  model,
  reference,
  salt,
  task: v.picklist(taskNames),
  /** The net's text at its native size. */
  arch: v.pipe(v.string(), v.maxLength(limits.textBytes)),
  input: v.object({
    kind: v.picklist(['picture', 'wave']),
    shape: v.tuple([v.literal(1), whole, whole, v.pipe(whole, v.minValue(1), v.maxValue(limits.samples))]),
    rate: v.optional(whole),
  }),
  param_count,
  at_input,
  at_native: v.object({
    macs_conv: whole,
    macs_linear: whole,
    conv_outputs: whole,
    /** Side of the picture, or samples. */
    size: v.pipe(whole, v.minValue(1), v.maxValue(limits.samples)),
  }),
  parameters,
  checkpoints,
  taps: v.optional(v.array(named), []),
  gates: v.optional(v.array(named), []),
  /** All values, or `[flat index, value]` at some places; NCHW for maps. */
  outputs: v.pipe(
    v.array(
      v.object({
        ...named.entries,
        values: v.optional(v.array(v.number())),
        at: v.optional(v.array(v.tuple([whole, v.number()]))),
      }),
    ),
    v.minLength(1),
  ),
});
type TaskRecord = v.InferOutput<typeof taskRecordSchema>;

/** A record of either contract, or a sentence that says where the text is wrong. */
export function parseRecord(text: string): { record: GoldenRecord } | { task: TaskRecord } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return parseGoldenRecord(text);
  }
  if (typeof json !== 'object' || json === null || !('contract' in json) || json.contract !== 2)
    return parseGoldenRecord(text);
  const parsed = v.safeParse(taskRecordSchema, json);
  if (parsed.success) return { task: parsed.output };
  const issue = parsed.issues[0];
  return { problem: `not a golden record of contract 2: ${v.getDotPath(issue) ?? 'the top level'}: ${issue.message}` };
}

export const inputSizeOf = ({ input }: TaskRecord): number => input.shape[3];

/** Runs the record. Throws only what `build` and `execute` throw. */
export async function checkTaskRecord(
  record: TaskRecord,
  run: GoldenRun,
  precision: keyof typeof tolerances = 'f32',
): Promise<GoldenReport> {
  const size = inputSizeOf(record);
  const graph = run.build(size);
  const failures: string[] = [];
  const { sameOrder, fits } = checkParameters(record, graph, failures);
  checkCounts(record, size, graph, run, failures, record.input.kind === 'wave' ? 'samples' : 'px');
  const report = { model: record.model, inputSize: size, sameOrder };
  if (!fits) return { ...report, passed: false, failures, worst: NaN, worstAt: '' };
  const params = new Map(record.parameters.map(([name, sizes]) => [name, generateTensor(record.salt, name, sizes)]));
  const [, channels, height, width] = record.input.shape;
  const inputShape = graph.facts.get(graph.inputs[0] ?? '')?.shape ?? [];
  if (String(inputShape) !== String([1, height, width, channels]))
    return {
      ...report,
      passed: false,
      failures: [...failures, `the input is [${String(inputShape)}]`],
      worst: NaN,
      worstAt: '',
    };
  const places = placesOf(record, graph, failures);
  const input = nchwToNhwc(generateInput(record.salt, height, channels, width), inputShape);
  const values = await run.execute(graph, params, input, [...new Set(places.map(({ node }) => node))]);
  let [worst, worstAt] = [NaN, ''];
  for (const { where, node, expected } of places) {
    const relative = differenceAt(graph, values, node, expected);
    if (typeof relative === 'string') failures.push(`${where}: ${relative}`);
    else {
      if (!(relative <= tolerances[precision]))
        failures.push(`${where}: off by ${relative.toExponential(1)} standard deviations`);
      // NaN is worse than any number.
      if (worstAt === '' || relative > worst || Number.isNaN(relative)) [worst, worstAt] = [relative, where];
    }
  }
  return { ...report, passed: failures.length === 0, failures, worst, worstAt };
}

type Expected = TaskRecord['outputs'][number];
interface Place {
  readonly where: string;
  readonly node: string;
  readonly expected: Expected;
}

/** The node of everything that the record holds values of. */
function placesOf(record: TaskRecord, graph: InferredGraph, failures: string[]): readonly Place[] {
  const stages = new Map(graph.stages.map(({ name, node }) => [name, node]));
  const names = graph.outputNames ?? ['logits'];
  const found = names.join(', ');
  const wanted = record.outputs.map(({ name }) => name).join(', ');
  if (found !== wanted) failures.push(`the outputs are ${found}, expected ${wanted}`);
  const place = (where: string, node: string | undefined, expected: Expected): Place[] => {
    if (node !== undefined && graph.facts.has(node)) return [{ where, node, expected }];
    failures.push(`the net has no ${where}`);
    return [];
  };
  return [
    ...record.checkpoints.flatMap((one) =>
      place(one.after, stages.get(one.after), { ...one, name: one.after, shape: one.shape_nchw }),
    ),
    ...record.taps.flatMap((one) => place(one.name, graph.named?.get(one.name), one)),
    ...record.gates.flatMap((one) => place(one.name, one.name, one)),
    ...record.outputs.flatMap((one) => place(one.name, graph.outputs[names.indexOf(one.name)], one)),
  ];
}

/** Largest difference in standard deviations, or a sentence when there is nothing to compare. */
function differenceAt(graph: InferredGraph, values: Outputs, node: string, expected: Expected): number | string {
  const own = values.get(node);
  const sizes = graph.facts.get(node)?.shape as Shape;
  const inOrder = sizes.length === 4 ? [sizes[0], sizes[3], sizes[1], sizes[2]] : sizes;
  if (!own) return 'it was not computed';
  if (String(inOrder) !== String(expected.shape))
    return `is [${String(inOrder)}], expected [${String(expected.shape)}]`;
  const ordered = sizes.length === 4 ? nhwcToNchw(own, sizes) : own;
  const { mean, std } = spread(ordered);
  const points = expected.at ?? (expected.values ?? expected.first8).map((value, i) => [i, value] as const);
  const gaps = points.map(([i, value]) => (ordered[i] as number) - value);
  // One value has no spread: it is held against its own size.
  if (elements(sizes) === 1 || expected.std === 0) return relativeTo(Math.abs(ordered[0] as number), gaps);
  return relativeTo(std, [mean - expected.mean, std - expected.std, ...gaps]);
}
