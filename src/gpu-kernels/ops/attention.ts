// Attention as one node: scores, bias, talking heads, softmax and values, in every form the family's nets use.
import { defineOp, elements, ShapeError, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { onnx, pytorch } from './attention-forms.ts';
import { attentionAttrs, biasExtent, biasTable, headLayouts } from './attention-layout.ts';
import type { AttentionAttrs, HeadLayout } from './attention-layout.ts';
import { channelsOf, printShape } from './operands.ts';
import { wholeWindow } from './simple-forms.ts';
import { softmaxInPlace } from './softmax.ts';

/** Tokens of a map are its pixels. */
const tokenCount = (shape: Shape): number => elements(shape) / ((shape[0] as number) * channelsOf(shape));

function threeOperands(inputs: readonly Shape[], a: AttentionAttrs): [q: Shape, k: Shape, v: Shape] {
  const expected = a.packed ? 1 : 3;
  if (inputs.length !== expected) {
    throw new ShapeError(
      `attention reads ${expected === 1 ? 'one packed input' : 'queries, keys and values'}, not ${inputs.length}`,
    );
  }
  const [q, k, values] = inputs as [Shape, Shape, Shape];
  return a.packed ? [q, q, q] : [q, k, values];
}

function checkChannels(shape: Shape, layout: HeadLayout, heads: number, dim: number, what: string): void {
  if (shape.length < 3)
    throw new ShapeError(`attention needs tokens or a map, not ${printShape(shape)}`, 'move it above the pooling');
  const needed = layout.offset + (heads - 1) * layout.headStride + dim;
  if (needed > channelsOf(shape)) {
    throw new ShapeError(
      `${heads} × ${dim} ${what} channels end at ${needed}, but the input has ${channelsOf(shape)}`,
      'make heads × dimension equal the channels',
    );
  }
}

const talkingHead = (heads: number, name: string) => ({
  [`${name}.weight`]: { shape: [heads, heads, 1, 1], trainable: true },
  [`${name}.bias`]: { shape: [heads], trainable: true },
});

/** Multiply-accumulates: score and value products are `attention`, talking heads are 1×1 convolutions. */
function work(inputs: readonly Shape[], a: AttentionAttrs) {
  const [q, k] = threeOperands(inputs, a);
  const scores = (q[0] as number) * a.heads * tokenCount(q) * tokenCount(k);
  return { attention: scores * (a.keyDim + a.valueDim), conv: a.talkingHeads ? 2 * scores * a.heads : 0 };
}

export const attention = defineOp({
  name: 'attention',
  doc: 'softmax(q·kᵀ·scale + bias)·v, per head.',
  attrs: attentionAttrs,
  shape(inputs, a) {
    const [q, k, values] = threeOperands(inputs, a);
    const layout = headLayouts(a);
    if (a.heads % a.kvHeads !== 0)
      throw new ShapeError(
        `${a.heads} heads cannot share ${a.kvHeads} key heads`,
        'make heads a multiple of the key heads',
      );
    checkChannels(q, layout.q, a.heads, a.keyDim, 'query');
    checkChannels(k, layout.k, a.kvHeads, a.keyDim, 'key');
    checkChannels(values, layout.v, a.kvHeads, a.valueDim, 'value');
    if (tokenCount(k) !== tokenCount(values))
      throw new ShapeError(
        `there are ${tokenCount(k)} keys but ${tokenCount(values)} values`,
        'give keys and values the same stride',
      );
    if (a.bias) {
      const { entries, pairs, largest } = biasExtent(a.bias);
      if (pairs !== tokenCount(q) * tokenCount(k)) {
        throw new ShapeError(
          `the attention bias covers ${pairs} pairs, but there are ${tokenCount(q)} queries and ${tokenCount(k)} keys`,
          'build the net for this input size',
        );
      }
      if (largest >= entries)
        throw new ShapeError(`the attention bias has ${entries} entries, but its index goes beyond them`);
    }
    return [...q.slice(0, -1), a.heads * a.valueDim];
  },
  params(_inputs, a) {
    return {
      ...(a.bias ? { attention_biases: { shape: [a.heads, biasExtent(a.bias).entries], trainable: true } } : {}),
      ...(a.talkingHeads ? { ...talkingHead(a.heads, 'talking_head1'), ...talkingHead(a.heads, 'talking_head2') } : {}),
    };
  },
  macKind: 'attention',
  macs(inputs, a) {
    const { attention, conv } = work(inputs, a);
    return attention + conv;
  },
  macsByKind: work,
  reference(xs, params, { inputs, output, attrs: a }) {
    const [q, k, v] = (a.packed ? [xs[0], xs[0], xs[0]] : xs) as [Float32Array, Float32Array, Float32Array];
    const [qShape, kShape, vShape] = threeOperands(inputs, a);
    const [qC, kC, vC] = [channelsOf(qShape), channelsOf(kShape), channelsOf(vShape)];
    const [queries, keys] = [tokenCount(qShape), tokenCount(kShape)];
    const layout = headLayouts(a);
    const table = a.bias && biasTable(a.bias);
    const shared = a.heads / a.kvHeads;
    const result = numbers(elements(output));
    const scores = Array.from({ length: a.heads }, () => new Float64Array(keys));
    const sums = new Float64Array(a.valueDim);
    const query = table ? new Float64Array(a.keyDim) : numbers(a.keyDim);
    const scale = table ? a.scale : numbers([a.scale])[0]!;
    for (let n = 0; n < (output[0] as number); n++)
      for (let i = 0; i < queries; i++) {
        scores.forEach((row, head) => {
          const fromQ = (n * queries + i) * qC + layout.q.offset + head * layout.q.headStride;
          const fromK = n * keys * kC + layout.k.offset + Math.floor(head / shared) * layout.k.headStride;
          // In float32, as programs have it that spell attention out; with a bias nothing is rounded before the sum.
          for (let d = 0; d < a.keyDim; d++) query[d] = (q[fromQ + d] as number) * scale;
          for (let j = 0; j < keys; j++) {
            let score = 0;
            for (let d = 0; d < a.keyDim; d++) score += (query[d] as number) * (k[fromK + j * kC + d] as number);
            row[j] = score;
          }
          if (table) {
            for (let j = 0; j < keys; j++) {
              const entry = head * table.entries + (table.index[i * keys + j] as number);
              row[j] = (row[j] as number) + (params.attention_biases?.[entry] as number);
            }
          }
        });
        if (a.talkingHeads) mixHeads(scores, params['talking_head1.weight'], params['talking_head1.bias']);
        scores.forEach(softmaxOfFloats);
        if (a.talkingHeads) mixHeads(scores, params['talking_head2.weight'], params['talking_head2.bias']);
        scores.forEach((row, head) => {
          const fromV = n * keys * vC + layout.v.offset + Math.floor(head / shared) * layout.v.headStride;
          sums.fill(0);
          for (let j = 0; j < keys; j++) {
            const share = row[j] as number;
            for (let d = 0; d < a.valueDim; d++)
              sums[d] = (sums[d] as number) + share * (v[fromV + j * vC + d] as number);
          }
          result.set(sums, ((n * queries + i) * a.heads + head) * a.valueDim);
        });
      }
    return result;
  },
  onnx,
  pytorch,
  window: () => wholeWindow,
  // Scores are heads × queries × keys; the two products cost that times (key + value dimension), each talking head that times heads.
  activations(inputs, output, a) {
    const { attention: products, conv } = work(inputs, a);
    return { conv: conv / a.heads, attention: elements(output) + products / (a.keyDim + a.valueDim) };
  },
  box: () => ({ kind: 'attention', label: 'attn', words: 'attention' }),
});

/**
 * Of scores in float32 to shares in float32, as softmax has them where it stands alone: where scores are so large that one key takes all, a digit
 * more would choose another one than programs do that spell attention out. (In float64 where {@link numbers} are.)
 */
function softmaxOfFloats(row: Float64Array): void {
  row.set(numbers(row));
  softmaxInPlace(row);
  row.set(numbers(row));
}

/** 1×1 convolution over the heads, in place: new row h = bias[h] + Σ_g weight[h, g] · row g. */
function mixHeads(
  rows: readonly Float64Array[],
  weight: Float32Array | undefined,
  bias: Float32Array | undefined,
): void {
  const heads = rows.length;
  const column = new Float64Array(heads);
  for (let j = 0; j < (rows[0]?.length ?? 0); j++) {
    rows.forEach((row, g) => (column[g] = row[j] as number));
    rows.forEach((row, h) => {
      let sum = bias?.[h] as number;
      for (let g = 0; g < heads; g++) sum += (weight?.[h * heads + g] as number) * (column[g] as number);
      row[j] = sum;
    });
  }
}
