// TensorFlow.js on WebGPU: the net's TFLite file, operator by operator, as its graph executor would call them.
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { readTflite } from '../../../graph/formats/tflite/read.ts';
import type { Model, ModelNode, ModelTensor } from '../../../graph/formats/model/model.ts';
import { builders, type Operator, type TfStep } from './tfjs-ops.ts';
import { float32Of } from './tflite-constants.ts';
import type { Peer } from './peer.ts';

const convolutions = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D']);
const activations: Readonly<Record<string, Operator['activation']>> = { RELU: 'relu', RELU6: 'relu6' };

/** The operators of a net, zero padding and activations drawn into the convolution where they are only for it. */
function operatorsOf(model: Model): Operator[] {
  const readers = new Map<string, ModelNode[]>();
  for (const node of model.nodes)
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const makers = new Map(model.nodes.map((node) => [node.outputs[0]!, node]));
  const only = (name: string): ModelNode | undefined => {
    const all = readers.get(name) ?? [];
    return all.length === 1 && !model.outputs.includes(name) ? all[0] : undefined;
  };
  const drawnIn = new Set<ModelNode>();
  const whole = model.nodes.map((node): Operator => {
    const base: Operator = { node, activation: 'linear', input: node.inputs[0] ?? '', output: node.outputs[0]! };
    if (!convolutions.has(node.kind) && node.kind !== 'FULLY_CONNECTED') return base;
    const next = only(base.output);
    const activation = next && activations[next.kind];
    if (activation) drawnIn.add(next);
    const before = convolutions.has(node.kind) ? makers.get(base.input) : undefined;
    const padded = before?.kind === 'PAD' && only(base.input) === node ? before : undefined;
    if (padded) drawnIn.add(padded);
    return {
      ...base,
      ...(activation && { activation, output: next.outputs[0]! }),
      ...(padded && { input: padded.inputs[0]!, pads: padsOf(model.constants.get(padded.inputs[1]!)!) }),
    };
  });
  return whole.filter(({ node }) => !drawnIn.has(node));
}

function padsOf({ bytes }: ModelTensor): NonNullable<Operator['pads']> {
  const list = new Int32Array(bytes.slice().buffer);
  return [0, 2, 4, 6].map((i) => [list[i], list[i + 1]]) as NonNullable<Operator['pads']>;
}

export const tfjsWebgpu: Peer = {
  async open(subject) {
    const model = readTflite(subject.tflite());
    const operators = operatorsOf(model);
    const unknown = operators.find(({ node }) => !builders[node.kind]);
    if (unknown) throw new Error(`TensorFlow.js is not given the operator ${unknown.node.kind}`);
    await tf.setBackend('webgpu');
    await tf.ready();
    const steps = operators.map((operator): { inputs: readonly string[]; output: string; step: TfStep } => ({
      output: operator.output,
      ...builders[operator.node.kind]!(operator, model),
    }));
    const constants = new Map<string, tf.Tensor>();
    for (const { inputs } of steps)
      for (const name of inputs) {
        const stored = model.constants.get(name);
        if (!stored || constants.has(name)) continue;
        const { data, shape } = float32Of(stored);
        constants.set(name, tf.tensor(data, shape));
      }
    const result = model.outputs[0]!;
    const forward = (x: tf.Tensor): tf.Tensor =>
      tf.tidy(() => {
        const values = new Map([...constants, [model.inputs[0]!.name, x]]);
        for (const { inputs, output, step } of steps) values.set(output, step(inputs.map((name) => values.get(name)!)));
        return values.get(result)!;
      });
    return {
      version: tf.version_core,
      async run({ nhwc }) {
        const x = tf.tensor(nhwc, [...subject.shape]);
        const y = forward(x);
        const values = (await y.data()) as Float32Array;
        tf.dispose([x, y]);
        return values;
      },
      end() {
        tf.disposeVariables();
        tf.removeBackend('webgpu');
        return Promise.resolve();
      },
    };
  },
};
