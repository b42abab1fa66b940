// Derivative of attention in all its forms: the shares are made again from queries and keys, so that no matrix of scores is kept.
import { elements, type Shape } from '../op.ts';
import { attention } from '../ops/attention.ts';
import { biasExtent, biasTable, headLayouts, type AttentionAttrs } from '../ops/attention-layout.ts';
import { channelsOf } from '../ops/operands.ts';
import { softmaxInPlace } from '../ops/softmax.ts';
import { numbers } from '../numbers.ts';
import { derive, formula } from './gradient.ts';

/** Operands in the order of the op's; `packed` where one holds them all. Parameters by role. */
const operandParts = ['q', 'k', 'v'] as const;
type Part = (typeof operandParts)[number] | 'packed' | keyof ReturnType<typeof parameterShapes>;

function parameterShapes(a: AttentionAttrs) {
  const heads = [a.heads, a.heads, 1, 1];
  return {
    attention_biases: [a.heads, a.bias ? biasExtent(a.bias).entries : 0],
    'talking_head1.weight': heads,
    'talking_head1.bias': [a.heads],
    'talking_head2.weight': heads,
    'talking_head2.bias': [a.heads],
  };
}

type PartOf = AttentionAttrs & { readonly part: Part };
const shapeOf = ([, q, k, v]: readonly Shape[], a: PartOf): Shape => {
  const own: Record<string, Shape | undefined> = { q, k, v, packed: q, ...parameterShapes(a) };
  return own[a.part] as Shape;
};

/** Derivative to one operand or parameter. Operands: dy, then those of the op. */
const attentionGradient = formula<PartOf>({
  name: 'attention_gradient',
  shape: shapeOf,
  params: (_inputs, a) =>
    Object.fromEntries(
      Object.entries(parameterShapes(a))
        .filter(([role]) => (role === 'attention_biases' ? a.bias !== undefined : a.talkingHeads))
        .map(([role, shape]) => [role, { shape, trainable: true }]),
    ),
  reference([dy, ...operands], params, { inputs: [, ...shapes], attrs: a }) {
    const values = (a.packed ? [operands[0], operands[0], operands[0]] : operands) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const places = (a.packed ? [shapes[0], shapes[0], shapes[0]] : shapes) as [Shape, Shape, Shape];
    return numbers(backwards(dy as Float32Array, values, places, params, a)[a.part]);
  },
});

function backwards(
  dy: Float32Array,
  [q, k, v]: readonly [Float32Array, Float32Array, Float32Array],
  shapes: readonly [Shape, Shape, Shape],
  params: Readonly<Record<string, Float32Array>>,
  a: AttentionAttrs,
): Readonly<Record<Part, Float64Array>> {
  const [qC, kC, vC] = shapes.map(channelsOf) as [number, number, number];
  const batch = shapes[0][0] as number;
  const [queries, keys] = [elements(shapes[0]) / batch / qC, elements(shapes[1]) / batch / kC];
  const layout = headLayouts(a);
  const table = a.bias && biasTable(a.bias);
  const shared = a.heads / a.kvHeads;
  const sizes = Object.entries(parameterShapes(a)).map(([role, shape]) => [role, new Float64Array(elements(shape))]);
  const found = Object.fromEntries(sizes) as Record<Part, Float64Array>;
  found.q = new Float64Array(q.length);
  found.k = a.packed ? found.q : new Float64Array(k.length);
  found.v = a.packed ? found.q : new Float64Array(v.length);
  found.packed = found.q;
  const matrix = (): Float64Array[] => Array.from({ length: a.heads }, () => new Float64Array(keys));
  const [scores, mixed, shares, used, slopes] = [matrix(), matrix(), matrix(), matrix(), matrix()];
  const heads = Array.from({ length: a.heads }, (_, head) => head);
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < queries; i++) {
      const at = (head: number) => {
        const other = Math.floor(head / shared);
        return {
          q: (n * queries + i) * qC + layout.q.offset + head * layout.q.headStride,
          k: n * keys * kC + layout.k.offset + other * layout.k.headStride,
          v: n * keys * vC + layout.v.offset + other * layout.v.headStride,
          y: ((n * queries + i) * a.heads + head) * a.valueDim,
        };
      };
      const entry = (head: number, j: number): number =>
        head * (table?.entries ?? 0) + (table?.index[i * keys + j] ?? 0);
      for (const head of heads) {
        const from = at(head);
        const row = scores[head] as Float64Array;
        for (let j = 0; j < keys; j++) {
          let score = 0;
          for (let d = 0; d < a.keyDim; d++) score += (q[from.q + d] as number) * (k[from.k + j * kC + d] as number);
          row[j] = score * a.scale + (table ? (params.attention_biases?.[entry(head, j)] as number) : 0);
        }
      }
      mix(scores, mixed, a.talkingHeads, params['talking_head1.weight'], params['talking_head1.bias']);
      mixed.forEach((row, head) => {
        (shares[head] as Float64Array).set(row);
        softmaxInPlace(shares[head] as Float64Array);
      });
      mix(shares, used, a.talkingHeads, params['talking_head2.weight'], params['talking_head2.bias']);
      for (const head of heads) {
        const from = at(head);
        const slope = slopes[head] as Float64Array;
        for (let j = 0; j < keys; j++) {
          let sum = 0;
          const share = used[head]?.[j] as number;
          for (let d = 0; d < a.valueDim; d++) {
            const g = dy[from.y + d] as number;
            sum += g * (v[from.v + j * vC + d] as number);
            found.v[from.v + j * vC + d] = (found.v[from.v + j * vC + d] as number) + share * g;
          }
          slope[j] = sum;
        }
      }
      if (a.talkingHeads)
        unmix(
          slopes,
          shares,
          params['talking_head2.weight'],
          found['talking_head2.weight'],
          found['talking_head2.bias'],
        );
      slopes.forEach((slope, head) => {
        const row = shares[head] as Float64Array;
        const total = slope.reduce((sum, value, j) => sum + value * (row[j] as number), 0);
        for (let j = 0; j < keys; j++) slope[j] = (row[j] as number) * ((slope[j] as number) - total);
      });
      if (a.talkingHeads)
        unmix(
          slopes,
          scores,
          params['talking_head1.weight'],
          found['talking_head1.weight'],
          found['talking_head1.bias'],
        );
      for (const head of heads) {
        const from = at(head);
        for (let j = 0; j < keys; j++) {
          const slope = slopes[head]?.[j] as number;
          if (table) {
            const to = entry(head, j);
            found.attention_biases[to] = (found.attention_biases[to] as number) + slope;
          }
          for (let d = 0; d < a.keyDim; d++) {
            const [toQ, toK] = [from.q + d, from.k + j * kC + d];
            found.q[toQ] = (found.q[toQ] as number) + a.scale * slope * (k[toK] as number);
            found.k[toK] = (found.k[toK] as number) + a.scale * slope * (q[toQ] as number);
          }
        }
      }
    }
  return found;
}

/** Row h = bias[h] + Σ_g weight[h, g] · row g; a copy where heads do not talk. */
function mix(
  rows: readonly Float64Array[],
  into: readonly Float64Array[],
  talking: boolean,
  weight?: Float32Array,
  bias?: Float32Array,
): void {
  into.forEach((row, h) => {
    if (!talking) return row.set(rows[h] as Float64Array);
    row.fill(bias?.[h] as number);
    rows.forEach((other, g) => {
      const factor = weight?.[h * rows.length + g] as number;
      for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) + factor * (other[j] as number);
    });
  });
}

/** The way back through {@link mix}, in place; `rows` are what was mixed. */
function unmix(
  slopes: readonly Float64Array[],
  rows: readonly Float64Array[],
  weight: Float32Array | undefined,
  toWeight: Float64Array,
  toBias: Float64Array,
): void {
  const before = slopes.map((slope) => slope.slice());
  slopes.forEach((slope, g) => {
    slope.fill(0);
    before.forEach((own, h) => {
      const place = h * slopes.length + g;
      const factor = weight?.[place] as number;
      for (let j = 0; j < slope.length; j++) {
        slope[j] = (slope[j] as number) + factor * (own[j] as number);
        toWeight[place] = (toWeight[place] as number) + (own[j] as number) * (rows[g]?.[j] as number);
        if (g === 0) toBias[h] = (toBias[h] as number) + (own[j] as number);
      }
    });
  });
}

export const attentionDerivative = derive(attention, (g, n, dy) => {
  const part = (asked: Part) => () =>
    g.add(attentionGradient, { ...n.attrs, part: asked }, [dy, ...n.inputs], n.params);
  return {
    inputs: n.attrs.packed ? [part('packed')] : operandParts.map(part),
    params: Object.fromEntries(Object.keys(n.params).map((role) => [role, part(role as Part)])),
  };
});
