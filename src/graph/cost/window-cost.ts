// Receptive field and stride of every node: what part of the picture one output element can see (Araujo et al., Distill 2019).
import type { Shape } from '../../gpu-kernels/op.ts';
import type { GraphNode, InferredGraph, NodeFacts } from '../ir/graph.ts';

/** Rows, columns, in pixels of the net's input. */
export interface View {
  /** Extent of the picture that one element depends on; not cut at the border. */
  readonly field: readonly [number, number];
  /** Distance between neighbouring elements. */
  readonly stride: readonly [number, number];
  /** True when the element depends on the whole picture (global pooling, attention); `field` is then the picture's size. */
  readonly whole: boolean;
}

type Pair = readonly [number, number];
const pairOf = (value: unknown, otherwise: number): Pair =>
  typeof value === 'number'
    ? [value, value]
    : Array.isArray(value)
      ? (value as unknown as Pair)
      : [otherwise, otherwise];

/** The window that a node slides over rows and columns: 1×1 where it has none. */
function windowOf(node: GraphNode): { kernel: Pair; stride: Pair } {
  const attrs = (node.attrs ?? {}) as Record<string, unknown>;
  if (node.op === 'slice') return { kernel: [1, 1], stride: [1, 1] };
  const largest = Array.isArray(attrs.kernels) ? Math.max(...(attrs.kernels as number[])) : 1;
  const kernel = node.op === 'blur_pool' ? pairOf(attrs.size, 1) : pairOf(attrs.kernel, largest);
  const dilation = pairOf(attrs.dilation, 1);
  return {
    kernel: [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1],
    stride: pairOf(attrs.stride, 1),
  };
}

/** Axes (0 = rows, 1 = columns) along which every element sees everything that its input sees anywhere. */
function poolsOver(node: GraphNode, facts: NodeFacts, input: Shape): readonly [boolean, boolean] {
  if (facts.macKind === 'attention') return [true, true];
  if (node.op !== 'mean') return [false, false];
  const { axes } = node.attrs as { axes: readonly number[] };
  return input.length === 4 ? [axes.includes(1), axes.includes(2)] : [axes.includes(1), axes.includes(1)];
}

/** True for an operand that is broadcast over rows or columns of the result: a gate, which is left out by convention. */
function isGate(operand: Shape, result: Shape): boolean {
  if (operand.length !== 4 || result.length !== 4) return operand.length < result.length;
  return (operand[1] as number) < (result[1] as number) || (operand[2] as number) < (result[2] as number);
}

/** View of every node, by id. An input node sees one pixel; its own height and width are the picture. */
export function receptiveFields(graph: InferredGraph): Map<string, View> {
  const views = new Map<string, View>();
  const shapeOf = (id: string): Shape => (graph.facts.get(id) as NodeFacts).shape;
  const picture = shapeOf(graph.inputs[0] as string);
  const whole: Pair = picture.length === 4 ? [picture[1] as number, picture[2] as number] : [picture[1] ?? 1, 1];
  for (const node of graph.nodes) {
    const facts = graph.facts.get(node.id) as NodeFacts;
    const elementwise = node.op === 'add' || node.op === 'mul' || node.op === 'sub';
    const operands = node.inputs.filter((id) => !elementwise || !isGate(shapeOf(id), facts.shape));
    const seen = (operands.length > 0 ? operands : node.inputs).map((id) => views.get(id) as View);
    if (seen.length === 0) {
      views.set(node.id, { field: [1, 1], stride: [1, 1], whole: false });
      continue;
    }
    const from = {
      field: both((axis) => Math.max(...seen.map(({ field }) => field[axis]))),
      stride: both((axis) => Math.max(...seen.map(({ stride }) => stride[axis]))),
      whole: seen.some((view) => view.whole),
    };
    const input = shapeOf(operands[0] ?? (node.inputs[0] as string));
    const pooled = poolsOver(node, facts, input);
    const { kernel, stride } = windowOf(node);
    const enlarged = both((axis) =>
      node.op === 'resize' ? (input[axis + 1] as number) / (facts.shape[axis + 1] as number) : stride[axis],
    );
    views.set(node.id, {
      field: both((axis) =>
        from.whole || pooled[axis] ? whole[axis] : from.field[axis] + (kernel[axis] - 1) * from.stride[axis],
      ),
      stride: both((axis) => (node.op === 'mean' && pooled[axis] ? whole[axis] : from.stride[axis] * enlarged[axis])),
      whole: from.whole || (pooled[0] && pooled[1]),
    });
  }
  return views;
}

const both = (of: (axis: 0 | 1) => number): Pair => [of(0), of(1)];
