// Sliding patches laid out as tokens: the soft split of T2T-ViT (arXiv 2101.11986 §3.1).
import * as v from 'valibot';
import { defineOp, elements, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { padding, pair } from './attributes.ts';
import { conv2dWindow, writeConvolution } from './convolution.ts';
import { featureMap, type MapShape } from './operands.ts';
import { both, paddingWord, pythonPads, reduction, slidingWindow } from './simple-forms.ts';

const unfoldAttrs = v.strictObject({
  kernel: pair,
  stride: v.optional(pair, [1, 1]),
  padding: v.optional(padding, 0),
});

/** One token per window, rows first. Feature c·KH·KW + ky·KW + kx, PyTorch's order; padding is 0. */
export const unfold = defineOp({
  name: 'unfold',
  doc: 'Overlapping patches as tokens.',
  attrs: unfoldAttrs,
  shape(inputs, a) {
    const input = featureMap(inputs, 'an unfold');
    const { height, width } = conv2dWindow(input, { ...a, dilation: [1, 1] });
    return [input[0], height * width, input[3] * a.kernel[0] * a.kernel[1]];
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs: a }) {
    const [batch, inH, inW, channels] = input as MapShape;
    const { height, width, top, left } = conv2dWindow(input as Shape, { ...a, dilation: [1, 1] });
    const [kh, kw] = a.kernel;
    const source = x as Float32Array;
    const result = numbers(elements(output));
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (let oy = 0; oy < height; oy++)
        for (let ox = 0; ox < width; ox++)
          for (let c = 0; c < channels; c++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++, to++) {
                const iy = oy * a.stride[0] - top + ky;
                const ix = ox * a.stride[1] - left + kx;
                if (iy >= 0 && iy < inH && ix >= 0 && ix < inW)
                  result[to] = source[((n * inH + iy) * inW + ix) * channels + c] as number;
              }
    return result;
  },
  onnx: {
    // im2col as a depthwise convolution: one unit filter for each tap of each channel.
    write(context) {
      const { builder, attrs, inputs, inputShapes, output, outputShape } = context;
      const input = inputShapes[0] as MapShape;
      const taps = attrs.kernel[0] * attrs.kernel[1];
      const out = input[3] * taps;
      const weight = new Float32Array(out * taps);
      for (let i = 0; i < out; i++) weight[i * taps + (i % taps)] = 1;
      const name = builder.constant(`taps ${input[3]} ${attrs.kernel.join('x')}`, [out, 1, ...attrs.kernel], weight);
      const convolution = { ...attrs, out, dilation: [1, 1] as [number, number], groups: input[3], bias: false };
      const columns = writeConvolution(context, inputs[0] as string, input, convolution, [name]);
      const tokens = builder.reshape(columns, [input[0], out, outputShape[1] as number]);
      builder.transpose(tokens, [0, 2, 1], output);
    },
  },
  pytorch: {
    expression(n) {
      const { kernel, stride, padding: sides } = n.attrs;
      const pad = pythonPads(sides, n.inputs[0] ?? [], kernel, stride);
      const x = pad.whole ? n.x() : `F.pad(${n.x()}, ${pad.sides})`;
      return `F.unfold(${x}, ${both(kernel)}${paddingWord(pad.whole)}, stride=${both(stride)}).transpose(1, 2)`;
    },
  },
  window: (a) => slidingWindow(a.kernel, a.stride),
  box: ({ kernel: [size], stride }) => ({
    kind: 'move',
    label: `unfold ${size}${reduction(stride)}`,
    words: `unfold ${size}×${size}`,
  }),
});
