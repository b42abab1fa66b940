// The token layers of T2T-ViT, one head each: softmax attention or the Performer, both with the value as the skip.
import type { ActivationName } from '../architecture.ts';
import type { BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { layerNorm, tokenMlp } from './vit-parts.ts';

export interface TokenLayerOptions {
  /** Channels of the layer's output. */
  readonly dim: number;
  readonly act: ActivationName;
}

/** The value part of a packed projection: its last `dim` channels. */
const valueOf = (builder: GraphBuilder, id: string, packed: string, dim: number): string =>
  builder.add(id, 'slice', { axis: 2, start: 2 * dim, size: dim }, [packed]);

/** The second half of both layers: y + MLP(norm(y)), MLP ratio 1. */
function tail(
  builder: GraphBuilder,
  context: BlockContext,
  name: string,
  names: { fc1: string; act: string; fc2: string },
  act: ActivationName,
): void {
  const from = builder.current;
  layerNorm(builder, context, `${name}.norm2`);
  tokenMlp(builder, names, 1, act);
  builder.add(`${name}.add2`, 'add', {}, [builder.current, from]);
}

/** v + proj(attention), then the MLP. The scores are scaled by the input's channels, not the head's (authors' code). */
export function transformerLayer(
  builder: GraphBuilder,
  context: BlockContext,
  name: string,
  { dim, act }: TokenLayerOptions,
): void {
  const scale = builder.channels() ** -0.5;
  layerNorm(builder, context, `${name}.norm1`);
  const qkv = builder.add(`${name}.attn.qkv`, 'linear', { out: 3 * dim, bias: false });
  builder.add(`${name}.attn`, 'attention', {
    heads: 1,
    keyDim: dim,
    scale,
    packed: { qOffset: 0, qHeadStride: dim, kOffset: dim, kHeadStride: dim, vOffset: 2 * dim, vHeadStride: dim },
  });
  const projected = builder.add(`${name}.attn.proj`, 'linear', { out: dim });
  const value = valueOf(builder, `${name}.attn.v`, qkv, dim);
  builder.add(`${name}.attn.add`, 'add', {}, [projected, value]);
  tail(builder, context, name, { fc1: `${name}.mlp.fc1`, act: `${name}.mlp.act`, fc2: `${name}.mlp.fc2` }, act);
}

/** The same with attention through `features` random features, linear in the tokens (Performer, arXiv 2009.14794). */
export function performerLayer(
  builder: GraphBuilder,
  context: BlockContext,
  name: string,
  options: TokenLayerOptions & { features: number },
): void {
  const { dim, features } = options;
  layerNorm(builder, context, `${name}.norm1`);
  const kqv = builder.add(`${name}.kqv`, 'linear', { out: 3 * dim });
  builder.add(name, 'performer_attention', { dim, features });
  const projected = builder.add(`${name}.proj`, 'linear', { out: dim });
  const value = valueOf(builder, `${name}.v`, kqv, dim);
  builder.add(`${name}.add1`, 'add', {}, [projected, value]);
  tail(builder, context, name, { fc1: `${name}.mlp.0`, act: `${name}.mlp.1`, fc2: `${name}.mlp.2` }, options.act);
}
