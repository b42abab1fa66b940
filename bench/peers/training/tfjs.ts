// TensorFlow.js: the net written in its calls, its own gradients and momentum.
import '@tensorflow/tfjs-backend-webgpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphNode } from '../../../src/graph/ir/graph.ts';
import { classes, convolutionOf, momentum, rate, type TrainPeer, type TrainTask } from './task.ts';

type Values = Map<string, tf.Tensor>;

/** Parameters in its layouts: filters `[H, W, I, O]` (depthwise `[H, W, C, 1]`), matrices as they are. */
function variables(task: TrainTask): Map<string, tf.Variable> {
  const { graph, start } = task;
  const made = new Map<string, tf.Variable>();
  for (const node of graph.nodes)
    for (const { name, shape, trainable } of graph.facts.get(node.id)?.params ?? []) {
      if (!trainable || made.has(name)) continue;
      const given = tf.tensor(start.get(name)!, [...shape]);
      const depthwise = shape.length === 4 && (node.attrs as { readonly groups: number }).groups > 1;
      const turned = shape.length === 4 ? tf.transpose(given, depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0]) : given;
      made.set(name, tf.variable(turned));
    }
  return made;
}

/** What a node computes; batch norm by the batch's own statistics. */
function compute(
  node: GraphNode,
  task: TrainTask,
  values: Values,
  weights: ReadonlyMap<string, tf.Variable>,
): tf.Tensor {
  const [a, b] = node.inputs.map((id) => values.get(id)!) as [tf.Tensor, tf.Tensor];
  const weight = (role: string): tf.Variable => weights.get(node.params[role]!)!;
  switch (node.op) {
    case 'conv2d': {
      const { attrs, depthwise, pads } = convolutionOf(task.graph, node);
      const same = attrs.stride[0] === 1;
      const x = (same ? a : tf.pad(a, [[0, 0], [...pads[0]], [...pads[1]], [0, 0]])) as tf.Tensor4D;
      const filter = weight('weight') as unknown as tf.Tensor4D;
      const run = depthwise ? tf.depthwiseConv2d : tf.conv2d;
      return run(x, filter, attrs.stride, same ? 'same' : 'valid');
    }
    case 'batch_norm': {
      const { mean, variance } = tf.moments(a, [0, 1, 2]);
      const { eps } = node.attrs as { readonly eps: number };
      return tf.batchNorm(a, mean, variance, weight('bias'), weight('weight'), eps);
    }
    case 'relu6':
      return tf.clipByValue(a, 0, 6);
    case 'add':
      return tf.add(a, b);
    case 'mean':
      return tf.mean(a, [1, 2]);
    case 'reshape':
      return tf.reshape(a, [task.shape[0], -1]);
    case 'linear':
      return tf.add(tf.matMul(a, weight('weight') as unknown as tf.Tensor2D, false, true), weight('bias'));
    default:
      throw new Error(`"${node.id}" is of the kind ${node.op}, which this peer is not given`);
  }
}

export const tfjs: TrainPeer = {
  key: 'tfjsWebgpu',
  title: 'TensorFlow.js WebGPU',
  version: tf.version_core,
  async open(task) {
    await tf.setBackend('webgpu');
    await tf.ready();
    const { graph } = task;
    const weights = variables(task);
    const x = tf.tensor(task.nhwc, [...task.shape]);
    const target = tf.cast(tf.oneHot(tf.tensor1d([...task.labels], 'int32'), classes), 'float32');
    const optimizer = tf.train.momentum(rate, momentum);
    const loss = (): tf.Scalar => {
      const values: Values = new Map();
      for (const node of graph.nodes)
        values.set(node.id, node.op === 'input' ? x : compute(node, task, values, weights));
      return tf.losses.softmaxCrossEntropy(target, values.get(graph.outputs[0]!)!);
    };
    return {
      async step() {
        const before = optimizer.minimize(loss, true, [...weights.values()])!;
        const [value] = await before.data();
        before.dispose();
        return value!;
      },
      end: () => {
        tf.removeBackend('webgpu');
      },
    };
  },
};
