// How expand → depthwise cuts its output: large tiles recompute less of the expansion at their seams, small ones make more workgroups.
import type { Window } from '../../families/window.ts';
import type { Capabilities } from '../../kernel.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks } from '../../wgsl/shader.ts';

/** A tile of outputs and the expanded pixels that its windows cover. */
export interface HaloTile {
  /** Outputs. */
  readonly height: number;
  readonly width: number;
  /** Channel blocks at a time. */
  readonly blocks: number;
  /** The width allows for a last strip that is not full. */
  readonly haloHeight: number;
  readonly haloWidth: number;
  readonly invocations: number;
}

export interface ExpandTile extends HaloTile {
  readonly tilesDown: number;
  readonly tilesAcross: number;
}

/** Outputs of a row that one invocation computes. */
export const stripOutputs = 4;
/** Expanded pixels that one invocation computes together, for reuse of the weights. */
export const pixelsTogether = 4;

/** Workgroups below which a discrete GPU idles. */
const fewGroups = 96;

export const covered = (outputs: number, w: Window, axis: 0 | 1): number =>
  (outputs - 1) * w.stride[axis] + (w.kernel[axis] - 1) * w.dilation[axis] + 1;

/** Expanded pixels along one axis over all tiles, those outside of the map not counted. */
export function expandedAlong(size: number, outputs: number, tile: number, w: Window, axis: 0 | 1): number {
  let sum = 0;
  for (let first = 0; first < outputs; first += tile) {
    const from = first * w.stride[axis] - w.pads[axis];
    sum += Math.max(0, Math.min(size, from + covered(Math.min(tile, outputs - first), w, axis)) - Math.max(0, from));
  }
  return sum;
}

/**
 * The tile with the least estimated time, or undefined when nothing fits in workgroup memory or every fitting tile would expand
 * each pixel more than twice: two kernels are faster then.
 */
export function chooseExpandTile(input: Shape, output: Shape, w: Window, caps: Capabilities): ExpandTile | undefined {
  const [batch, inHeight, inWidth] = input as [number, number, number, number];
  const [, outHeight, outWidth] = output as [number, number, number, number];
  const out4 = channelBlocks(output);
  let best: ExpandTile | undefined;
  let bestCost = Infinity;
  for (const height of new Set([4, 8, Math.min(outHeight, 16)]))
    for (const width of new Set([8, Math.min(outWidth, 16)]))
      for (const blocks of [8, 4, 2, 1]) {
        if (height > outHeight + 3 || width > outWidth + 3 || blocks >= 2 * out4) continue;
        const strips = Math.ceil(width / stripOutputs);
        const haloHeight = covered(height, w, 0);
        const haloWidth = covered(strips * stripOutputs, w, 1);
        const items = Math.ceil((haloHeight * haloWidth) / pixelsTogether) * blocks;
        const invocations = Math.min(caps.maxInvocationsPerWorkgroup, items > 128 ? 256 : items > 64 ? 128 : 64);
        // The partial sums of a squeeze-excite lie beside the halo.
        if ((haloHeight * haloWidth * blocks + invocations) * 16 > caps.maxWorkgroupStorageBytes) continue;
        const recompute =
          (expandedAlong(inHeight, outHeight, height, w, 0) * expandedAlong(inWidth, outWidth, width, w, 1)) /
          (inHeight * inWidth);
        if (recompute > 2) continue;
        const tilesDown = Math.ceil(outHeight / height);
        const tilesAcross = Math.ceil(outWidth / width);
        const groups = batch * tilesDown * tilesAcross * Math.ceil(out4 / blocks);
        // Narrow slices read the input once more each.
        const cost = recompute * Math.sqrt(Math.max(1, fewGroups / groups)) * (1 + 0.25 / blocks);
        if (cost < bestCost) {
          bestCost = cost;
          best = { height, width, blocks, haloHeight, haloWidth, tilesDown, tilesAcross, invocations };
        }
      }
  return best;
}
