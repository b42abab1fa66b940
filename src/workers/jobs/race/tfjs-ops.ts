// TFLite operators as TensorFlow.js calls: what its own converter makes of such a net, with padding, bias and activation inside the convolution.
import * as tf from '@tensorflow/tfjs-core';
import { float32Of } from './tflite-constants.ts';
import type { Model, ModelNode, ModelTensor } from '../../../graph/formats/model/model.ts';

type Activation = 'linear' | 'relu' | 'relu6';
type Pads = [[number, number], [number, number], [number, number], [number, number]];

/** One operator, with what was drawn into it. */
export interface Operator {
  readonly node: ModelNode;
  readonly pads?: Pads;
  readonly activation: Activation;
  readonly input: string;
  readonly output: string;
}

/** Computes an operator from its operands. */
export type TfStep = (operands: readonly tf.Tensor[]) => tf.Tensor;

interface Made {
  readonly inputs: readonly string[];
  readonly step: TfStep;
}

const number = (node: ModelNode, name: string): number => Number(node.attributes.get(name) ?? 0);
const strides = (node: ModelNode): [number, number] => [number(node, 'stride_h'), number(node, 'stride_w')];
const padOf = ({ node, pads }: Operator): Pads | 'same' | 'valid' =>
  pads ?? (node.attributes.get('padding') === 'SAME' ? 'same' : 'valid');

function integers(model: Model, name: string): number[] {
  const { bytes } = model.constants.get(name) as ModelTensor;
  return [...new Int32Array(bytes.slice().buffer)];
}

type Build = (operator: Operator, model: Model) => Made;

const convolution: Build = (operator, model) => {
  const { node, activation } = operator;
  const [, filterName = '', biasName = ''] = node.inputs;
  const depthwise = node.kind === 'DEPTHWISE_CONV_2D';
  const stored = float32Of(model.constants.get(filterName)!);
  const filter = tf.tidy(() => {
    const given = tf.tensor4d(stored.data, stored.shape as [number, number, number, number]);
    const [, rows = 1, columns = 1, out = 1] = stored.shape;
    const multiplier = number(node, 'depth_multiplier') || 1;
    return depthwise
      ? tf.reshape<tf.Rank.R4>(given, [rows, columns, out / multiplier, multiplier])
      : tf.transpose(given, [1, 2, 3, 0]);
  });
  const bias = tf.tensor1d(float32Of(model.constants.get(biasName)!).data);
  const common = {
    filter,
    bias,
    activation,
    strides: strides(node),
    // Depthwise takes a list of pads as well; its types leave it out.
    pad: padOf(operator) as 'same',
    dilations: [number(node, 'dilation_h') || 1, number(node, 'dilation_w') || 1] as [number, number],
  };
  const run = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
  return { inputs: [operator.input], step: ([x]) => run({ x: x as tf.Tensor4D, ...common }) };
};

const fullyConnected: Build = ({ node, activation, input }, model) => {
  const [, weightName = '', biasName = ''] = node.inputs;
  const stored = float32Of(model.constants.get(weightName)!);
  const b = tf.tensor2d(stored.data, stored.shape as [number, number]);
  const bias = tf.tensor1d(float32Of(model.constants.get(biasName)!).data);
  const width = stored.shape[1]!;
  return {
    inputs: [input],
    step: ([x]) => {
      const rows = tf.reshape<tf.Rank.R2>(x!, [-1, width]);
      const product = tf.fused.matMul({ a: rows, b, transposeB: true, bias, activation });
      return tf.reshape(product, [...x!.shape.slice(0, -1), stored.shape[0]!]);
    },
  };
};

const pool =
  (kind: 'avg' | 'max'): Build =>
  (operator) => {
    const { node } = operator;
    const size: [number, number] = [number(node, 'filter_height'), number(node, 'filter_width')];
    const run = kind === 'avg' ? tf.avgPool : tf.maxPool;
    const pad = operator.pads ?? (padOf(operator) as 'same' | 'valid');
    return { inputs: [operator.input], step: ([x]) => run(x as tf.Tensor4D, size, strides(node), pad) };
  };

/** An operator whose operands are all values or constants. */
const plain =
  (step: TfStep): Build =>
  ({ node }) => ({ inputs: node.inputs, step });

/** An operator with a list of integers as its second operand. */
const listed =
  (step: (x: tf.Tensor, list: number[], node: ModelNode) => tf.Tensor): Build =>
  ({ node }, model) => {
    const list = integers(model, node.inputs[1]!);
    return { inputs: [node.inputs[0]!], step: ([x]) => step(x!, list, node) };
  };

const pairs = (list: readonly number[]): [number, number][] =>
  Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i]!, list[2 * i + 1]!]);

/** Operators by kind; a kind that is missing makes the net one that this peer does not run. */
export const builders: Readonly<Record<string, Build>> = {
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: convolution,
  FULLY_CONNECTED: fullyConnected,
  AVERAGE_POOL_2D: pool('avg'),
  MAX_POOL_2D: pool('max'),
  MEAN: listed((x, axes, node) => tf.mean(x, axes, number(node, 'keep_dims') === 1)),
  RESHAPE: listed((x, shape) => tf.reshape(x, shape)),
  TRANSPOSE: listed((x, perm) => tf.transpose(x, perm)),
  PAD: listed((x, pads) => tf.pad(x, pairs(pads))),
  STRIDED_SLICE({ node }, model) {
    const [begin = [], end = [], step = []] = node.inputs.slice(1).map((name) => integers(model, name));
    return { inputs: [node.inputs[0]!], step: ([x]) => tf.stridedSlice(x!, begin, end, step) };
  },
  CONCATENATION: ({ node }) => ({
    inputs: node.inputs,
    step: (operands) => tf.concat([...operands], number(node, 'axis')),
  }),
  SOFTMAX: plain(([x]) => tf.softmax(x!)),
  BATCH_MATMUL: ({ node }) => ({
    inputs: node.inputs,
    step: ([a, b]) => tf.matMul(a!, b!, number(node, 'adj_x') === 1, number(node, 'adj_y') === 1),
  }),
  ADD: plain(([a, b]) => tf.add(a!, b!)),
  SUB: plain(([a, b]) => tf.sub(a!, b!)),
  MUL: plain(([a, b]) => tf.mul(a!, b!)),
  SQUARE: plain(([x]) => tf.square(x!)),
  RSQRT: plain(([x]) => tf.rsqrt(x!)),
  RELU: plain(([x]) => tf.relu(x!)),
  RELU6: plain(([x]) => tf.relu6(x!)),
  LOGISTIC: plain(([x]) => tf.sigmoid(x!)),
  HARD_SWISH: plain(([x]) => tf.mul(x!, tf.mul(tf.relu6(tf.add(x!, 3)), 1 / 6))),
};
