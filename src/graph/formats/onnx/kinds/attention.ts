// ONNX Attention (opset 23): scaled dot products of queries and keys, masked, capped, times values; grouped heads.
import type { Call, Kind } from '../../model/call.ts';
import { stretchedStrides, walk } from '../../model/math/broadcast.ts';
import type { Tensor } from '../../model/tensor.ts';

interface Heads {
  readonly batch: number;
  readonly heads: number;
  readonly tokens: number;
  readonly dim: number;
  /** Strides of batch, head, token; elements of a head are adjacent. */
  readonly stride: readonly [number, number, number];
}

/** `[B, H, T, D]`, or `[B, T, H·D]` with the number of heads as an attribute. */
function heads(call: Call, index: number, attribute: string): Heads {
  const shape = call.shape(index);
  if (shape.length === 4) {
    const [batch, count, tokens, dim] = shape as [number, number, number, number];
    return { batch, heads: count, tokens, dim, stride: [count * tokens * dim, tokens * dim, dim] };
  }
  const [batch = 1, tokens = 1, width = 1] = shape;
  const count = call.number(attribute, 0);
  if (shape.length !== 3 || count < 1 || width % count !== 0)
    return call.fail(`splits ${width} channels into ${count} heads`);
  return { batch, heads: count, tokens, dim: width / count, stride: [tokens * width, width / count, width] };
}

function operands(call: Call) {
  const q = heads(call, 0, 'q_num_heads');
  const k = heads(call, 1, 'kv_num_heads');
  const v = heads(call, 2, 'kv_num_heads');
  if (k.heads !== v.heads || k.tokens !== v.tokens || q.dim !== k.dim || q.heads % k.heads !== 0)
    call.fail('has queries, keys and values that do not fit each other');
  if (call.has(4) || call.has(5)) call.skip('keeps keys and values of the past, which is not run here');
  if (call.node.outputs.length > 1) call.skip('gives more than its result, which is not run here');
  return { q, k, v };
}

const attention: Kind = {
  infer(call) {
    const { q, v } = operands(call);
    const shape =
      call.shape(0).length === 4 ? [q.batch, q.heads, q.tokens, v.dim] : [q.batch, q.tokens, q.heads * v.dim];
    return [call.like(0, shape)];
  },
  run(call, [out]) {
    const { q, k, v } = operands(call);
    const [qs, ks, vs] = [0, 1, 2].map((i) => call.tensor(i).data);
    const scale = call.number('scale', 1 / Math.sqrt(q.dim));
    const cap = call.number('softcap', 0);
    const causal = call.number('is_causal', 0) === 1;
    const mask = call.has(3) ? maskOf(call, [q.batch, q.heads, q.tokens, k.tokens]) : undefined;
    const scores = new Float64Array(k.tokens);
    const packed = call.shape(0).length !== 4;
    for (let b = 0; b < q.batch; b++)
      for (let h = 0; h < q.heads; h++)
        for (let t = 0; t < q.tokens; t++) {
          const kv = Math.floor(h / (q.heads / k.heads));
          const from = b * q.stride[0] + h * q.stride[1] + t * q.stride[2];
          for (let s = 0; s < k.tokens; s++) {
            const at = b * k.stride[0] + kv * k.stride[1] + s * k.stride[2];
            let dot = 0;
            for (let d = 0; d < q.dim; d++) dot += qs![from + d]! * ks![at + d]!;
            dot *= scale;
            if (cap > 0) dot = cap * Math.tanh(dot / cap);
            if (mask) dot += mask[((b * q.heads + h) * q.tokens + t) * k.tokens + s]!;
            scores[s] = causal && s > t ? -Infinity : dot;
          }
          softmax(scores);
          const to = packed
            ? (b * q.tokens + t) * q.heads * v.dim + h * v.dim
            : ((b * q.heads + h) * q.tokens + t) * v.dim;
          for (let d = 0; d < v.dim; d++) {
            let sum = 0;
            for (let s = 0; s < k.tokens; s++)
              sum += scores[s]! * vs![b * v.stride[0] + kv * v.stride[1] + s * v.stride[2] + d]!;
            out!.data[to + d] = sum;
          }
        }
  },
};

/** The mask at full size: added numbers, or −∞ where a boolean is false. */
function maskOf(call: Call, shape: readonly number[]): Float64Array {
  const mask: Tensor = call.tensor(3);
  const full = new Float64Array(shape.reduce((a, b) => a * b, 1));
  walk(shape, [stretchedStrides(mask.shape, shape)], (to, [from]) => {
    const value = mask.data[from!]!;
    full[to] = mask.type === 'bool' ? (value === 0 ? -Infinity : 0) : value;
  });
  return full;
}

function softmax(scores: Float64Array): void {
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  if (most === -Infinity) return void scores.fill(0);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += scores[i] = Math.exp(scores[i]! - most);
  for (let i = 0; i < scores.length; i++) scores[i]! /= sum;
}

export const attentions: Readonly<Record<string, Kind>> = { Attention: attention };
