// A value that does not depend on the input: what imported nets add, multiply or join where no op has a parameter for it.
import * as v from 'valibot';
import { defineOp, ShapeError } from '../op.ts';
import { count } from './attributes.ts';
import { channelFirst } from './channel-first.ts';

const constantAttrs = v.strictObject({ shape: v.pipe(v.array(count), v.minLength(1), v.maxLength(8)) });

export const constant = defineOp({
  name: 'constant',
  doc: 'A fixed tensor of the checkpoint as a value.',
  attrs: constantAttrs,
  shape(inputs, { shape }) {
    if (inputs.length > 0) throw new ShapeError(`a constant reads no input, not ${inputs.length}`);
    return shape;
  },
  params: (_inputs, { shape }) => ({ value: { shape, trainable: false } }),
  macKind: 'none',
  macs: () => 0,
  reference: (_xs, { value }) => (value as Float32Array).slice(),
  onnx: {
    write({ builder, param, output, outputShape }) {
      const value = param('value');
      if (outputShape.length === 4) builder.transpose(value, [0, 3, 1, 2], output);
      else builder.reshape(value, channelFirst(outputShape), output);
    },
  },
  pytorch: {
    leaves: (n) => [[n.params.value ?? '', `nn.Parameter(torch.zeros(${n.output.join(', ')}))`]],
    expression: (n) => n.at(n.params.value ?? '') + (n.output.length === 4 ? '.permute(0, 3, 1, 2)' : ''),
  },
});
