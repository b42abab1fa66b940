// What the attributes of a convolution mean wherever one is said: its window, its ONNX node, its PyTorch module.
import * as v from 'valibot';
import { ShapeError, type Shape } from '../op.ts';
import type { OnnxContext } from '../forms.ts';
import { count, padding, pair } from './attributes.ts';
import { padAxis, windowOutput, type Padding } from './padding.ts';
import { both, pythonPads } from './simple-forms.ts';

export const conv2dAttrs = v.strictObject({
  out: count,
  kernel: pair,
  stride: v.optional(pair, [1, 1]),
  dilation: v.optional(pair, [1, 1]),
  padding: v.optional(padding, 0),
  groups: v.optional(count, 1),
  bias: v.optional(v.boolean(), false),
});
export type Conv2dAttrs = v.InferOutput<typeof conv2dAttrs>;

/** Output height and width and the padding that leads to them. Throws ShapeError when the kernel exceeds the padded map. */
export function conv2dWindow(
  input: Shape,
  a: Pick<Conv2dAttrs, 'kernel' | 'stride' | 'dilation'> & { padding: Padding },
) {
  const axis = (index: 0 | 1) => {
    const length = input[index + 1] as number;
    const pads = padAxis(a.padding, index, length, a.kernel[index], a.stride[index], a.dilation[index]);
    const out = windowOutput(length, a.kernel[index], a.stride[index], a.dilation[index], pads);
    if (out < 1) {
      throw new ShapeError(
        `kernel ${a.kernel[index]} is larger than the ${length} px map it reads`,
        'use a smaller kernel, a smaller stride above, or a larger input',
      );
    }
    return { out, begin: pads[0] };
  };
  const [y, x] = [axis(0), axis(1)];
  return { height: y.out, width: x.out, top: y.begin, left: x.begin };
}

/** Adds a Conv node on the map `input` of our shape `shape`; `weights` are its weight and, maybe, its bias. */
export function writeConvolution(
  { builder }: OnnxContext,
  input: string,
  shape: Shape,
  a: Conv2dAttrs,
  weights: readonly string[],
  name = builder.fresh('Conv'),
): string {
  const { top, left, height, width } = conv2dWindow(shape, a);
  const [, inH = 0, inW = 0] = shape;
  const reach = (out: number, axis: 0 | 1) => (out - 1) * a.stride[axis] + (a.kernel[axis] - 1) * a.dilation[axis] + 1;
  // ONNX pads say what is added at the ends; what the floor rule leaves over needs no padding.
  const pads = [top, left, Math.max(0, reach(height, 0) - inH - top), Math.max(0, reach(width, 1) - inW - left)];
  return builder.add(
    'Conv',
    [input, ...weights],
    { kernel_shape: a.kernel, strides: a.stride, dilations: a.dilation, pads, group: a.groups },
    name,
  );
}

/** The constructor call of an `nn.Conv2d` that reads `input`, and how it is applied. */
export function pytorchConvolution(a: Conv2dAttrs, input: Shape) {
  const pad = pythonPads(a.padding, input, a.kernel, a.stride, a.dilation);
  const words = [
    input.at(-1) ?? 0,
    a.out,
    both(a.kernel),
    ...(a.stride.some((s) => s !== 1) ? [`stride=${both(a.stride)}`] : []),
    ...(pad.whole?.some((p) => p !== 0) ? [`padding=${both(pad.whole)}`] : []),
    ...(a.dilation.some((d) => d !== 1) ? [`dilation=${both(a.dilation)}`] : []),
    ...(a.groups !== 1 ? [`groups=${a.groups}`] : []),
    ...(a.bias ? [] : ['bias=False']),
  ];
  return {
    module: `nn.Conv2d(${words.join(', ')})`,
    apply: (module: string, x: string) => `${module}(${pad.whole ? x : `F.pad(${x}, ${pad.sides})`})`,
  };
}
