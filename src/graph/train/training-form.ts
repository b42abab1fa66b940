// The forward pass as training runs it: batch norm and EvoNorm-B0 take the batch's own statistics and leave new running ones behind.
import { normalize } from '../../gpu-kernels/gradients/norm.ts';
import { setMean, setSize, setVariance } from '../../gpu-kernels/gradients/norm-parts.ts';
import { ops } from '../../gpu-kernels/ops/index.ts';
import type { GraphNode, InferredGraph } from '../ir/graph.ts';
import type { TrainNodes } from './train-nodes.ts';

/** State that moves with each step: r ← (1 − m)·r + m·factor·value, or, where it `replaces`, r ← value. */
export type StateUpdate = {
  readonly name: string;
  /** Node of the batch's statistic. */
  readonly value: string;
} & (
  | {
      /** n / (n − 1) for a variance: PyTorch keeps the unbiased one. */
      readonly factor: number;
    }
  | { readonly replaces: true }
);

/** Weight of the new batch in a running statistic (PyTorch's momentum). */
const STATE_MOMENTUM = 0.1;

const batch = { over: 'batch' } as const;

/** Adds the node as inference runs it. */
export function addPlain(g: TrainNodes, node: GraphNode): void {
  g.addAs(node.id, ops[node.op], node.attrs, node.inputs, node.params);
}

/** Adds the node in its training form. Returns the statistics that it moves. */
export function addTrained(g: TrainNodes, node: GraphNode): StateUpdate[] {
  const [x] = node.inputs as [string];
  const unbiased = (): number => {
    const count = setSize(g.shape(x), batch);
    return count / Math.max(1, count - 1);
  };
  if (node.op === 'batch_norm') {
    const { weight, bias, running_mean, running_var } = node.params as Record<string, string>;
    const mean = g.add(setMean, batch, [x]);
    const variance = g.add(setVariance, batch, [x]);
    const { eps } = node.attrs as { readonly eps: number };
    g.addAs(node.id, normalize, { ...batch, eps }, [x, mean, variance], { weight, bias } as Record<string, string>);
    return [
      { name: running_mean as string, value: mean, factor: 1 },
      { name: running_var as string, value: variance, factor: unbiased() },
    ];
  }
  if (node.op === 'evonorm_b0' && (node.attrs as { readonly apply: boolean }).apply) {
    const variance = g.add(setVariance, batch, [x]);
    g.addAs(node.id, ops[node.op], node.attrs, node.inputs, { ...node.params, running_var: variance });
    return [{ name: node.params['running_var'] as string, value: variance, factor: unbiased() }];
  }
  addPlain(g, node);
  return [];
}

/** All nodes of a net, those that `trained` picks in their training form. */
export function addForward(g: TrainNodes, graph: InferredGraph, trained: (node: GraphNode) => boolean): StateUpdate[] {
  return graph.nodes.flatMap((node) => {
    if (trained(node)) return addTrained(g, node);
    addPlain(g, node);
    return [];
  });
}

/** Moves the running statistics, in place. */
export function updateState(
  updates: readonly StateUpdate[],
  values: ReadonlyMap<string, Float32Array>,
  state: ReadonlyMap<string, Float32Array>,
): void {
  for (const update of updates) {
    const running = state.get(update.name) as Float32Array;
    values.get(update.value)?.forEach((statistic, i) => {
      running[i] =
        'replaces' in update
          ? statistic
          : (1 - STATE_MOMENTUM) * (running[i] as number) + STATE_MOMENTUM * update.factor * statistic;
    });
  }
}
