// Softmax over the last axis, as an op of its own and as the row function inside attention.
import { defineOp, elements } from '../op.ts';
import { numbers } from '../numbers.ts';
import { none } from './attributes.ts';
import { channelFirstAxis } from './channel-first.ts';
import { channelsOf, onlyOperand } from './operands.ts';

/** exp(x − max) / Σ exp(x − max) over the last axis. */
export const softmax = defineOp({
  name: 'softmax',
  doc: 'Turns scores into shares that add up to 1, over the last axis.',
  attrs: none,
  shape: (inputs) => onlyOperand(inputs, 'a softmax'),
  macKind: 'none',
  macs: () => 0,
  reference([x], _params, { output }) {
    const channels = channelsOf(output);
    const row = new Float64Array(channels);
    const result = numbers(elements(output));
    for (let at = 0; at < result.length; at += channels) {
      row.set((x as Float32Array).subarray(at, at + channels));
      softmaxInPlace(row);
      result.set(row, at);
    }
    return result;
  },
  onnx: {
    write: ({ builder, inputs, output, outputShape: { length } }) =>
      void builder.add('Softmax', inputs, { axis: channelFirstAxis(length, length - 1) }, output),
  },
  pytorch: { expression: (n) => `${n.x()}.softmax(${n.output.length === 4 ? 1 : -1})` },
});

/** Softmax of one row, in place, float64. */
export function softmaxInPlace(row: Float64Array): void {
  let largest = -Infinity;
  for (const value of row) largest = Math.max(largest, value);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i] = Math.exp((row[i] as number) - largest);
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) / sum;
}
