// Integer convolutions and linear layers on the CPU: the definition that every product kernel equals bit for bit.
import type { Window } from '../float.ts';
import { elements, type Shape } from '../../op.ts';
import { add } from './add.ts';
import type { After, ProductAttrs } from './contract.ts';
import { clamp, requantize } from './requantize.ts';

/** Constants of one product; integers all, in the layout of the checkpoint. */
export interface ProductWeights {
  readonly weight: Int8Array;
  readonly bias: Int32Array;
  readonly m0: Int32Array;
  readonly shift: Int32Array;
  readonly cap: Int32Array;
  /** Only for a float output. */
  readonly scale?: Float32Array | undefined;
  /** Bytes of each table of `after`, by role. */
  readonly tables: Readonly<Record<string, Uint8Array>>;
}

/** What places the taps: windows of a map, or the strided points of a pointwise product. */
export interface Taps extends Window {
  readonly groups: number;
}

/**
 * int32 accumulators `[…, O]`: Σ(x − inputZero)·w + bias. Sums are taken in float64, exact below 2⁵³, and must lie within int32;
 * RangeError says which channel does not.
 * `input` `[N, H, W, C]` (or rows `[…, C]` for a 1×1 window of stride 1), weights `[O, C/groups, KH, KW]`.
 */
export function accumulate(
  input: Uint8Array,
  inputShape: Shape,
  inputZero: number,
  weights: Pick<ProductWeights, 'weight' | 'bias'>,
  taps: Taps,
  outputShape: Shape,
): Float64Array {
  const map =
    inputShape.length === 4 ? inputShape : [1, 1, elements(inputShape.slice(0, -1)), inputShape.at(-1) as number];
  const out =
    inputShape.length === 4 ? outputShape : [1, 1, elements(outputShape.slice(0, -1)), outputShape.at(-1) as number];
  const [batch, height, width, channels] = map as [number, number, number, number];
  const [, outHeight, outWidth, outChannels] = out as [number, number, number, number];
  const { kernel, stride, dilation, pads, groups } = taps;
  const own = channels / groups;
  const area = kernel[0] * kernel[1];
  const result = new Float64Array(batch * outHeight * outWidth * outChannels);
  let at = 0;
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (let o = 0; o < outChannels; o++) {
          const first = Math.floor(o / (outChannels / groups)) * own;
          let sum = weights.bias[o]!;
          for (let ky = 0; ky < kernel[0]; ky++) {
            const y = oy * stride[0] + ky * dilation[0] - pads[0];
            if (y < 0 || y >= height) continue;
            for (let kx = 0; kx < kernel[1]; kx++) {
              const x = ox * stride[1] + kx * dilation[1] - pads[1];
              if (x < 0 || x >= width) continue;
              let from = ((n * height + y) * width + x) * channels + first;
              let weight = o * own * area + ky * kernel[1] + kx;
              for (let i = 0; i < own; i++, weight += area)
                sum += (input[from++]! - inputZero) * weights.weight[weight]!;
            }
          }
          if (sum !== (sum | 0)) throw new RangeError(`the accumulator of channel ${o} reaches ${sum}, beyond int32`);
          result[at++] = sum;
        }
  return result;
}

/** Bytes of accumulators `[…, O]`: rescaled, shifted by the output's zero, clamped, then `after`. `operands`: the step's inputs. */
export function finish(
  sums: Float64Array,
  attrs: ProductAttrs,
  weights: ProductWeights,
  operands: readonly Uint8Array[],
): Uint8Array {
  const channels = weights.bias.length;
  const result = new Uint8Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const c = i % channels;
    const q = clamp(
      attrs.outputZero + requantize(sums[i]!, weights.m0[c]!, weights.shift[c]!),
      attrs.low,
      weights.cap[c]!,
    );
    result[i] = attrs.after.reduce((byte, after) => applyAfter(byte, after, weights, operands, i), q);
  }
  return result;
}

function applyAfter(
  byte: number,
  after: After,
  weights: ProductWeights,
  operands: readonly Uint8Array[],
  index: number,
): number {
  if (after.kind === 'table') return weights.tables[after.weight]![byte]!;
  return add(byte, operands[after.input]![index]!, after);
}

/** Accumulators as float32: float32(acc) · scale, each rounded once; the logits. */
export function toFloats(sums: Float64Array, scale: Float32Array): Float32Array {
  return Float32Array.from(sums, (sum, i) => Math.fround(sum) * scale[i % scale.length]!);
}
