// Training kernels of attention: scores and shares are made once, forward and backward read them.
import { biasTable, headLayouts, type AttentionAttrs } from '../../ops/attention-layout.ts';
import { elements, type Shape } from '../../shape.ts';
import { eachElement, float, type Lower, type LoweredNode, type Lowering, type Operand } from './lowering.ts';
import { softmax } from './products.ts';

export interface AttentionSizes {
  readonly batch: number;
  readonly queries: number;
  readonly keys: number;
  /** `[N, heads, queries, keys]`. */
  readonly shape: Shape;
}

export const channelsOf = ({ shape }: Operand): number => shape.at(-1) as number;
export const tokensOf = ({ shape }: Operand): number =>
  elements(shape) / (shape[0] as number) / (shape.at(-1) as number);

export function sizesOf(q: Operand, k: Operand, a: AttentionAttrs): AttentionSizes {
  const [batch, queries, keys] = [q.shape[0] as number, tokensOf(q), tokensOf(k)];
  return { batch, queries, keys, shape: [batch, a.heads, queries, keys] };
}

/** WGSL of head, query, key and picture of element `i` of a matrix of scores. */
export const coordinates = ({ queries, keys }: AttentionSizes, { heads }: AttentionAttrs): string =>
  `  let key = i % ${keys}u; let query = i / ${keys}u % ${queries}u; let head = i / ${keys * queries}u % ${heads}u; let n = i / ${keys * queries * heads}u;`;

/** 1×1 convolution over the heads, or, `back`, its transpose. */
export function mix(
  l: Lowering,
  x: Operand,
  s: AttentionSizes,
  a: AttentionAttrs,
  w: Operand,
  bias: Operand | undefined,
  hint: string,
): Operand {
  const y = l.scratch(hint, s.shape);
  const plane = s.queries * s.keys;
  eachElement(l, {
    kernel: bias ? 'attention/mix-heads' : 'attention/mix-heads-back',
    out: { y },
    in: { x, w, ...(bias && { bias }) },
    count: elements(s.shape),
    body: `  let head = i / ${plane}u % ${a.heads}u; let base_at = i / ${plane * a.heads}u * ${plane * a.heads}u + i % ${plane}u;
  var sum = ${bias ? 'bias(head)' : '0.0'};
  for (var g = 0u; g < ${a.heads}u; g++) { sum += w(${bias ? `head * ${a.heads}u + g` : `g * ${a.heads}u + head`}) * x(base_at + g * ${plane}u); }
  set_y(i, sum);`,
  });
  return y;
}

export interface AttentionShares {
  /** Before the first talking heads; shares; what multiplies the values. */
  readonly scores: Operand;
  readonly shares: Operand;
  readonly used: Operand;
}

export function sharesOf(
  l: Lowering,
  q: Operand,
  k: Operand,
  params: LoweredNode['params'],
  a: AttentionAttrs,
): AttentionShares {
  const key = `attention:${q.id}:${k.id}:${Object.values(params)
    .map(({ id }) => id)
    .join()}`;
  const [scores, shares, used] = l.shared(key, () => {
    const s = sizesOf(q, k, a);
    const layout = headLayouts(a);
    const bias = a.bias && biasTable(a.bias);
    const y = l.scratch(`${key}:scores`, s.shape);
    eachElement(l, {
      kernel: 'attention/scores',
      out: { y },
      in: { q, k, ...(bias && { b: params['attention_biases'] as Operand }) },
      count: elements(s.shape),
      ...(bias && { table: bias.index }),
      body: `${coordinates(s, a)}
  let from_q = (n * ${s.queries}u + query) * ${channelsOf(q)}u + ${layout.q.offset}u + head * ${layout.q.headStride}u;
  let from_k = (n * ${s.keys}u + key) * ${channelsOf(k)}u + ${layout.k.offset}u + head / ${a.heads / a.kvHeads}u * ${layout.k.headStride}u;
  var sum = 0.0;
  for (var d = 0u; d < ${a.keyDim}u; d++) { sum += q(from_q + d) * k(from_k + d); }
  set_y(i, sum * ${float(a.scale)}${bias ? ` + b(head * ${bias.entries}u + word(query * ${s.keys}u + key))` : ''});`,
    });
    const mixed = a.talkingHeads
      ? mix(l, y, s, a, params['talking_head1.weight'] as Operand, params['talking_head1.bias'], `${key}:mixed`)
      : y;
    const part = l.scratch(`${key}:shares`, s.shape);
    softmax(l, { id: key, attrs: {}, inputs: [mixed], params: {}, output: part });
    const last = a.talkingHeads
      ? mix(l, part, s, a, params['talking_head2.weight'] as Operand, params['talking_head2.bias'], `${key}:used`)
      : part;
    return [y, part, last];
  }) as readonly [Operand, Operand, Operand];
  return { scores, shares, used };
}

export const operandsOf = (inputs: readonly Operand[], a: AttentionAttrs): readonly [Operand, Operand, Operand] =>
  (a.packed ? [inputs[0], inputs[0], inputs[0]] : inputs) as [Operand, Operand, Operand];

export const attention: Lower<AttentionAttrs> = (l, { inputs, params, output, attrs: a }) => {
  const [q, k, v] = operandsOf(inputs, a);
  const s = sizesOf(q, k, a);
  const layout = headLayouts(a);
  const { used } = sharesOf(l, q, k, params, a);
  eachElement(l, {
    kernel: 'attention/values',
    out: { y: output },
    in: { used, v },
    count: elements(output.shape),
    body: `  let d = i % ${a.valueDim}u; let head = i / ${a.valueDim}u % ${a.heads}u; let query = i / ${a.valueDim * a.heads}u % ${s.queries}u; let n = i / ${a.valueDim * a.heads * s.queries}u;
  let row = ((n * ${a.heads}u + head) * ${s.queries}u + query) * ${s.keys}u;
  let base_at = n * ${s.keys * channelsOf(v)}u + ${layout.v.offset}u + head / ${a.heads / a.kvHeads}u * ${layout.v.headStride}u + d;
  var sum = 0.0;
  for (var j = 0u; j < ${s.keys}u; j++) { sum += used(row + j) * v(base_at + j * ${channelsOf(v)}u); }
  set_y(i, sum);`,
  });
};
