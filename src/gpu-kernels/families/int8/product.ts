// `int8Pointwise`, `int8Conv2d`, `int8Depthwise`: integer convolutions and linear layers, which every product kernel equals bit for bit.
//
// Common to all integer families
// - A quantized value is uint8, asymmetric, one (scale, zero) a tensor: real = scale · (q − zero). Real 0 is exactly q = zero.
// - In memory four channels share a u32, lowest byte first; padding lanes hold anything, since their weights are 0.
// - Weights are int8 in [−127, 127], symmetric. Bias and accumulator are int32; the quantizer keeps every sum inside (scheme.ts).
// - dot4I8Packed multiplies signed bytes: kernels flip the top bit of each activation (q − 128 as int8) and the packed bias makes
//   good for it: Σ(q − zero)·w + b = Σ(q − 128)·w + [b − (zero − 128)·Σw]. Taps in the padding read `zero`, so they add nothing.
// - Steps have no float riders: `prologue` and `epilogue` are empty.
import type { Shape } from '../../op.ts';
import type { Numbers, StepShape } from '../../step.ts';
import type { Conv2dStepAttrs } from '../conv2d.ts';
import type { DepthwiseAttrs } from '../depthwise.ts';
import type { FamilyOf, StepData } from '../family.ts';
import type { PointwiseAttrs } from '../pointwise.ts';
import { shapeOf } from '../riders.ts';
import { convolve, onePoint, type Window } from '../window.ts';
import { add, type AddAttrs } from './add.ts';
import { clamp, requantize } from './requantize.ts';

/** Work on the byte that a product is about to store, in order. */
export type After =
  /** q ← table[q]: any element-wise function. `weight` is the role of 256 bytes. */
  | { readonly kind: 'table'; readonly weight: string }
  /** Residual: q ← add(q, input). At most one; see {@link AddAttrs}. `input` is an index into the step's `inputs`. */
  | ({ readonly kind: 'add'; readonly input: number } & AddAttrs);

/**
 * Shared by the three, which take the attributes of `pointwise`, `conv2d` and `depthwise` besides.
 * q = clamp(outputZero + requantize(Σ(x − inputZero)·w + bias), low, cap) per channel, then `after`.
 * weights: `weight` int8 as the float family's, `bias` `[O]` int32, `m0`, `shift`, `cap` `[O]` (requantize.ts); 256 bytes a table.
 * An output of type f32 (logits) is acc · `scale` instead: weights `weight`, `bias`, `scale` `[O]` float32, no clamp, no `after`.
 */
export interface ProductAttrs {
  readonly inputZero: number;
  readonly outputZero: number;
  /** Smallest byte stored: `outputZero` under a ReLU. The largest is per channel, `cap`. */
  readonly low: number;
  /** Every channel's factor is below 1/4: the short rounding form. */
  readonly small: boolean;
  /** Largest Σ|w| of an output channel: below 2¹⁷ every partial sum of signed bytes is exact in float32 as well. */
  readonly reach: number;
  readonly after: readonly After[];
}

/** What places the taps: windows of a map, or the strided points of a pointwise product. */
export interface Taps extends Window {
  readonly groups: number;
}

/**
 * int32 accumulators `[…, O]`: Σ(x − inputZero)·w + bias. Sums are taken in float64, exact below 2⁵³, and must lie within int32;
 * RangeError says which channel does not.
 */
export function accumulate(
  x: Numbers,
  input: Shape,
  inputZero: number,
  { weight, bias }: { readonly weight: Numbers; readonly bias: Numbers },
  { groups, ...window }: Taps,
  output: Shape,
): Float64Array {
  const sums = convolve({ x, input, output, weight, bias, window, groups, zero: inputZero });
  const beyond = sums.findIndex((sum) => sum !== (sum | 0));
  if (beyond >= 0)
    throw new RangeError(`the accumulator of channel ${beyond % bias.length} reaches ${sums[beyond]}, beyond int32`);
  return sums;
}

/** Bytes of accumulators `[…, O]`: rescaled, shifted by the output's zero, clamped, then `after`. */
export function finish(sums: Float64Array, attrs: ProductAttrs, { inputs, weights }: StepData): Uint8Array {
  const { m0, shift, cap } = weights as Readonly<Record<'m0' | 'shift' | 'cap', Numbers>>;
  const after = attrs.after.map((work): ((byte: number, index: number) => number) => {
    if (work.kind === 'add') return (byte, index) => add(byte, inputs[work.input]![index]!, work);
    const table = weights[work.weight] as Numbers;
    return (byte) => table[byte]!;
  });
  return Uint8Array.from(sums, (sum, i) => {
    const c = i % m0.length;
    const q = clamp(attrs.outputZero + requantize(sum, m0[c]!, shift[c]!), attrs.low, cap[c]!);
    return after.reduce((byte, work) => work(byte, i), q);
  });
}

/** Accumulators as float32: float32(acc) · scale, each rounded once; the logits. */
const toFloats = (sums: Float64Array, scale: Numbers): Float32Array =>
  Float32Array.from(sums, (sum, i) => Math.fround(sum) * scale[i % scale.length]!);

function product(step: StepShape<string, ProductAttrs>, data: StepData, taps: Taps): Numbers[] {
  const { weight, bias, scale } = data.weights as Readonly<Record<'weight' | 'bias' | 'scale', Numbers>>;
  const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
  const x = data.inputs[0] as Numbers;
  const sums = accumulate(x, input, step.attrs.inputZero, { weight, bias }, taps, output);
  return [step.outputs[0]?.type === 'u8' ? finish(sums, step.attrs, data) : toFloats(sums, scale)];
}

export const int8Pointwise: FamilyOf<ProductAttrs & PointwiseAttrs> = {
  reference: (step, data) => product(step, data, { ...onePoint(step.attrs.stride), groups: step.attrs.groups }),
};

export const int8Conv2d: FamilyOf<ProductAttrs & Conv2dStepAttrs> = {
  reference: (step, data) => product(step, data, windowOf(step.attrs, step.attrs.groups)),
};

export const int8Depthwise: FamilyOf<ProductAttrs & DepthwiseAttrs> = {
  reference: (step, data) => product(step, data, windowOf(step.attrs, shapeOf(step.inputs[0]).at(-1) as number)),
};

const windowOf = ({ kernel, stride, dilation, pads }: Window, groups: number): Taps => ({
  kernel,
  stride,
  dilation,
  pads,
  groups,
});
