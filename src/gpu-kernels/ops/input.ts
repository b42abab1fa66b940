// The place where a picture, tokens or a feature vector enters the graph.
import * as v from 'valibot';
import { defineOp } from '../op.ts';
import { count } from './attributes.ts';
import { operands } from './operands.ts';

const inputAttrs = v.strictObject({ shape: v.pipe(v.array(count), v.minLength(2), v.maxLength(4)) });

/** The reference gets the outside data as `inputs[0]` and hands it on. */
export const input = defineOp({
  name: 'input',
  doc: 'Data from outside: a picture, tokens or a vector.',
  attrs: inputAttrs,
  shape(inputs, a) {
    operands(inputs, 0, 'an input');
    return a.shape;
  },
  macKind: 'none',
  macs: () => 0,
  reference: ([x]) => x as Float32Array,
  // The exporters declare a graph's inputs themselves.
  onnx: { write: () => undefined },
  pytorch: { expression: (n) => n.x() },
  alias: true,
});
