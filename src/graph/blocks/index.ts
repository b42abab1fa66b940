// The block registry: one line per block.
import type { Block } from '../block.ts';
import { conv } from './conv.ts';
import { ds, dsa } from './ds.ts';
import { fused } from './fused.ts';
import { linear, pool } from './head.ts';
import { mbconv } from './mbconv.ts';
import { mha, mqa } from './mobile-attention.ts';
import { tucker } from './tucker.ts';
import { uib } from './uib.ts';

/** Block word → definition, in the order of the palette. */
export const blocks: ReadonlyMap<string, Block> = new Map(
  [
    conv,
    ds,
    dsa,
    mbconv,
    fused,
    tucker,
    uib,
    mqa,
    mha,
    pool,
    linear,
  ].map((block) => [block.word, block]),
);
