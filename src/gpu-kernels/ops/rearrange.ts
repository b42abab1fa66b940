// Any movement of elements by a table of places: what exporters spell in ways that no slice, transpose or padding says.
import * as v from 'valibot';
import { defineOp, elements, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { count } from './attributes.ts';
import { onlyOperand } from './operands.ts';

const rearrangeAttrs = v.strictObject({ shape: v.pipe(v.array(count), v.minLength(1), v.maxLength(8)) });

export const rearrange = defineOp({
  name: 'rearrange',
  doc: 'Element i of the result is the element of the input that a table names, in row-major order, or 0 where it names −1.',
  attrs: rearrangeAttrs,
  shape(inputs, { shape }) {
    onlyOperand(inputs, 'a rearrangement');
    return shape;
  },
  params: (_inputs, { shape }) => ({ index: { shape, trainable: false } }),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], { index }) =>
    numbers(index as Float32Array).map((place) => (place < 0 ? 0 : ((x as Float32Array)[place] as number))),
  onnx: {
    write({ builder, inputs, inputShapes, values, output, outputShape }) {
      const input = inputShapes[0] as Shape;
      const count = elements(input);
      const last = input.length === 4 ? builder.transpose(inputs[0] as string, [0, 2, 3, 1]) : (inputs[0] as string);
      // One element more, a zero, is what −1 names.
      const flat = builder.reshape(last, [count]);
      const zero = builder.constant('appended zero', [1], new Float32Array(1));
      const all = builder.add('Concat', [flat, zero], { axis: 0 });
      const places = Array.from(values('index') as Float32Array, (place) => (place < 0 ? count : place));
      const taken = builder.add('Gather', [all, builder.integers(places)], { axis: 0 });
      if (outputShape.length !== 4) builder.reshape(taken, outputShape, output);
      else builder.transpose(builder.reshape(taken, outputShape), [0, 3, 1, 2], output);
    },
  },
  pytorch: {
    leaves: (n) => [[n.params.index ?? '', `nn.Parameter(torch.zeros(${n.output.join(', ')}), requires_grad=False)`]],
    expression(n) {
      const last = n.inputs[0]?.length === 4 ? `${n.x()}.permute(0, 2, 3, 1)` : n.x();
      const taken = `F.pad(${last}.flatten(), (0, 1))[${n.at(n.params.index ?? '')}.long()]`;
      return n.output.length === 4 ? `${taken}.permute(0, 3, 1, 2)` : taken;
    },
  },
  box: () => ({ kind: 'move', label: 'move', words: 'rearrangement' }),
});
