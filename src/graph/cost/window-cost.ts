// Receptive field and stride of every node: what part of the picture one output element can see (Araujo et al., Distill 2019).
import type { WindowAxis } from '../../gpu-kernels/forms.ts';
import type { Shape } from '../../gpu-kernels/op.ts';
import { ops } from '../../gpu-kernels/ops/index.ts';
import type { InferredGraph, NodeFacts } from '../ir/graph.ts';

/** Rows, columns, in pixels of the net's input. */
export interface ReceptiveField {
  /** Extent of the picture that one element depends on; not cut at the border. */
  readonly field: readonly [number, number];
  /** Distance between neighbouring elements. */
  readonly stride: readonly [number, number];
  /** True when the element depends on the whole picture (global pooling, attention); `field` is then the picture's size. */
  readonly whole: boolean;
}

type Pair = readonly [number, number];
const onePixel: readonly [WindowAxis, WindowAxis] = [
  { kernel: 1, stride: 1 },
  { kernel: 1, stride: 1 },
];

/** True for an operand that is broadcast over rows or columns of the result: a gate, which is left out by convention. */
function isGate(operand: Shape, result: Shape): boolean {
  if (operand.length !== 4 || result.length !== 4) return operand.length < result.length;
  return (operand[1] as number) < (result[1] as number) || (operand[2] as number) < (result[2] as number);
}

/** View of every node, by id. An input node sees one pixel; its own height and width are the picture. */
export function receptiveFields(graph: InferredGraph): Map<string, ReceptiveField> {
  const views = new Map<string, ReceptiveField>();
  const shapeOf = (id: string): Shape => (graph.facts.get(id) as NodeFacts).shape;
  const picture = shapeOf(graph.inputs[0] as string);
  const whole: Pair = picture.length === 4 ? [picture[1] as number, picture[2] as number] : [picture[1] ?? 1, 1];
  for (const node of graph.nodes) {
    const facts = graph.facts.get(node.id) as NodeFacts;
    const op = ops[node.op];
    const operands = node.inputs.filter((id) => !op.sign || !isGate(shapeOf(id), facts.shape));
    const seen = (operands.length > 0 ? operands : node.inputs).map((id) => views.get(id) as ReceptiveField);
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
    const window = op.window?.(node.attrs, input, facts.shape) ?? onePixel;
    views.set(node.id, {
      field: both((axis) => {
        const { kernel } = window[axis];
        return from.whole || kernel === 'all' ? whole[axis] : from.field[axis] + (kernel - 1) * from.stride[axis];
      }),
      stride: both((axis) => {
        const { stride } = window[axis];
        return stride === 'all' ? whole[axis] : from.stride[axis] * stride;
      }),
      whole: from.whole || window.every(({ kernel }) => kernel === 'all'),
    });
  }
  return views;
}

const both = (of: (axis: 0 | 1) => number): Pair => [of(0), of(1)];
