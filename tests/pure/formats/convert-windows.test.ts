// Transposed convolutions and extremes over axes: what the file's own nodes compute, the graph of our ops computes.
import { expect, it } from 'vitest';
import { convertModel } from '../../../src/graph/formats/convert/convert.ts';
import { evaluate } from '../../../src/graph/formats/model/evaluate.ts';
import type { Tensor } from '../../../src/graph/formats/model/tensor.ts';
import { encodeOnnx, type OnnxNode, type OnnxTensor } from '../../../src/graph/formats/onnx/proto.ts';
import { kindsOf, openModel } from '../../../src/graph/formats/open.ts';
import { generateInput, generateTensor } from '../../../src/graph/inspect/golden.ts';
import { nchwToNhwc, runReference } from '../../../src/graph/ir/reference.ts';

/** The graph's answer and the node's own, both in the file's order of elements. */
function both(
  node: Pick<OnnxNode, 'op' | 'attributes'>,
  input: number[],
  output: number[],
  tensors: readonly OnnxTensor[],
) {
  const inputs = ['x', ...tensors.map(({ name }) => name)];
  const file = encodeOnnx({
    name: 'one',
    opset: 17,
    inputs: [{ name: 'x', shape: input }],
    outputs: [{ name: 'y', shape: output }],
    nodes: [{ ...node, name: 'node', inputs, outputs: ['y'] }],
    initializers: tensors,
  });
  const model = openModel(file);
  const [, channels = 1, height = 1, width = 1] = input;
  const data = generateInput('window', height, channels, width);
  const feeds = new Map<string, Tensor>([['x', { type: 'float32', shape: input, data }]]);
  const answer = evaluate(model, kindsOf(model), { feeds }).known.get('y');
  const converted = convertModel(model);
  if (!('graph' in converted)) throw new Error(converted.unconverted.map(({ reason }) => reason).join());
  const { graph, params } = converted;
  const values = runReference(
    graph,
    params,
    nchwToNhwc(
      data,
      [0, 2, 3, 1].map((axis) => input[axis]!),
    ),
  ).get(graph.outputs[0]!)!;
  const expected = Float32Array.from((answer as { tensor: Tensor }).tensor.data);
  return { graph, values, expected: ordered(expected, output) };
}
const ordered = (data: Float32Array, shape: number[]): Float32Array =>
  shape.length === 4
    ? nchwToNhwc(
        data,
        [0, 2, 3, 1].map((axis) => shape[axis]!),
      )
    : data;

it.each([
  { kernel: 2, stride: 2, pads: 0, extra: 0, groups: 1, size: 10 },
  { kernel: 3, stride: 2, pads: 1, extra: 1, groups: 1, size: 10 },
  { kernel: 4, stride: 2, pads: 1, extra: 0, groups: 2, size: 10 },
  { kernel: 3, stride: 1, pads: 1, extra: 0, groups: 1, size: 5 },
  { kernel: 2, stride: 3, pads: 0, extra: 1, groups: 4, size: 15 },
  { kernel: 5, stride: 2, pads: 3, extra: 0, groups: 1, size: 7 },
])('a transposed convolution of $kernel, stride $stride, $groups groups', (one) => {
  const { kernel, stride, pads, extra, groups, size } = one;
  const weight = { name: 'w', shape: [4, groups === 1 ? 6 : 2, kernel, kernel] };
  const outputs = weight.shape[1]! * groups;
  const bias = { name: 'b', shape: [outputs] };
  const tensors = [weight, bias].map(({ name, shape }) => ({
    name,
    shape,
    data: generateTensor('window', name, shape),
  }));
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [pads, pads, pads, pads],
    output_padding: [extra, extra],
    group: groups,
  };
  const { values, expected, graph } = both(
    { op: 'ConvTranspose', attributes },
    [1, 4, 5, 5],
    [1, outputs, size, size],
    tensors,
  );
  expect(values.length).toBe(outputs * size * size);
  expect(Math.max(...values.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
  expect(graph.nodes.filter(({ op }) => op === 'conv2d')).toHaveLength(1);
});

it.each([
  ['ReduceMax', [1], [1, 1, 5, 6]],
  ['ReduceMin', [2, 3], [1, 4, 1, 1]],
  ['ReduceMin', [0, 1, 2, 3], [1, 1, 1, 1]],
] as const)('%s over axes %s', (op, axes, output) => {
  const { values, expected } = both(
    { op, attributes: { axes: [...axes], keepdims: 1 } },
    [1, 4, 5, 6],
    [...output],
    [],
  );
  expect([...values]).toEqual([...expected]);
});
