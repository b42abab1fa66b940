// The record of a whole net: what it fixes, and what a reference found.
import * as v from 'valibot';
import { lossSchema } from '../loss.ts';
import { optimizerSchema } from '../optimizer.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));
const shape = v.pipe(v.array(count), v.maxLength(8));
const named = v.array(v.tuple([v.string(), shape]));
const sums = v.pipe(v.array(v.number()), v.minLength(2));
const indices = v.array(v.number());
const after = v.object({ steps: v.optional(count), delta: v.array(sums), buffers: v.array(sums) });

export const netRecord = v.object({
  format: v.literal('bottleneck-train-1'),
  model: v.string(),
  preset: v.optional(v.string()),
  arch: v.optional(v.string()),
  salt: v.string(),
  batch: count,
  batches: count,
  input_size: count,
  classes: count,
  loss: lossSchema,
  optimizer: optimizerSchema,
  lr: v.pipe(v.array(v.number()), v.minLength(1)),
  clip_norm: v.nullish(v.number()),
  ema: v.nullish(v.object({ decay: v.number() })),
  trainable: v.nullish(v.array(v.string())),
  fake_quant: v.nullish(v.object({ bn: v.picklist(['frozen', 'batch']), ema_decay: v.number() })),
  parameters: named,
  buffers: named,
  step0: v.object({
    loss: v.number(),
    output: sums,
    grad_norm: v.number(),
    input_grad: v.optional(sums),
    grad: v.array(sums),
  }),
  after1: after,
  afterK: after,
  losses: v.array(v.number()),
  eval: v.optional(v.object({ loss: v.number() })),
  ema_weights: v.optional(v.array(sums)),
  null_gradient: v.optional(indices, []),
  chaotic: v.nullish(v.array(v.string())),
  ranges: v.optional(v.record(v.string(), v.tuple([v.number(), v.number()]))),
  float32: v.object({
    loss: v.optional(v.number()),
    losses: v.optional(v.number()),
    output: v.optional(v.number()),
    eval_loss: v.optional(v.number()),
    loose: v.optional(v.object({ grad: indices, after1: indices, afterK: indices })),
  }),
});
export type NetRecord = v.InferOutput<typeof netRecord>;
