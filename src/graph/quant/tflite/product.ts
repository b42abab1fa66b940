// Convolutions and linear layers of a quantized net as TFLite operators, in int8 or, where the recipe keeps one in float, in float32.
import type { Shape } from '../../../gpu-kernels/op.ts';
import type { Numbers } from '../../../gpu-kernels/step.ts';
import { padded, turned } from '../../formats/tflite/write-windows.ts';
import { firstInput, firstOutput, sameShape } from '../../lower/steps.ts';
import { constantName } from '../fold.ts';
import { clampOf, type Clamp, type Product } from '../layers.ts';
import { weightScales } from '../quantize.ts';
import { toByte } from '../scheme.ts';
import type { Int8Site } from './site.ts';

/** `output`: a value of the step's own output. */
export function product(site: Int8Site, step: Product, output: number, integer: boolean): void {
  const { w } = site;
  const [input, made] = [firstInput(step), firstOutput(step)];
  const clamp = clampOf(step.epilogue);
  if (!clamp) throw new Error(`"${made.id}": its activation has no TFLite form here`);
  // Rows are pixels of a map: runtimes knew scales for each channel of a convolution long before those of FULLY_CONNECTED.
  const asMap = (shape: Shape): Shape =>
    shape.length === 4 ? shape : [shape.slice(0, -1).reduce((a, b) => a * b, 1), 1, 1, shape.at(-1) as number];
  const [from, to] = [asMap(input.shape), asMap(made.shape)] as [Shape, Shape];
  const steps = integer ? site.steps(made.id) : undefined;
  const window =
    step.family === 'pointwise'
      ? { kernel: [1, 1] as const, stride: step.attrs.stride, dilation: [1, 1] as const, pads: [0, 0] as const }
      : step.attrs;
  const x = integer ? site.bytes(input, from) : site.floats(input, from);
  const { input: given, padding } = padded(
    {
      w,
      inputs: [x],
      shapes: [from],
      between: (shape) => site.between(made.id, shape, integer ? site.steps(input.id) : undefined),
    },
    {
      begin: window.pads,
      out: [to[1] as number, to[2] as number],
      reach: [0, 1].map((i) => (window.kernel[i]! - 1) * window.dilation[i]! + 1) as [number, number],
      stride: window.stride,
    },
  );
  const bounded = clamp.down !== undefined;
  const result = bounded || !sameShape(to, made.shape) ? site.between(made.id, to, steps) : output;
  const depthwise = step.family === 'depthwise';
  w.add(
    depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D',
    [given, ...constants(site, step, window.kernel, integer)],
    result,
    {
      padding,
      stride_h: window.stride[0],
      stride_w: window.stride[1],
      dilation_h: window.dilation[0],
      dilation_w: window.dilation[1],
      activation: !clamp.low ? 'NONE' : clamp.high === 6 && !bounded ? 'RELU6' : 'RELU',
      ...(depthwise ? { depth_multiplier: 1 } : {}),
    },
  );
  const cut = bounded ? bounds(site, step, clamp, result, sameShape(to, made.shape) ? output : undefined) : result;
  if (cut !== output) w.add('RESHAPE', [cut, w.integers(made.shape)], output, { new_shape: made.shape });
}

/** Filters and bias, in the axes of TFLite. */
function constants({ w, net }: Int8Site, step: Product, kernel: readonly [number, number], integer: boolean): number[] {
  const name = (role: string): string => constantName(step, role);
  const [weight, bias] = ['weight', 'bias'].map((role) => net.constants.get(name(role)) as Numbers) as [
    Numbers,
    Numbers,
  ];
  const outputs = bias.length;
  const depth = weight.length / outputs / kernel[0] / kernel[1];
  const depthwise = step.family === 'depthwise';
  const shape = depthwise ? [1, ...kernel, outputs] : [outputs, ...kernel, depth];
  const lying = turned(weight as Float32Array | Int8Array, [outputs, depth, ...kernel], depthwise);
  if (!integer)
    return [
      w.constant(name('weight'), shape, lying as Float32Array),
      w.constant(name('bias'), [outputs], bias as Float32Array),
    ];
  const scales = weightScales(net, step);
  const inputScale = net.quantizations.get(firstInput(step).id)?.scale as number;
  const one = (net.constants.get(name('weight_scale')) as Numbers).length === 1 && outputs > 1;
  const own = Array.from(one ? scales.subarray(0, 1) : scales);
  return [
    w.steps(name('weight'), shape, lying as Int8Array, { scale: own, zero: 0, axis: depthwise ? 3 : 0 }),
    w.steps(name('bias'), [outputs], bias as Int32Array, { scale: own.map((scale) => scale * inputScale), zero: 0 }),
  ];
}

/** The upper bounds of an equalised ReLU6, one a channel. */
function bounds(site: Int8Site, step: Product, clamp: Clamp, x: number, output: number | undefined): number {
  const { w, net } = site;
  const { id, shape } = firstOutput(step);
  const down = net.constants.get(constantName(step, clamp.down as string)) as Numbers;
  const steps = net.floatLayers.has(id) ? undefined : site.steps(id);
  const quantization = net.quantizations.get(id);
  const caps =
    steps && quantization
      ? w.steps(
          `${id}/caps`,
          [down.length],
          Int8Array.from(down, (f) => toByte(clamp.high * f, quantization) - 128),
          steps,
        )
      : w.constant(
          `${id}/caps`,
          [down.length],
          Float32Array.from(down, (f) => clamp.high * f),
        );
  return w.add('MINIMUM', [x, caps], output ?? site.between(id, shape, steps));
}
