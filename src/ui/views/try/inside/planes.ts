// A layer's values as pictures: one plane a channel, whatever the layer's layout.
import type { Shape } from '../../../../gpu-kernels/op.ts';
import { isSigned, rangeOf, type ValueRange } from '../../../parts/colours.ts';

export interface Planes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Values before the first plane's, for tokens that are no place in the picture (a class token). */
  readonly offset: number;
}

/** How values of a shape are seen as planes; a vector is planes of one value. */
export function planesOf(shape: Shape): Planes {
  const channels = shape.at(-1) as number;
  if (shape.length === 4) return { channels, height: shape[1] as number, width: shape[2] as number, offset: 0 };
  if (shape.length < 3) return { channels, height: 1, width: 1, offset: 0 };
  const tokens = shape[1] as number;
  const square = Math.round(Math.sqrt(tokens));
  if (square * square === tokens) return { channels, height: square, width: square, offset: 0 };
  // One token more than a square: the class token comes first.
  const below = Math.round(Math.sqrt(tokens - 1));
  if (below * below === tokens - 1) return { channels, height: below, width: below, offset: channels };
  return { channels, height: 1, width: tokens, offset: 0 };
}

/** Values of one channel, row by row. */
export function planeValues(
  values: Float32Array,
  { channels, height, width, offset }: Planes,
  channel: number,
): Float32Array {
  return Float32Array.from({ length: height * width }, (_, i) => values[offset + i * channels + channel] as number);
}

export interface ChannelFacts extends ValueRange {
  readonly channel: number;
  readonly mean: number;
}

export function channelFacts(values: Float32Array, planes: Planes): readonly ChannelFacts[] {
  const { channels, height, width, offset } = planes;
  return Array.from({ length: channels }, (_, channel) => {
    const range = rangeOf(values, offset + channel, offset + height * width * channels, channels);
    let sum = 0;
    for (let i = 0; i < height * width; i++) sum += values[offset + i * channels + channel] as number;
    return { channel, ...range, mean: sum / (height * width) };
  });
}

/**
 * The range that colours one map: the layer's for all, or its own. Maps of a layer with both signs stay white at zero, so that one
 * legend holds for all of them.
 */
export function mapRange(own: ValueRange, layer: ValueRange, common: boolean): ValueRange {
  if (common) return layer;
  if (!isSigned(layer)) return { min: own.min, max: own.max };
  const reach = Math.max(-own.min, own.max) || 1;
  return { min: -reach, max: reach };
}

export const channelOrders = ['channel', 'range', 'mean'] as const;
export type ChannelOrder = (typeof channelOrders)[number];

/** `range`: those that vary most first; `mean`: the largest first. */
export function ordered(facts: readonly ChannelFacts[], order: ChannelOrder): readonly ChannelFacts[] {
  if (order === 'channel') return facts;
  const key = order === 'mean' ? (fact: ChannelFacts) => fact.mean : (fact: ChannelFacts) => fact.max - fact.min;
  return [...facts].sort((a, b) => key(b) - key(a) || a.channel - b.channel);
}
