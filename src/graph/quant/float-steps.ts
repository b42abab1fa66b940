// Folded float steps on the CPU in float64: what stays float in a quantized net, and the fake-quantized path that integers are held to.
import type { MeanAttrs, PoolAttrs, Window } from '../../gpu-kernels/families/float.ts';
import { elements, type Op, type Shape } from '../../gpu-kernels/op.ts';
import { opNamed } from '../../gpu-kernels/ops/index.ts';
import type { Numbers } from '../../gpu-kernels/packing/weight-expr.ts';
import { tapsOf } from '../../gpu-kernels/families/int8/reference.ts';
import type { Taps } from '../../gpu-kernels/families/int8/product.ts';
import type { Step, Value } from '../../gpu-kernels/step.ts';
import { isProduct } from './layers.ts';

/** Float32 for a float net's values; Float64 for the fake-quantized path, whose values are integers times a scale and must stay it. */
export type Floats = Float32Array | Float64Array;

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

const asMap = (shape: Shape): Shape =>
  shape.length === 4 ? shape : [1, 1, elements(shape.slice(0, -1)), shape.at(-1) as number];

/** Σ x·w + bias in float64; shapes as the integer `accumulate`. */
function convolve(
  x: ArrayLike<number>,
  inputShape: Shape,
  weight: Numbers,
  bias: Numbers,
  taps: Taps,
  outputShape: Shape,
): Float64Array {
  const [batch, height, width, channels] = asMap(inputShape) as [number, number, number, number];
  const [, outHeight, outWidth, outChannels] = asMap(outputShape) as [number, number, number, number];
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
          let sum = bias[o]!;
          for (let ky = 0; ky < kernel[0]; ky++) {
            const y = oy * stride[0] + ky * dilation[0] - pads[0];
            if (y < 0 || y >= height) continue;
            for (let kx = 0; kx < kernel[1]; kx++) {
              const column = ox * stride[1] + kx * dilation[1] - pads[1];
              if (column < 0 || column >= width) continue;
              let from = ((n * height + y) * width + column) * channels + first;
              let w = o * own * area + ky * kernel[1] + kx;
              for (let i = 0; i < own; i++, w += area) sum += x[from++]! * weight[w]!;
            }
          }
          result[at++] = sum;
        }
  return result;
}

/** Value of `b` that stands at flat index `i` of a value of shape `shape`: equal shapes, or `[N, 1, 1, C]` over a map. */
function broadcast(b: ArrayLike<number>, shape: Shape, i: number): number {
  if (b.length === elements(shape)) return b[i]!;
  const channels = shape.at(-1) as number;
  return b[Math.floor(i / (elements(shape) / (shape[0] as number))) * channels + (i % channels)]!;
}

function ride(
  step: Step,
  sums: Float64Array,
  inputs: readonly Floats[],
  weights: Readonly<Record<string, Numbers>>,
): Floats {
  const shape = shapeOf(step.outputs[0]);
  const channels = shape.at(-1) as number;
  let values = sums;
  for (const rider of step.epilogue) {
    if (rider.kind === 'unary') {
      const flat = [1, values.length];
      values = Float64Array.from(
        (opNamed(rider.op) as Op).reference(
          [values as never],
          {},
          {
            inputs: [flat],
            output: flat,
            attrs: rider.attrs,
          },
        ),
      );
    } else if (rider.kind === 'binary') {
      const other = inputs[rider.input] as Floats;
      const apply = {
        add: (a: number, b: number) => a + b,
        mul: (a: number, b: number) => a * b,
        sub: (a: number, b: number) => a - b,
      }[rider.op];
      values = values.map((value, i) =>
        rider.swap ? apply(broadcast(other, shape, i), value) : apply(value, broadcast(other, shape, i)),
      );
    } else if (rider.kind === 'channel' && rider.op !== 'prelu') {
      const constant = weights[rider.weight] as Numbers;
      values = values.map((value, i) =>
        rider.op === 'mul' ? value * constant[i % channels]! : value + constant[i % channels]!,
      );
    } else {
      throw new Error(`"${step.from.at(-1) as string}": ${rider.kind} riders run on the GPU only`);
    }
  }
  return inputs[0] instanceof Float64Array ? values : Float32Array.from(values);
}

function pool(x: Floats, shape: Shape, output: Shape, attrs: PoolAttrs): Float64Array {
  const [, height, width, channels] = shape as [number, number, number, number];
  const [, outHeight, outWidth] = output as [number, number, number, number];
  return Float64Array.from({ length: elements(output) }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const [ox, oy, n] = [
      pixel % outWidth,
      Math.floor(pixel / outWidth) % outHeight,
      Math.floor(pixel / (outWidth * outHeight)),
    ];
    let [sum, most, count] = [0, -Infinity, 0];
    for (let ky = 0; ky < attrs.kernel[0]; ky++)
      for (let kx = 0; kx < attrs.kernel[1]; kx++) {
        const y = oy * attrs.stride[0] + ky * attrs.dilation[0] - attrs.pads[0];
        const column = ox * attrs.stride[1] + kx * attrs.dilation[1] - attrs.pads[1];
        if (attrs.countPad && y < attrs.ends[0] && column < attrs.ends[1]) count++;
        if (y < 0 || y >= height || column < 0 || column >= width) continue;
        if (!attrs.countPad) count++;
        const value = x[((n * height + y) * width + column) * channels + (i % channels)]!;
        sum += value;
        most = Math.max(most, value);
      }
    return attrs.mode === 'max' ? most : sum / Math.max(1, count);
  });
}

function mean(x: Floats, shape: Shape, { axes }: MeanAttrs): Float64Array {
  const first = axes[0] as number;
  const run = elements(shape.slice(first, (axes.at(-1) as number) + 1));
  const below = elements(shape.slice((axes.at(-1) as number) + 1));
  const result = new Float64Array(x.length / run);
  for (let i = 0; i < x.length; i++) {
    const at = Math.floor(i / (run * below)) * below + (i % below);
    result[at] = result[at]! + x[i]! / run;
  }
  return result;
}

/**
 * Output of a folded float step in its logical layout, in the precision of its first operand; sums are float64. Throws Error for families that only the GPU runs here (attention, norms that
 * could not be folded, resizing).
 */
export function floatReference(
  step: Step,
  inputs: readonly Floats[],
  weights: Readonly<Record<string, Numbers>>,
): Floats {
  const x = inputs[0] as Floats;
  const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
  if (isProduct(step)) {
    const taps = tapsOf({
      ...step,
      family: { pointwise: 'int8Pointwise', conv2d: 'int8Conv2d', depthwise: 'int8Depthwise' }[step.family] as string,
    });
    return ride(
      step,
      convolve(x, input, weights.weight as Numbers, weights.bias as Numbers, taps, output),
      inputs,
      weights,
    );
  }
  switch (step.family) {
    case 'elementwise': {
      const full = Float64Array.from({ length: elements(output) }, (_, i) => broadcast(x, output, i));
      return ride(step, full, inputs, weights);
    }
    case 'mean':
      return ride(step, mean(x, input, step.attrs as unknown as MeanAttrs), inputs, weights);
    case 'pool':
      if (step.attrs.mode !== 'blur')
        return ride(step, pool(x, input, output, step.attrs as unknown as PoolAttrs & Window), inputs, weights);
      break;
    case 'concat':
      if (step.attrs.axis === input.length - 1)
        return concat(
          inputs,
          step.inputs.map(({ shape }) => shape.at(-1) as number),
        );
      break;
  }
  throw new Error(`"${step.from.at(-1) as string}": ${step.family} runs on the GPU only; choose a WebGPU adapter`);
}

function concat(inputs: readonly Floats[], widths: readonly number[]): Floats {
  const total = widths.reduce((a, b) => a + b, 0);
  const [x] = inputs as [Floats];
  const rows = x.length / (widths[0] as number);
  const result = x instanceof Float64Array ? new Float64Array(rows * total) : new Float32Array(rows * total);
  let first = 0;
  inputs.forEach((input, i) => {
    const width = widths[i] as number;
    for (let row = 0; row < rows; row++)
      result.set(input.subarray(row * width, (row + 1) * width), row * total + first);
    first += width;
  });
  return result;
}
