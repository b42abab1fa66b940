// Training kernels of attention's derivatives: from the shares to the scores, then to each operand by its places.
import { biasExtent, biasTable, headLayouts, type AttentionAttrs } from '../../ops/attention-layout.ts';
import { elements } from '../../shape.ts';
import {
  channelsOf,
  coordinates,
  mix,
  operandsOf,
  sharesOf,
  sizesOf,
  tokensOf,
  type AttentionShares,
  type AttentionSizes,
} from './attention.ts';
import { eachElement, eachSum, float, type Lower, type LoweredNode, type Lowering, type Operand } from './lowering.ts';

/** Derivatives to what multiplies the values, to the mixed scores and to the scores. */
function slopesOf(
  l: Lowering,
  dy: Operand,
  v: Operand,
  own: AttentionShares,
  s: AttentionSizes,
  params: LoweredNode['params'],
  a: AttentionAttrs,
) {
  const key = `attention-slopes:${dy.id}:${own.used.id}`;
  const layout = headLayouts(a);
  const [toUsed, toMixed, toScores] = l.shared(key, () => {
    const du = l.scratch(`${key}:used`, s.shape);
    eachElement(l, {
      kernel: 'attention/share-gradient',
      out: { du },
      in: { dy, v },
      count: elements(s.shape),
      body: `${coordinates(s, a)}
  let base_at = (n * ${s.keys}u + key) * ${channelsOf(v)}u + ${layout.v.offset}u + head / ${a.heads / a.kvHeads}u * ${layout.v.headStride}u;
  let row = ((n * ${s.queries}u + query) * ${a.heads}u + head) * ${a.valueDim}u;
  var sum = 0.0;
  for (var d = 0u; d < ${a.valueDim}u; d++) { sum += dy(row + d) * v(base_at + d); }
  set_du(i, sum);`,
    });
    const da = a.talkingHeads
      ? mix(l, du, s, a, params['talking_head2.weight'] as Operand, undefined, `${key}:shares`)
      : du;
    const dm = l.scratch(`${key}:mixed`, s.shape);
    const shares = own.shares;
    eachElement(l, {
      kernel: 'attention/softmax-gradient',
      out: { dm },
      in: { da, shares },
      count: elements(s.shape) / s.keys,
      body: `  let base_at = i * ${s.keys}u; var sum = 0.0;
  for (var j = base_at; j < base_at + ${s.keys}u; j++) { sum += da(j) * shares(j); }
  for (var j = base_at; j < base_at + ${s.keys}u; j++) { set_dm(j, shares(j) * (da(j) - sum)); }`,
    });
    const ds = a.talkingHeads
      ? mix(l, dm, s, a, params['talking_head1.weight'] as Operand, undefined, `${key}:scores`)
      : dm;
    return [du, dm, ds];
  }) as readonly [Operand, Operand, Operand];
  return { toUsed, toMixed, toScores };
}

type Part = AttentionAttrs & { readonly part: string };

export const attentionGradient: Lower<Part> = (l, n) => {
  const { params, output, attrs: a } = n;
  const dy = n.inputs[0] as Operand;
  const [q, k, v] = operandsOf(n.inputs.slice(1), a);
  const s = sizesOf(q, k, a);
  const own = sharesOf(l, q, k, params, a);
  const { toUsed, toMixed, toScores } = slopesOf(l, dy, v, own, s, params, a);
  if (a.part === 'attention_biases') return toBias(l, toScores, output, s, a);
  const [, which, role] = /^talking_head([12])\.(weight|bias)$/.exec(a.part) ?? [];
  if (which === '1' && role === 'bias')
    // It adds one number to all of a row, which the softmax takes off again: 0, where sums would leave rounding noise.
    return eachElement(l, {
      kernel: 'attention/zero',
      out: { r: output },
      in: {},
      count: elements(output.shape),
      body: '  set_r(i, 0.0);',
    });
  if (which !== undefined) {
    const plane = s.queries * s.keys;
    const slope = which === '1' ? toMixed : toUsed;
    const x = which === '1' ? own.scores : own.shares;
    const weight = role === 'weight';
    return eachSum(l, {
      kernel: `attention/talking-head-${role}-gradient`,
      out: { r: output },
      in: weight ? { slope, x } : { slope },
      outputs: elements(output.shape),
      terms: s.batch * plane,
      before: `  let own_head = j${weight ? ` / ${a.heads}u` : ''}; ${weight ? `let other = j % ${a.heads}u;` : ''}`,
      each: `    let at = k / ${plane}u * ${plane * a.heads}u + k % ${plane}u;
    s0 += slope(at + own_head * ${plane}u)${weight ? ` * x(at + other * ${plane}u)` : ''};`,
      finish: '  set_r(j, s0);',
    });
  }
  toOperand(l, { dy, q, k, toScores, used: own.used }, output, s, a);
};

/** Each entry of the bias table sums over the pairs that take it. */
function toBias(l: Lowering, ds: Operand, output: Operand, s: AttentionSizes, a: AttentionAttrs): void {
  const bias = a.bias as NonNullable<AttentionAttrs['bias']>;
  const { entries } = biasExtent(bias);
  const pairs: number[][] = Array.from({ length: entries }, () => []);
  biasTable(bias).index.forEach((entry, pair) => pairs[entry]?.push(pair));
  const begins: number[] = [];
  let at = entries + 1;
  for (const list of pairs) {
    begins.push(at);
    at += list.length;
  }
  const plane = s.queries * s.keys;
  eachElement(l, {
    kernel: 'attention/bias-gradient',
    out: { r: output },
    in: { ds },
    count: a.heads * entries,
    table: [...begins, at, ...pairs.flat()],
    body: `  let entry = i % ${entries}u; let head = i / ${entries}u; var sum = 0.0;
  for (var n = 0u; n < ${s.batch}u; n++) {
    for (var p = word(entry); p < word(entry + 1u); p++) { sum += ds((n * ${a.heads}u + head) * ${plane}u + word(p)); }
  }
  set_r(i, sum);`,
  });
}

interface Slopes {
  readonly dy: Operand;
  readonly q: Operand;
  readonly k: Operand;
  readonly toScores: Operand;
  readonly used: Operand;
}

/** An operand's derivative, by the places where it holds queries, keys and values; 0 elsewhere. */
function toOperand(
  l: Lowering,
  { dy, q, k, toScores: ds, used }: Slopes,
  output: Operand,
  s: AttentionSizes,
  a: Part,
): void {
  const layout = headLayouts(a);
  const shared = a.heads / a.kvHeads;
  const plane = s.queries * s.keys;
  const channels = channelsOf(output);
  const asked = (part: 'q' | 'k' | 'v'): boolean => a.part === part || a.part === 'packed';
  const head = (part: 'q' | 'k' | 'v', heads: number, dim: number): string => {
    const { offset, headStride } = layout[part];
    return `c >= ${offset}u && (c - ${offset}u) / ${headStride}u < ${heads}u && (c - ${offset}u) % ${headStride}u < ${dim}u`;
  };
  const begin = (part: 'q' | 'k' | 'v'): string => {
    const { offset, headStride } = layout[part];
    return `let head = (c - ${offset}u) / ${headStride}u; let d = (c - ${offset}u) % ${headStride}u;`;
  };
  const tokens = tokensOf(output);
  const parts: string[] = [];
  if (asked('q'))
    parts.push(`  if (${head('q', a.heads, a.keyDim)}) {
    ${begin('q')}
    let row = ((n * ${a.heads}u + head) * ${s.queries}u + token) * ${s.keys}u;
    let base_at = n * ${s.keys * channelsOf(k)}u + ${layout.k.offset}u + head / ${shared}u * ${layout.k.headStride}u + d;
    for (var j = 0u; j < ${s.keys}u; j++) { sum += ds(row + j) * k(base_at + j * ${channelsOf(k)}u); }
    sum *= ${float(a.scale)};
  }`);
  if (asked('k'))
    parts.push(`  if (${head('k', a.kvHeads, a.keyDim)}) {
    ${begin('k')}
    for (var h = head * ${shared}u; h < (head + 1u) * ${shared}u; h++) {
      let column = (n * ${a.heads}u + h) * ${plane}u + token;
      let base_at = n * ${s.queries * channelsOf(q)}u + ${layout.q.offset}u + h * ${layout.q.headStride}u + d;
      for (var t = 0u; t < ${s.queries}u; t++) { sum += ds(column + t * ${s.keys}u) * q(base_at + t * ${channelsOf(q)}u); }
    }
    sum *= ${float(a.scale)};
  }`);
  if (asked('v'))
    parts.push(`  if (${head('v', a.kvHeads, a.valueDim)}) {
    ${begin('v')}
    for (var h = head * ${shared}u; h < (head + 1u) * ${shared}u; h++) {
      let column = (n * ${a.heads}u + h) * ${plane}u + token;
      let base_at = (n * ${s.queries * a.heads}u + h) * ${a.valueDim}u + d;
      for (var t = 0u; t < ${s.queries}u; t++) { sum += used(column + t * ${s.keys}u) * dy(base_at + t * ${a.heads * a.valueDim}u); }
    }
  }`);
  const given = {
    ...(asked('v') && { dy, used }),
    ...((asked('q') || asked('k')) && { ds }),
    ...(asked('q') && { k }),
    ...(asked('k') && { q }),
  };
  eachElement(l, {
    kernel: `attention/${a.part}-gradient`,
    out: { r: output },
    in: given,
    count: elements(output.shape),
    body: `  let c = i % ${channels}u; let token = i / ${channels}u % ${tokens}u; let n = i / ${channels * tokens}u;
  var sum = 0.0;
${parts.join('\n')}
  set_r(i, sum);`,
  });
}
