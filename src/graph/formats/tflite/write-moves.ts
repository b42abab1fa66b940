// Reshapes, cuts, joins, padding, resizing, shares and products of two values as TFLite operators.
import { tensorOf, type TfliteForm, type TfliteNode } from './form.ts';

interface Slice {
  readonly axis: number;
  readonly start: number;
  readonly size: number;
  readonly step: number;
}

const view: TfliteForm = (n) =>
  void n.w.add('RESHAPE', [n.inputs[0]!, n.w.integers(n.shape)], n.output, { new_shape: n.shape });

function slice(n: TfliteNode<Slice>): void {
  const { axis, start, size, step } = n.attrs;
  const x = n.shapes[0]!;
  const at = (own: number, otherwise: (i: number) => number): number =>
    n.w.integers(x.map((_, i) => (i === axis ? own : otherwise(i))));
  const end = start + (size - 1) * step + 1;
  const cuts = [at(start, () => 0), at(end, (i) => x[i]!), at(step, () => 1)];
  n.w.add('STRIDED_SLICE', [n.inputs[0]!, ...cuts], n.output);
}

function pad(n: TfliteNode<{ before: number[]; after: number[]; mode: string; value: number }>): void {
  const { before, after, mode, value } = n.attrs;
  const pads = n.w.integers(
    before.flatMap((size, axis) => [size, after[axis]!]),
    [before.length, 2],
  );
  const operands = [n.inputs[0]!, pads];
  if (mode === 'reflect') n.w.add('MIRROR_PAD', operands, n.output, { mode: 0 });
  else if (mode !== 'constant') throw new Error(`"${n.id}" repeats its border, which has no TFLite form here`);
  else if (value === 0) n.w.add('PAD', operands, n.output);
  else n.w.add('PADV2', [...operands, n.w.scalar(value)], n.output);
}

function resize(n: TfliteNode<{ mode: string; alignCorners?: boolean }>): void {
  const { mode, alignCorners = false } = n.attrs;
  const bilinear = mode === 'bilinear';
  n.w.add(
    bilinear ? 'RESIZE_BILINEAR' : 'RESIZE_NEAREST_NEIGHBOR',
    [n.inputs[0]!, n.w.integers(n.shape.slice(1, 3))],
    n.output,
    { align_corners: alignCorners ? 1 : 0, half_pixel_centers: bilinear && !alignCorners ? 1 : 0 },
  );
}

export const moveForms = {
  reshape: view,
  concat(n: TfliteNode<{ axis: number }>): void {
    n.w.add('CONCATENATION', n.inputs, n.output, { axis: n.attrs.axis });
  },
  slice,
  select(n: TfliteNode<{ axis: number; index: number }>): void {
    const { axis, index } = n.attrs;
    n.w.add('GATHER', [n.inputs[0]!, n.w.integers([index], [])], n.output, { axis });
  },
  transpose(n: TfliteNode<{ perm: readonly number[] }>): void {
    n.w.add('TRANSPOSE', [n.inputs[0]!, n.w.integers(n.attrs.perm)], n.output);
  },
  softmax(n: TfliteNode<unknown>): void {
    n.w.add('SOFTMAX', n.inputs, n.output, { beta: 1 });
  },
  matmul(n: TfliteNode<{ transposed: boolean }>): void {
    n.w.add('BATCH_MATMUL', n.inputs, n.output, { adj_x: 0, adj_y: n.attrs.transposed ? 1 : 0 });
  },
  constant(n: TfliteNode<unknown>): void {
    // A copy, since an output must be computed.
    view({ ...(n as TfliteNode), inputs: [tensorOf(n, 'value', n.shape, n.param('value')!)] });
  },
  pad,
  resize,
} satisfies Readonly<Record<string, TfliteForm>>;
