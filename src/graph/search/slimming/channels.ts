// Which channels of a net are one and the same: residual sums and everything that works channel by channel tie them, so that they go together.
import type { Conv2dAttrs } from '../../../gpu-kernels/ops/convolution.ts';
import type { GraphNode, InferredGraph } from '../../ir/graph.ts';

/** Sets of channels, by number. */
export interface ChannelSets {
  /** The set of a node's output channels. */
  of(node: string): number;
  /** Whether a set has to stay as it is: the picture's, the answers', and those of operators that mix or split channels. */
  isFrozen(set: number): boolean;
  /** Dense layers (convolutions of one group, linear layers) by the set that they read. */
  readonly readers: ReadonlyMap<number, readonly GraphNode[]>;
  /** Dense layers by the set that they make. */
  readonly makers: ReadonlyMap<number, readonly GraphNode[]>;
}

/** Operators that treat every channel alike and apart, on one input. */
const channelwise = new Set<string>([
  'batch_norm',
  'relu',
  'relu6',
  'hswish',
  'hsigmoid',
  'swish',
  'sigmoid',
  'gelu',
  'gelu_tanh',
  'tanh',
  'leaky_relu',
  'clip',
  'mean',
  'avg_pool2d',
  'max_pool2d',
  'adaptive_avg_pool2d',
  'blur_pool',
  'resize',
  'pad',
]);
const tying = new Set<string>(['add', 'mul', 'sub']);

export function channelSets(graph: InferredGraph): ChannelSets {
  const parents: number[] = [];
  const frozen = new Set<number>();
  const sets = new Map<string, number>();
  const root = (set: number): number => {
    let at = set;
    while (parents[at] !== at) at = parents[at]!;
    return at;
  };
  const fresh = (): number => parents.push(parents.length) - 1;
  const tie = (a: number, b: number): void => {
    parents[root(a)] = root(b);
  };
  const width = (id: string): number => graph.facts.get(id)?.shape.at(-1) ?? 0;
  const dense: GraphNode[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => sets.get(id)!);
    const out = width(node.id);
    const same = node.inputs.every((id) => width(id) === out);
    if (isDense(node)) {
      sets.set(node.id, fresh());
      dense.push(node);
    } else if (isDepthwise(node, graph) || (channelwise.has(node.op) && inputs.length === 1 && same))
      sets.set(node.id, inputs[0]!);
    else if (tying.has(node.op) && same) {
      for (const input of inputs) tie(input, inputs[0]!);
      sets.set(node.id, inputs[0]!);
    } else {
      const own = fresh();
      sets.set(node.id, own);
      for (const set of [own, ...inputs]) frozen.add(set);
    }
  }
  for (const id of [...graph.outputs, ...(graph.named?.values() ?? [])]) frozen.add(sets.get(id)!);
  const roots = new Set([...frozen].map(root));
  const of = (node: string): number => root(sets.get(node)!);
  const grouped = (key: (node: GraphNode) => number): Map<number, GraphNode[]> => {
    const groups = new Map<number, GraphNode[]>();
    for (const node of dense) groups.set(key(node), [...(groups.get(key(node)) ?? []), node]);
    return groups;
  };
  return {
    of,
    isFrozen: (set) => roots.has(set),
    readers: grouped((node) => of(node.inputs[0]!)),
    makers: grouped((node) => of(node.id)),
  };
}

/** A layer whose every output reads every input channel. */
export const isDense = ({ op, attrs }: GraphNode): boolean =>
  op === 'linear' || (op === 'conv2d' && (attrs as Conv2dAttrs).groups === 1);

function isDepthwise({ op, attrs, inputs, id }: GraphNode, graph: InferredGraph): boolean {
  if (op !== 'conv2d') return false;
  const channels = graph.facts.get(inputs[0]!)?.shape.at(-1);
  return (attrs as Conv2dAttrs).groups === channels && graph.facts.get(id)?.shape.at(-1) === channels;
}
