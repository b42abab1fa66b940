// Attention in ONNX: heads are brought to [N, heads, T, d] with reshapes, then two matrix products and a softmax.
import { biasTable, headLayouts, type AttentionAttrs, type HeadLayout } from '../../../gpu-kernels/ops/attention.ts';
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import type { EmitContext } from './export.ts';

/** One operand as `[N, heads, T, d]`. */
function headsFirst(
  { builder }: EmitContext,
  input: string,
  shape: Shape,
  layout: HeadLayout,
  heads: number,
  dim: number,
): string {
  const channels = shape.at(-1) as number;
  const batch = shape[0] as number;
  const count = elements(shape) / (batch * channels);
  const tokens = builder.tokens(input, shape);
  const { offset, headStride } = layout;
  let split: string;
  if (heads === 1) split = builder.reshape(builder.slice(tokens, 2, offset, offset + dim), [batch, count, 1, dim]);
  else if (heads * headStride === channels && offset + dim <= headStride) {
    // Interleaved: every head holds its own q, k and v.
    split = builder.slice(builder.reshape(tokens, [batch, count, heads, headStride]), 3, offset, offset + dim);
  } else {
    const block = builder.slice(tokens, 2, offset, offset + heads * headStride);
    split = builder.slice(builder.reshape(block, [batch, count, heads, headStride]), 3, 0, dim);
  }
  return builder.transpose(split, [0, 2, 1, 3]);
}

export function attention(context: EmitContext): void {
  const { builder, node, inputs, inputShapes, outputShape } = context;
  const a = node.attrs as AttentionAttrs;
  const layouts = headLayouts(a);
  const operand = (index: number, layout: HeadLayout, heads: number, dim: number): string => {
    const at = a.packed ? 0 : index;
    return headsFirst(context, inputs[at] as string, inputShapes[at] as Shape, layout, heads, dim);
  };
  if (a.kvHeads !== a.heads && a.kvHeads !== 1)
    throw new Error(`${node.id}: grouped-query attention has no ONNX form here`);
  const q = operand(0, layouts.q, a.heads, a.keyDim);
  const k = operand(1, layouts.k, a.kvHeads, a.keyDim);
  const v = operand(2, layouts.v, a.kvHeads, a.valueDim);
  let scores = builder.add('MatMul', [
    builder.add('Mul', [q, builder.scalar(a.scale)]),
    builder.transpose(k, [0, 1, 3, 2]),
  ]);
  if (a.bias) {
    const { index, entries } = biasTable(a.bias);
    const table = context.values('attention_biases') as Float32Array;
    const queries = elements(outputShape) / ((outputShape[0] as number) * (outputShape.at(-1) as number));
    const pairs = index.length;
    const full = new Float32Array(a.heads * pairs);
    for (let head = 0; head < a.heads; head++)
      for (let i = 0; i < pairs; i++) full[head * pairs + i] = table[head * entries + (index[i] as number)] as number;
    scores = builder.add('Add', [
      scores,
      builder.constant(`${node.id} bias`, [1, a.heads, queries, pairs / queries], full),
    ]);
  }
  const mix = (value: string, head: string): string =>
    builder.add('Conv', [value, context.param(`${head}.weight`), context.param(`${head}.bias`)], {
      kernel_shape: [1, 1],
    });
  if (a.talkingHeads) scores = mix(scores, 'talking_head1');
  let weights = builder.add('Softmax', [scores], { axis: -1 });
  if (a.talkingHeads) weights = mix(weights, 'talking_head2');
  const values = builder.add('MatMul', [weights, v]);
  joinHeads(context, builder.transpose(values, [0, 2, 1, 3]));
}

/** `[N, T, heads, d]` → the node's output, a map or tokens. */
function joinHeads({ builder, output, outputShape }: EmitContext, value: string): void {
  const channels = outputShape.at(-1) as number;
  const batch = outputShape[0] as number;
  if (outputShape.length === 3) return void builder.reshape(value, outputShape, output);
  const [, height, width] = outputShape as readonly [number, number, number, number];
  const tokens = builder.reshape(value, [batch, height * width, channels]);
  builder.reshape(builder.transpose(tokens, [0, 2, 1]), [batch, channels, height, width], output);
}

/** φ(x) = exp(Wx − |x|²/2) / √m; y = φ(q)(φ(k)ᵀ v) / (φ(q)·Σφ(k) + 1e-8) (T2T-ViT, token_performer). */
export function performer(context: EmitContext): void {
  const { builder, node, inputs, output } = context;
  const { dim, features } = node.attrs as { dim: number; features: number };
  const part = (index: number): string => builder.slice(inputs[0] as string, 2, index * dim, (index + 1) * dim);
  const w = context.values('w') as Float32Array;
  const turned = new Float32Array(w.length);
  for (let m = 0; m < features; m++) for (let i = 0; i < dim; i++) turned[i * features + m] = w[m * dim + i] as number;
  const projection = builder.constant(`${node.id} w transposed`, [dim, features], turned);
  const phi = (x: string): string => {
    const squares = builder.add('ReduceSum', [builder.add('Mul', [x, x]), builder.integers([2])], { keepdims: 1 });
    const half = builder.add('Mul', [squares, builder.scalar(0.5)]);
    const exponent = builder.add('Sub', [builder.add('MatMul', [x, projection]), half]);
    return builder.add('Mul', [builder.add('Exp', [exponent]), builder.scalar(features ** -0.5)]);
  };
  const [k, q, v] = [phi(part(0)), phi(part(1)), part(2)];
  const products = builder.add('MatMul', [builder.transpose(k, [0, 2, 1]), v]);
  const sums = builder.add('ReduceSum', [k, builder.integers([1])], { keepdims: 1 });
  const normaliser = builder.add('ReduceSum', [builder.add('Mul', [q, sums]), builder.integers([2])], { keepdims: 1 });
  builder.add(
    'Div',
    [builder.add('MatMul', [q, products]), builder.add('Add', [normaliser, builder.scalar(1e-8)])],
    {},
    output,
  );
}
