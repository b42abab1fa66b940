// Channels to pixels: a transposed convolution whose kernel is its stride, behind its 1×1 product (arXiv 1609.05158 §3.2).
import * as v from 'valibot';
import { defineOp, elements, ShapeError } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count } from './attributes.ts';
import { featureMap, type MapShape } from './operands.ts';

/** `[N, H, W, C·f·f]` → `[N, H·f, W·f, C]`; input channel c·f·f + dy·f + dx, PyTorch's order. */
export const pixelShuffle = defineOp({
  name: 'pixel_shuffle',
  doc: 'Lays the channels of a pixel out as a square of pixels.',
  attrs: v.strictObject({ factor: count }),
  shape(inputs, { factor }) {
    const [batch, height, width, channels] = featureMap(inputs, 'a pixel shuffle');
    if (channels % (factor * factor) !== 0)
      throw new ShapeError(
        `${channels} channels do not fill squares of ${factor}×${factor} pixels`,
        `use a multiple of ${factor * factor} channels`,
      );
    return [batch, height * factor, width * factor, channels / factor / factor];
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output, attrs: { factor } }) {
    const [, inHeight, inWidth, inChannels] = input as MapShape;
    const [batch, height, width, channels] = output as MapShape;
    const result = numbers(elements(output));
    let to = 0;
    for (let n = 0; n < batch; n++)
      for (let y = 0; y < height; y++)
        for (let column = 0; column < width; column++)
          for (let c = 0; c < channels; c++) {
            const pixel = (n * inHeight + Math.floor(y / factor)) * inWidth + Math.floor(column / factor);
            const channel = (c * factor + (y % factor)) * factor + (column % factor);
            result[to++] = (x as Float32Array)[pixel * inChannels + channel] as number;
          }
    return result;
  },
  onnx: {
    write: ({ builder, inputs, output, attrs }) =>
      void builder.add('DepthToSpace', inputs, { blocksize: attrs.factor, mode: 'CRD' }, output),
  },
  pytorch: { expression: (n) => `F.pixel_shuffle(${n.x()}, ${n.attrs.factor})` },
  window: ({ factor }) => [
    { kernel: 1, stride: 1 / factor },
    { kernel: 1, stride: 1 / factor },
  ],
  box: () => ({ kind: 'move', label: 'shuffle', words: 'pixel shuffle' }),
});
