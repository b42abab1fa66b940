// Element-wise arithmetic: sums, products and differences of two values, and scaling by constants.
import * as v from 'valibot';
import { defineOp, definePointwise, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { none } from './attributes.ts';
import { alongChannel } from './channel-first.ts';
import { channelsOf, onlyOperand, operands, printShape } from './operands.ts';
import { onnxNode } from './simple-forms.ts';

/** Shape of `a ∘ b`: equal rank, sizes equal or 1 (NumPy's rule without added axes). Throws ShapeError. */
function broadcastShape(inputs: readonly Shape[], what: string): Shape {
  const [a, b] = operands(inputs, 2, what) as [Shape, Shape];
  const fits = a.length === b.length && a.every((size, axis) => size === b[axis] || size === 1 || b[axis] === 1);
  if (!fits) {
    throw new ShapeError(
      `${what} cannot pair ${printShape(a)} with ${printShape(b)}`,
      'make both shapes equal, or 1 where they differ',
    );
  }
  return a.map((size, axis) => (size === 1 ? (b[axis] as number) : size));
}

/** Index of the element of a broadcast operand that each output element reads, axis by axis: stride 0 along a size of 1. */
function broadcastIndex(shape: Shape, output: Shape): Int32Array {
  let index = Int32Array.of(0);
  let stride = elements(shape);
  output.forEach((size, axis) => {
    stride /= shape[axis] as number;
    const step = shape[axis] === 1 ? 0 : stride;
    const next = new Int32Array(index.length * size);
    for (let i = 0, to = 0; i < index.length; i++)
      for (let k = 0; k < size; k++) next[to++] = (index[i] as number) + k * step;
    index = next;
  });
  return index;
}

interface Binary<N extends string> {
  readonly name: N;
  /** Begins a sentence: `a sum`. */
  readonly what: string;
  readonly doc: string;
  readonly sign: '+' | '−' | '×';
  readonly python: string;
  readonly onnx: string;
  apply(a: number, b: number): number;
}

function binaryOp<const N extends string>({ name, what, doc, sign, python, onnx, apply }: Binary<N>) {
  return defineOp({
    name,
    doc,
    attrs: none,
    shape: (inputs) => broadcastShape(inputs, what),
    macKind: 'none',
    macs: () => 0,
    reference([x, y], _params, { inputs: [a, b], output }) {
      const result = numbers(elements(output));
      const [left, right] = [x as Float32Array, y as Float32Array];
      if (left.length === result.length && right.length === result.length) {
        for (let i = 0; i < result.length; i++) result[i] = apply(left[i] as number, right[i] as number);
        return result;
      }
      const fromLeft = broadcastIndex(a as Shape, output);
      const fromRight = broadcastIndex(b as Shape, output);
      for (let i = 0; i < result.length; i++) {
        result[i] = apply(left[fromLeft[i] as number] as number, right[fromRight[i] as number] as number);
      }
      return result;
    },
    onnx: onnxNode(onnx),
    pytorch: { expression: (n) => `${n.x(0)} ${python} ${n.x(1)}` },
    sign,
  });
}

export const add = binaryOp({
  name: 'add',
  what: 'a sum',
  doc: 'Sum of two values; sizes of 1 are repeated.',
  sign: '+',
  python: '+',
  onnx: 'Add',
  apply: (a, b) => a + b,
});
export const sub = binaryOp({
  name: 'sub',
  what: 'a difference',
  doc: 'Difference of two values; sizes of 1 are repeated.',
  sign: '−',
  python: '-',
  onnx: 'Sub',
  apply: (a, b) => a - b,
});
export const mul = binaryOp({
  name: 'mul',
  what: 'a product',
  doc: 'Product of two values; sizes of 1 are repeated (a gate of [N, 1, 1, C]).',
  sign: '×',
  python: '*',
  onnx: 'Mul',
  apply: (a, b) => a * b,
});

const scaleConstAttrs = v.strictObject({
  factor: v.pipe(v.number('must be a number'), v.finite('must be a finite number')),
});

export const scaleConst = definePointwise({
  name: 'scale_const',
  doc: 'Multiplies by a fixed number.',
  attrs: scaleConstAttrs,
  shape: (inputs) => onlyOperand(inputs, 'a scaling'),
  macKind: 'none',
  macs: () => 0,
  reference: ([x], _params, { attrs }) => (x as Float32Array).map((value) => value * attrs.factor),
  pointwise: (x, a) => `(${x} * ${Number.isInteger(a.factor) ? a.factor.toFixed(1) : a.factor})`,
  onnx: {
    write: ({ builder, inputs, output, attrs }) =>
      void builder.add('Mul', [...inputs, builder.scalar(attrs.factor)], {}, output),
  },
  pytorch: { expression: (n) => `${n.x()} * ${n.attrs.factor}` },
});

/** Layer scale (CaiT, arXiv 2103.17239 §3): one learned factor per channel. */
export const layerScale = defineOp({
  name: 'layer_scale',
  doc: 'One learned factor per channel.',
  attrs: none,
  shape: (inputs) => onlyOperand(inputs, 'layer scale'),
  params: ([input]) => ({ gamma: { shape: [channelsOf(input as Shape)], trainable: true } }),
  macKind: 'none',
  macs: () => 0,
  reference([x], params, { output }) {
    const channels = channelsOf(output);
    const gamma = params.gamma as Float32Array;
    return (x as Float32Array).map((value, i) => value * (gamma[i % channels] as number));
  },
  onnx: {
    write: ({ builder, inputs, output, outputShape, param }) =>
      void builder.add('Mul', [...inputs, param('gamma', alongChannel(outputShape))], {}, output),
  },
  pytorch: {
    leaves: (n) => [[n.params.gamma ?? '', `nn.Parameter(torch.full((${channelsOf(n.output)},), 1e-5))`]],
    expression: (n) => `${n.x()} * ${n.at(n.params.gamma ?? '')}${n.output.length === 4 ? '.view(1, -1, 1, 1)' : ''}`,
  },
});
