// What attention's attributes mean: where each operand keeps its heads, and which entry of the bias table a pair takes.
import * as v from 'valibot';
import { count, pair, position, rowsAndColumns } from './attributes.ts';

const bias = v.variant('kind', [
  /** Score (query i, key j) of head h gets `attention_biases[h, index[i·Tk + j]]`. */
  v.strictObject({ kind: v.literal('table'), entries: count, index: v.array(position) }),
  /**
   * The same with the index of LeViT and EfficientFormer, |Δrow| · kSize[1] + |Δcolumn|, where query (y, x) stands at key
   * position (y · stride, x · stride). `kSize[0] · kSize[1]` entries.
   */
  v.strictObject({
    kind: v.literal('relative'),
    qSize: rowsAndColumns,
    kSize: rowsAndColumns,
    stride: v.optional(pair, [1, 1]),
  }),
]);
export type AttentionBias = v.InferOutput<typeof bias>;

const packed = v.strictObject({
  qOffset: position,
  qHeadStride: position,
  kOffset: position,
  kHeadStride: position,
  vOffset: position,
  vHeadStride: position,
});

export const attentionAttrs = v.pipe(
  v.strictObject({
    heads: count,
    /** Key and value heads, each shared by heads / kvHeads query heads; 1 = multi-query. Default: heads. */
    kvHeads: v.optional(count),
    keyDim: count,
    /** Default: keyDim. */
    valueDim: v.optional(count),
    /** Factor on the scores. Default: keyDim^−0.5. */
    scale: v.optional(v.number()),
    /** Set: one input holds q, k and v; head h of q is channels qOffset + h·qHeadStride …, and so on. */
    packed: v.optional(packed),
    bias: v.optional(bias),
    /** A 1×1 convolution over the heads before the softmax and one after it (arXiv 2003.02436). */
    talkingHeads: v.optional(v.boolean(), false),
  }),
  v.transform((a) => ({
    ...a,
    kvHeads: a.kvHeads ?? a.heads,
    valueDim: a.valueDim ?? a.keyDim,
    scale: a.scale ?? a.keyDim ** -0.5,
  })),
);
export type AttentionAttrs = v.InferOutput<typeof attentionAttrs>;

/** Channel of element d of head h of one operand: offset + h·headStride + d (h = the shared head where heads share). */
export interface HeadLayout {
  readonly offset: number;
  readonly headStride: number;
}

/** Where q, k and v keep their heads. */
export function headLayouts(a: AttentionAttrs): { q: HeadLayout; k: HeadLayout; v: HeadLayout } {
  const p = a.packed;
  return p
    ? {
        q: { offset: p.qOffset, headStride: p.qHeadStride },
        k: { offset: p.kOffset, headStride: p.kHeadStride },
        v: { offset: p.vOffset, headStride: p.vHeadStride },
      }
    : {
        q: { offset: 0, headStride: a.keyDim },
        k: { offset: 0, headStride: a.keyDim },
        v: { offset: 0, headStride: a.valueDim },
      };
}

/** Entries, pairs and largest index of a bias, without the table: a large map has more pairs than memory. */
export function biasExtent(b: AttentionBias): { entries: number; pairs: number; largest: number } {
  if (b.kind === 'table')
    return { entries: b.entries, pairs: b.index.length, largest: b.index.reduce((a, i) => Math.max(a, i), 0) };
  const [qh, qw] = b.qSize;
  const [kh, kw] = b.kSize;
  const farthest = (queries: number, stride: number, keys: number) => Math.max((queries - 1) * stride, keys - 1);
  return {
    entries: kh * kw,
    pairs: qh * qw * kh * kw,
    largest: farthest(qh, b.stride[0], kh) * kw + farthest(qw, b.stride[1], kw),
  };
}

/** Entries of the bias table and, for every query and key (`[Tq, Tk]`, flattened), which entry it takes. */
export function biasTable(b: AttentionBias): { entries: number; index: readonly number[] } {
  if (b.kind === 'table') return b;
  const [qh, qw] = b.qSize;
  const [kh, kw] = b.kSize;
  const index: number[] = [];
  for (let qy = 0; qy < qh; qy++)
    for (let qx = 0; qx < qw; qx++)
      for (let ky = 0; ky < kh; ky++)
        for (let kx = 0; kx < kw; kx++)
          index.push(Math.abs(qy * b.stride[0] - ky) * kw + Math.abs(qx * b.stride[1] - kx));
  return { entries: kh * kw, index };
}
