// How a whole inverted residual cuts its output, and which shapes suit it: a tile expands its halo anew, and keeps all output channels in registers.
import type { Window } from '../../families/window.ts';
import type { Capabilities } from '../../kernel.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks } from '../../wgsl/shader.ts';
import { covered, expandedAlong, pixelsTogether, stripOutputs, type HaloTile } from './expand-depthwise-tile.ts';

export interface InvertedResidualTile extends HaloTile {
  readonly tilesDown: number;
  readonly tilesAcross: number;
  /** Pixels of the projection that one invocation accumulates, for one vec4 of output channels. */
  readonly rows: number;
}

/** Workgroups below which the two kernels that fill a GPU better win. */
const fewGroups = 48;
/** The share of expanded pixels that are computed twice must stay below what the map between the kernels costs to store and load. */
const maxRecompute = 2.1;
/** The input is read once for every slice of expanded channels, from the cache: a thin input stays in it. */
const maxInputBlocks = 16;
const maxRows = 8;
/** Outputs, large ones first: they recompute less. */
const tiles = [
  [8, 16],
  [8, 8],
  [4, 8],
  [4, 4],
] as const;

/** Undefined where the shape does not suit: few tiles, much recomputed, more output channels than registers, or too little workgroup memory. */
export function chooseInvertedResidualTile(
  input: Shape,
  output: Shape,
  expanded: number,
  w: Window,
  caps: Capabilities,
): InvertedResidualTile | undefined {
  const [batch, inHeight, inWidth] = input as [number, number, number, number];
  const [, outHeight, outWidth] = output as [number, number, number, number];
  const out4 = channelBlocks(output);
  if (channelBlocks(input) > maxInputBlocks) return undefined;
  const slices = [8, 4, 2, 1].filter((blocks) => blocks < 2 * Math.ceil(expanded / 4));
  for (const [height, width] of tiles) {
    const tilesDown = Math.ceil(outHeight / height);
    const tilesAcross = Math.ceil(outWidth / width);
    const recompute =
      (expandedAlong(inHeight, outHeight, height, w, 0) * expandedAlong(inWidth, outWidth, width, w, 1)) /
      (inHeight * inWidth);
    if (batch * tilesDown * tilesAcross < fewGroups || recompute > maxRecompute) continue;
    const haloHeight = covered(height, w, 0);
    const haloWidth = covered(Math.ceil(width / stripOutputs) * stripOutputs, w, 1);
    const blocks = slices.find(
      (b) => (haloHeight * haloWidth + height * width) * b * 16 <= caps.maxWorkgroupStorageBytes,
    );
    if (blocks === undefined) continue;
    const items = Math.min(256, Math.ceil((haloHeight * haloWidth) / pixelsTogether) * blocks);
    for (const invocations of [64, 128, 256]) {
      const rows = [1, 2, 4, maxRows].find((r) => ((height * width) / r) * out4 <= invocations);
      if (invocations < items || invocations > caps.maxInvocationsPerWorkgroup || rows === undefined) continue;
      return { height, width, blocks, haloHeight, haloWidth, invocations, tilesDown, tilesAcross, rows };
    }
  }
  return undefined;
}
