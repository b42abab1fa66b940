// jax-js: the net as one jitted function of parameters, momenta and the batch.
import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad, type Array as Value } from '@jax-js/jax';
import type { GraphNode, InferredGraph } from '../../../src/graph/ir/graph.ts';
import { classes, convolutionOf, momentum, rate, type TrainPeer } from './task.ts';

/** Its package exports no version: the bench puts it in. */
declare const jaxJsVersion: string;

const array = (data: Float32Array, shape: readonly number[]): Value => np.array(data).reshape([...shape]);

function normalised(x: Value, scale: Value, shift: Value, eps: number): Value {
  const d = x.ref.sub(np.mean(x, [0, 2, 3], { keepdims: true }));
  const variance = np.mean(d.ref.mul(d.ref), [0, 2, 3], { keepdims: true });
  return d
    .mul(np.reciprocal(np.sqrt(variance.add(eps))))
    .mul(scale)
    .add(shift);
}

/** Each use of a value but the last takes a reference: arrays are consumed by what reads them. */
function forward(graph: InferredGraph, weights: ReadonlyMap<string, Value>, x: Value): Value {
  const left = new Map<string, number>();
  for (const { inputs } of graph.nodes) for (const id of inputs) left.set(id, (left.get(id) ?? 0) + 1);
  const values = new Map<string, Value>();
  const take = (id: string): Value => {
    const rest = left.get(id)! - 1;
    left.set(id, rest);
    const value = values.get(id)!;
    return rest > 0 ? value.ref : value;
  };
  const compute = (node: GraphNode): Value => {
    const weight = (role: string): Value => weights.get(node.params[role]!)!;
    const a = take(node.inputs[0]!);
    switch (node.op) {
      case 'conv2d': {
        const { attrs, depthwise, pads } = convolutionOf(graph, node);
        return lax.convGeneralDilated(
          a,
          weight('weight'),
          [...attrs.stride],
          pads.map(([begin, end]) => [begin, end]),
          depthwise ? { featureGroupCount: attrs.groups } : {},
        );
      }
      case 'batch_norm':
        return normalised(a, weight('weight'), weight('bias'), (node.attrs as { readonly eps: number }).eps);
      case 'relu6':
        return nn.relu6(a);
      case 'add':
        return a.add(take(node.inputs[1]!));
      case 'mean':
        return np.mean(a, [2, 3]);
      case 'reshape':
        return a;
      case 'linear':
        return np.matmul(a, weight('weight').transpose()).add(weight('bias'));
      default:
        throw new Error(`"${node.id}" is of the kind ${node.op}, which this peer is not given`);
    }
  };
  for (const node of graph.nodes) values.set(node.id, node.op === 'input' ? x : compute(node));
  return values.get(graph.outputs[0]!)!;
}

export const jax: TrainPeer = {
  key: 'jaxJs',
  title: 'jax-js',
  version: jaxJsVersion,
  async open(task) {
    const { graph, start, shape } = task;
    await init('webgpu');
    defaultDevice('webgpu');
    const names: string[] = [];
    let weights: Value[] = [];
    for (const node of graph.nodes)
      for (const param of graph.facts.get(node.id)?.params ?? []) {
        if (!param.trainable || names.includes(param.name)) continue;
        names.push(param.name);
        const column = node.op === 'batch_norm' ? [1, param.shape[0]!, 1, 1] : param.shape;
        weights.push(array(start.get(param.name)!, column));
      }
    let momenta = weights.map((value) => np.zeros(value.shape));
    const x = array(task.nchw, [shape[0], 3, shape[1], shape[2]]);
    const oneHot = Float32Array.from({ length: shape[0] * classes }, (_, i) =>
      task.labels[Math.floor(i / classes)] === i % classes ? 1 : 0,
    );
    const y = array(oneHot, [shape[0], classes]);
    const loss = (p: Value[], input: Value, target: Value): Value => {
      const z = forward(graph, new Map(names.map((name, i) => [name, p[i]!])), input);
      return np.mean(np.sum(nn.logSoftmax(z).mul(target), 1)).mul(-1);
    };
    const update = jit((p: Value[], v: Value[], input: Value, target: Value): [Value, Value[], Value[]] => {
      const [value, gradients] = valueAndGrad(loss)(
        p.map((each) => each.ref),
        input,
        target,
      ) as unknown as [Value, Value[]];
      const moved = v.map((each, i) => each.mul(momentum).add(gradients[i]!));
      const next = p.map((each, i) => each.sub(moved[i]!.ref.mul(rate)));
      return [value, next, moved];
    });
    return {
      async step() {
        const [value, next, moved] = update(weights, momenta, x.ref, y.ref);
        [weights, momenta] = [next, moved];
        return (await value.data())[0]!;
      },
      end: () => undefined,
    };
  },
};
