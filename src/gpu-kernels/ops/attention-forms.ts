// Attention in other words: in ONNX heads are brought to [N, heads, T, d] for two matrix products and a softmax; in PyTorch a helper does it.
import type { OnnxContext, OnnxForm, PytorchForm } from '../forms.ts';
import { elements, type Shape } from '../op.ts';
import { biasTable, headLayouts, type AttentionAttrs, type HeadLayout } from './attention-layout.ts';
import { owner, tuple } from './simple-forms.ts';

/** One operand as `[N, heads, T, d]`. */
function headsFirst(
  { builder }: OnnxContext,
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

/** `[N, T, heads, d]` → the node's output, a map or tokens. */
function joinHeads({ builder, output, outputShape }: OnnxContext, value: string): void {
  const channels = outputShape.at(-1) as number;
  const batch = outputShape[0] as number;
  if (outputShape.length === 3) return void builder.reshape(value, outputShape, output);
  const [, height, width] = outputShape as readonly [number, number, number, number];
  const tokens = builder.reshape(value, [batch, height * width, channels]);
  builder.reshape(builder.transpose(tokens, [0, 2, 1]), [batch, channels, height, width], output);
}

export const onnx: OnnxForm<AttentionAttrs> = {
  write(context) {
    const { builder, id, attrs: a, inputs, inputShapes, outputShape, param, values: valuesOf } = context;
    const layouts = headLayouts(a);
    const operand = (index: number, layout: HeadLayout, heads: number, dim: number): string => {
      const at = a.packed ? 0 : index;
      return headsFirst(context, inputs[at] as string, inputShapes[at] as Shape, layout, heads, dim);
    };
    if (a.kvHeads !== a.heads && a.kvHeads !== 1)
      throw new Error(`${id}: grouped-query attention has no ONNX form here`);
    const q = operand(0, layouts.q, a.heads, a.keyDim);
    const k = operand(1, layouts.k, a.kvHeads, a.keyDim);
    const v = operand(2, layouts.v, a.kvHeads, a.valueDim);
    const scaled = builder.add('Mul', [q, builder.scalar(a.scale)]);
    let scores = builder.add('MatMul', [scaled, builder.transpose(k, [0, 1, 3, 2])]);
    if (a.bias) {
      const { index, entries } = biasTable(a.bias);
      const table = valuesOf('attention_biases') as Float32Array;
      const queries = elements(outputShape) / ((outputShape[0] as number) * (outputShape.at(-1) as number));
      const pairs = index.length;
      const full = new Float32Array(a.heads * pairs);
      for (let head = 0; head < a.heads; head++)
        for (let i = 0; i < pairs; i++) full[head * pairs + i] = table[head * entries + (index[i] as number)] as number;
      const bias = builder.constant(`${id} bias`, [1, a.heads, queries, pairs / queries], full);
      scores = builder.add('Add', [scores, bias]);
    }
    const mix = (value: string, head: string): string =>
      builder.add('Conv', [value, param(`${head}.weight`), param(`${head}.bias`)], { kernel_shape: [1, 1] });
    if (a.talkingHeads) scores = mix(scores, 'talking_head1');
    let weights = builder.add('Softmax', [scores], { axis: -1 });
    if (a.talkingHeads) weights = mix(weights, 'talking_head2');
    const values = builder.add('MatMul', [weights, v]);
    joinHeads(context, builder.transpose(values, [0, 2, 1, 3]));
  },
};

export const pytorch: PytorchForm<AttentionAttrs> = {
  leaves(n) {
    const { heads, bias } = n.attrs;
    const table = n.params.attention_biases;
    const entries = bias && (bias.kind === 'table' ? bias.entries : bias.kSize[0] * bias.kSize[1]);
    const talking = (['talking_head1.weight', 'talking_head2.weight'] as const).flatMap((role) => {
      const path = n.params[role];
      return path === undefined ? [] : [[owner(path), `nn.Conv2d(${heads}, ${heads}, 1)`] as const];
    });
    return [
      ...(table !== undefined ? [[table, `nn.Parameter(torch.zeros(${heads}, ${entries}))`] as const] : []),
      ...talking,
    ];
  },
  expression(n) {
    const { heads, kvHeads, keyDim, valueDim, scale, bias, packed } = n.attrs;
    const layout = headLayouts(n.attrs);
    const operand = (index: number, count: number, size: number, { offset, headStride }: HeadLayout) =>
      `${n.use('heads')}(${n.x(packed ? 0 : index)}, ${count}, ${size}, ${offset}, ${headStride})`;
    const words = [
      operand(0, heads, keyDim, layout.q),
      operand(1, kvHeads, keyDim, layout.k),
      operand(2, kvHeads, valueDim, layout.v),
      String(scale),
    ];
    if (bias && n.params.attention_biases !== undefined) {
      const index =
        bias.kind === 'table'
          ? `torch.tensor([${bias.index.join(', ')}]).unflatten(0, (-1, ${n.inputs[1]?.[1]}))`
          : `${n.use('relative_index')}(${tuple(bias.qSize)}, ${tuple(bias.kSize)}, ${tuple(bias.stride)})`;
      words.push(`bias=${n.at(n.params.attention_biases)}[:, ${index}]`);
    }
    if (n.params['talking_head1.weight'] !== undefined) {
      words.push(`mix_before=${n.at(owner(n.params['talking_head1.weight']))}`);
      words.push(`mix_after=${n.at(owner(n.params['talking_head2.weight']))}`);
    }
    const tokens = `${n.use('attend')}(${words.join(', ')})`;
    return n.output.length === 4 ? `${tokens}.transpose(1, 2).unflatten(2, ${tuple(n.output.slice(1, 3))})` : tokens;
  },
};
