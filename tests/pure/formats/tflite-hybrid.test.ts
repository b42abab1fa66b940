// Dynamic-range TFLite files: what int8 weights meet are activations in 8 bits, as TFLite's kernels quantise them.
import { expect, it } from 'vitest';
import { evaluate } from '../../../src/graph/formats/model/evaluate.ts';
import { kindsOf, openModel } from '../../../src/graph/formats/open.ts';
import { TfliteWriter } from '../../../src/graph/formats/tflite/writer.ts';

/** First values of one layer with a weight of one (64 steps of 1/64) for them. */
function answer(shape: readonly number[], values: readonly number[], layer: 'dense' | 'conv', offset: boolean) {
  const w = new TfliteWriter();
  const channels = layer === 'dense' ? 1 : 2;
  const [x, y] = [w.value('x', shape), w.value('y', [...shape.slice(0, -1), channels])];
  const scale = Array.from({ length: channels }, () => 1 / 64);
  const filter = layer === 'dense' ? [1, 2] : [2, 1, 1, 1];
  const weight = w.steps('w', filter, Int8Array.of(64, layer === 'dense' ? 0 : 64), { scale, zero: 0 });
  if (layer === 'dense') w.add('FULLY_CONNECTED', [x, weight], y, { asymmetric_quantize_inputs: offset ? 1 : 0 });
  else w.add('CONV_2D', [x, weight], y, { padding: 'VALID', stride_h: 1, stride_w: 1 });
  const model = openModel(w.encode('hybrid', [x], [y]));
  const feeds = new Map([
    [model.inputs[0]!.name, { type: 'float32' as const, shape, data: Float32Array.from(values) }],
  ]);
  const known = evaluate(model, kindsOf(model), { feeds }).known;
  return [...(known.get(model.outputs[0]!)?.tensor?.data ?? [])].filter((_, i) => i % channels === 0);
}
const near = (wanted: readonly number[]) => wanted.map((value) => expect.closeTo(value, 6) as number);

it('a matrix sees each row in steps of its largest value over 127, halves away from zero', () => {
  expect(answer([3, 2], [0.123, 12.7, -0.25, -12.7, 0.12345, 0.254], 'dense', false)).toEqual(near([0.1, -0.3, 0.124]));
});

it('with a zero point where the file says so: 255 steps of what the row spans and 0', () => {
  expect(answer([2, 2], [0.123, 2.55, -0.123, 2.0], 'dense', true)).toEqual(near([0.12, (-15 * 2.123) / 255]));
});

it('a convolution with a scale a channel sees each picture in 255 steps between its least and its largest value', () => {
  // -0.55 to 2: steps of 0.01, zero point -73; 0.123 is 12.3 steps, 1.006 is 100.6 steps.
  expect(answer([1, 2, 2, 1], [-0.55, 2, 0.123, 1.006], 'conv', true)).toEqual(near([-0.55, 2, 0.12, 1.01]));
  // The other picture has steps of its own.
  expect(answer([2, 1, 2, 1], [-0.55, 2, 0.0127, 0.255], 'conv', true)).toEqual(near([-0.55, 2, 0.013, 0.255]));
});

it('a map of zeros stays one', () => {
  expect(answer([1, 1, 2, 1], [0, 0], 'conv', true)).toEqual([0, 0]);
});
