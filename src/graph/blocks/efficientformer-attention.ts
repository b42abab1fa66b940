// The two attentions of EfficientFormerV2, both on feature maps: at half resolution inside a stage, and between two stages.
import type { ActivationName } from '../architecture.ts';
import type { BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { activation, convNormAct } from './parts.ts';

export interface AttentionOptions {
  readonly heads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly act: ActivationName;
}

interface Projection {
  readonly out: number;
  readonly kernel?: number;
  readonly stride?: number;
}

const sizeOf = (builder: GraphBuilder): [height: number, width: number] =>
  builder.shape().slice(1, 3) as [number, number];

/** Convolution with bias and norm of module `id`, reading `from`; a `kernel` makes it depthwise. Returns its node. */
function convNorm(
  builder: GraphBuilder,
  context: BlockContext,
  id: string,
  from: string,
  { out, kernel, stride }: Projection,
): string {
  builder.current = from;
  convNormAct(builder, context, {
    conv: `${id}.conv`,
    norm: `${id}.bn`,
    out,
    kernel: kernel ?? 1,
    stride: stride ?? 1,
    bias: true,
    ...(kernel === undefined ? {} : { groups: 'depthwise' }),
  });
  return builder.current;
}

/**
 * Attention with a local branch (3×3 depthwise on the values) and talking heads. `stride` > 1: everything happens on a
 * map reduced by a depthwise convolution, and the result is enlarged again (arXiv 2212.08059 §3.3, stride attention).
 */
export function localGlobalAttention(
  builder: GraphBuilder,
  context: BlockContext,
  id: string,
  options: AttentionOptions & { stride: number },
): void {
  const { heads, keyDim, valueDim, stride } = options;
  const channels = builder.channels();
  const full = sizeOf(builder);
  if (stride > 1)
    convNorm(builder, context, `${id}.stride_conv`, builder.current, { out: channels, kernel: 3, stride });
  const from = builder.current;
  const grid = sizeOf(builder);
  const query = convNorm(builder, context, `${id}.q`, from, { out: heads * keyDim });
  const key = convNorm(builder, context, `${id}.k`, from, { out: heads * keyDim });
  const value = convNorm(builder, context, `${id}.v`, from, { out: heads * valueDim });
  const local = convNorm(builder, context, `${id}.v_local`, value, { out: heads * valueDim, kernel: 3 });
  builder.add(
    id,
    'attention',
    { heads, keyDim, valueDim, talkingHeads: true, bias: { kind: 'relative', qSize: grid, kSize: grid } },
    [query, key, value],
  );
  builder.add(`${id}.add`, 'add', {}, [builder.current, local]);
  if (stride > 1) builder.add(`${id}.upsample`, 'resize', { size: full, mode: 'bilinear' });
  activation(builder, `${id}.act`, options.act);
  convNorm(builder, context, `${id}.proj`, builder.current, { out: channels });
}

/**
 * Attention that halves the map: queries from a strided depthwise convolution plus every second pixel, keys and values from
 * the whole map (arXiv 2212.08059 §3.3, dual-path attention downsampling, the attention path).
 */
export function attentionDownsample(
  builder: GraphBuilder,
  context: BlockContext,
  id: string,
  options: AttentionOptions & { out: number },
): void {
  const { heads, keyDim, valueDim } = options;
  const from = builder.current;
  const channels = builder.channels();
  const kSize = sizeOf(builder);
  const local = builder.add(`${id}.q.local`, 'conv2d', {
    out: channels,
    kernel: [3, 3],
    stride: [2, 2],
    padding: context.header.padding === 'same' ? 'same' : 1,
    groups: channels,
    bias: true,
  });
  const pooled = builder.add(`${id}.q.pool`, 'avg_pool2d', { kernel: [1, 1], stride: [2, 2] }, [from]);
  const both = builder.add(`${id}.q.add`, 'add', {}, [local, pooled]);
  const qSize = sizeOf(builder);
  const query = convNorm(builder, context, `${id}.q.proj`, both, { out: heads * keyDim });
  const key = convNorm(builder, context, `${id}.k`, from, { out: heads * keyDim });
  const value = convNorm(builder, context, `${id}.v`, from, { out: heads * valueDim });
  const localValue = convNorm(builder, context, `${id}.v_local`, value, {
    out: heads * valueDim,
    kernel: 3,
    stride: 2,
  });
  builder.add(id, 'attention', { heads, keyDim, valueDim, bias: { kind: 'relative', qSize, kSize, stride: [2, 2] } }, [
    query,
    key,
    value,
  ]);
  builder.add(`${id}.add`, 'add', {}, [builder.current, localValue]);
  activation(builder, `${id}.act`, options.act);
  convNorm(builder, context, `${id}.proj`, builder.current, { out: options.out });
}
