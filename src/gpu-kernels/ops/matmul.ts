// Product of two computed matrices: attention as exporters spell it out, where no weights are involved.
import * as v from 'valibot';
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { operands, printShape } from './operands.ts';

const matmulAttrs = v.strictObject({
  /** The second operand is [..., N, K]. */
  transposed: v.optional(v.boolean(), false),
});
export type MatmulAttrs = v.InferOutput<typeof matmulAttrs>;

/** Rows, depth and columns of each product; `lead` are the axes before. Throws ShapeError. */
export function matmulSizes(inputs: readonly Shape[], { transposed }: MatmulAttrs) {
  const [a, b] = operands(inputs, 2, 'a matrix product') as [Shape, Shape];
  const [rows = 0, depth = 0] = a.slice(-2);
  const [columns = 0, inner = 0] = transposed ? b.slice(-2) : [b.at(-1), b.at(-2)];
  const lead = a.slice(0, -2);
  if (a.length < 2 || a.length !== b.length || inner !== depth || lead.some((size, axis) => size !== b[axis]))
    throw new ShapeError(
      `a matrix product cannot pair ${printShape(a)} with ${printShape(b)}${transposed ? ' transposed' : ''}`,
      'make the inner sizes and the axes before them equal',
    );
  return { lead, rows, depth, columns };
}

export const matmul = defineOp({
  name: 'matmul',
  doc: 'Product of two computed matrices, one for each of the axes before.',
  attrs: matmulAttrs,
  shape(inputs, a) {
    const { lead, rows, columns } = matmulSizes(inputs, a);
    return [...lead, rows, columns];
  },
  macKind: 'attention',
  macs(inputs, a) {
    const { lead, rows, depth, columns } = matmulSizes(inputs, a);
    return elements(lead) * rows * depth * columns;
  },
  reference([x, y], _params, { inputs, attrs, output }) {
    const { rows, depth, columns } = matmulSizes(inputs, attrs);
    const [alongDepth, alongColumns] = attrs.transposed ? [1, depth] : [columns, 1];
    const result = numbers(elements(output));
    for (let at = 0; at < result.length; at++) {
      const column = at % columns;
      const row = Math.floor(at / columns);
      const from = Math.floor(row / rows) * depth * columns + column * alongColumns;
      let sum = 0;
      for (let k = 0; k < depth; k++)
        sum += (x as Float32Array)[row * depth + k]! * (y as Float32Array)[from + k * alongDepth]!;
      result[at] = sum;
    }
    return result;
  },
  onnx: {
    write({ builder, inputs, inputShapes, output, attrs, outputShape }) {
      const rank = outputShape.length;
      const swapped = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
      // Maps are channel-first there; the product is over our last two axes.
      const own = (index: number): string => {
        const name = inputs[index] as string;
        return (inputShapes[index] as Shape).length === 4 ? builder.transpose(name, [0, 2, 3, 1]) : name;
      };
      const right = attrs.transposed ? builder.transpose(own(1), swapped) : own(1);
      if (rank !== 4) return void builder.add('MatMul', [own(0), right], {}, output);
      builder.transpose(builder.add('MatMul', [own(0), right]), [0, 3, 1, 2], output);
    },
  },
  pytorch: {
    expression(n) {
      const own = (index: number): string => (n.output.length === 4 ? `${n.x(index)}.permute(0, 2, 3, 1)` : n.x(index));
      const product = `${own(0)} @ ${own(1)}${n.attrs.transposed ? '.transpose(-1, -2)' : ''}`;
      return n.output.length === 4 ? `(${product}).permute(0, 3, 1, 2)` : product;
    },
  },
  box: () => ({ kind: 'attention', label: 'matmul', words: 'matrix product' }),
});
