// Zero channels behind those of a map: the skip of BlazeFace's blocks where they widen (arXiv 1907.05047 §3.3).
import * as v from 'valibot';
import { defineOp, elements, ShapeError } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count } from './attributes.ts';
import { channelsOf, featureMap } from './operands.ts';

export const padChannels = defineOp({
  name: 'pad_channels',
  doc: 'Appends channels of zeros.',
  attrs: v.strictObject({ channels: count }),
  shape(inputs, a) {
    const [batch, height, width, channels] = featureMap(inputs, 'padding channels');
    if (a.channels < channels)
      throw new ShapeError(
        `${channels} channels cannot be padded to ${a.channels}`,
        `use at least ${channels} channels`,
      );
    return [batch, height, width, a.channels];
  },
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { inputs: [input], output }) {
    const [from, to] = [channelsOf(input as readonly number[]), channelsOf(output)];
    const result = numbers(elements(output));
    for (let pixel = 0; pixel * to < result.length; pixel++)
      result.set((x as Float32Array).subarray(pixel * from, (pixel + 1) * from), pixel * to);
    return result;
  },
  onnx: {
    write({ builder, inputs, output, inputShapes, attrs }) {
      const more = attrs.channels - channelsOf(inputShapes[0] ?? []);
      builder.add('Pad', [...inputs, builder.integers([0, 0, 0, 0, 0, more, 0, 0])], {}, output);
    },
  },
  pytorch: {
    expression: (n) => `F.pad(${n.x()}, (0, 0, 0, 0, 0, ${n.attrs.channels - channelsOf(n.inputs[0] ?? [])}))`,
  },
  box: () => ({ kind: 'move', label: 'zeros', words: 'zero channels' }),
});
