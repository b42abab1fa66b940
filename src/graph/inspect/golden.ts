// A golden record and its weight generator: what a reference implementation computed, and how to refill the same weights from names alone.
import * as v from 'valibot';
import { elements, type Shape } from '../../gpu-kernels/op.ts';
import { fnv1a, mulberry32 } from '../random.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2048));
const shape = v.pipe(v.array(count), v.maxLength(8));
const counts = v.object({ macs_conv: count, macs_linear: count, conv_outputs: count });

export const goldenRecordSchema = v.object({
  model: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  reference: v.optional(v.string(), ''),
  salt: v.string(),
  /** Square input, pixels. */
  input_size: size,
  /** Trainable parameters, running statistics left out. */
  param_count: count,
  at_input: counts,
  at_native: v.object({ ...counts.entries, size }),
  /** Name and shape of every float tensor of the state dict, in order. */
  parameters: v.array(v.tuple([v.string(), shape])),
  checkpoints: v.array(
    v.object({
      /** Stage name: `blocks.i` or `stages.i`. */
      after: v.string(),
      /** NCHW for maps, `[N, T, C]` for tokens. */
      shape_nchw: shape,
      mean: v.number(),
      std: v.number(),
      /** First eight values (fewer if the tensor is smaller) in the order of `shape_nchw`. */
      first8: v.array(v.number()),
    }),
  ),
  logits: v.pipe(v.array(v.number()), v.minLength(1)),
  logits_std: v.number(),
});
export type GoldenRecord = v.InferOutput<typeof goldenRecordSchema>;

/** The record, or a sentence that says where the text is wrong. */
export function parseGoldenRecord(text: string): { record: GoldenRecord } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problem: `not JSON: ${(error as Error).message}` };
  }
  const parsed = v.safeParse(goldenRecordSchema, json);
  if (parsed.success) return { record: parsed.output };
  const issue = parsed.issues[0];
  return { problem: `not a golden record: ${v.getDotPath(issue) ?? 'the top level'}: ${issue.message}` };
}

/**
 * Values of the tensor `name`, row-major over `shape`, computed in float64 and stored as float32.
 * Scales stay near 1, biases and means near 0, and matrices keep the variance of a ReLU net, so that every layer matters in the logits.
 */
export function generateTensor(salt: string, name: string, shape: Shape): Float32Array {
  const next = mulberry32(fnv1a(`${salt}/${name}`));
  const last = name.slice(name.lastIndexOf('.') + 1);
  let [scale, offset] = [0.2, 0.9];
  if (last === 'running_mean' || last === 'bias') offset = -0.1;
  else if (last !== 'running_var' && shape.length >= 2 && last !== 'gamma' && last !== 'ls') {
    const gain = 0.9 * Math.sqrt(6 / (elements(shape) / (shape[0] as number)));
    [scale, offset] = [2 * gain, -gain];
  }
  const values = new Float32Array(elements(shape));
  for (let i = 0; i < values.length; i++) values[i] = Math.fround(scale * next() + offset);
  return values;
}

/** The record's picture, 2u − 1, in NCHW order: shape `[1, channels, height, width]`, square unless `width` is given. */
export function generateInput(salt: string, height: number, channels = 3, width = height): Float32Array {
  const next = mulberry32(fnv1a(`${salt}/input`));
  return Float32Array.from({ length: channels * height * width }, () => 2 * next() - 1);
}
