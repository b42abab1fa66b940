// The block registry: one line per block.
import { blaze } from './blaze.ts';
import type { Block } from './block.ts';
import { conv } from './conv.ts';
import { ds, dsa } from './ds.ts';
import { distilled } from './efficientformer-head.ts';
import { stem4 } from './efficientformer-stem.ts';
import { ffn, mhsa } from './efficientformer-v2.ts';
import { fused } from './fused.ts';
import { linear, pool } from './head.ts';
import { concat, sum, times } from './joins.ts';
import { logmel } from './logmel.ts';
import { flatten, mb3d } from './mb3d.ts';
import { mb4d } from './mb4d.ts';
import { mbconv } from './mbconv.ts';
import { mha, mqa } from './mobile-attention.ts';
import { part } from './part.ts';
import { avgpool, maxpool, resize } from './resizing.ts';
import { spp } from './spp.ts';
import { ssd } from './ssd.ts';
import { t2t, tokens } from './t2t-soft-split.ts';
import { gram, rows, timepool, timepool2d } from './time.ts';
import { tucker } from './tucker.ts';
import { uib } from './uib.ts';
import { upconv } from './upconv.ts';
import { clshead, vit } from './vit.ts';

/** Block word → definition, in the order of the palette. */
export const blocks: ReadonlyMap<string, Block> = new Map(
  [
    conv,
    ds,
    dsa,
    uib,
    mbconv,
    fused,
    tucker,
    mqa,
    mha,
    stem4,
    mb4d,
    flatten,
    mb3d,
    ffn,
    mhsa,
    t2t,
    tokens,
    vit,
    blaze,
    part,
    concat,
    sum,
    times,
    resize,
    maxpool,
    avgpool,
    spp,
    ssd,
    upconv,
    logmel,
    rows,
    timepool,
    timepool2d,
    gram,
    pool,
    linear,
    distilled,
    clshead,
  ].map((block) => [block.word, block]),
);
