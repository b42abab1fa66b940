// The block registry: one line per block.
import type { Block } from '../block.ts';
import { mbconv } from './mbconv.ts';

export const blocks: ReadonlyMap<string, Block> = new Map(
  [
    mbconv,
  ].map((block) => [block.word, block]),
);
