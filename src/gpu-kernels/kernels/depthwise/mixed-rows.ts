// MixConv (arXiv 1907.09595) in one dispatch: each run of channel blocks has its own window, and no workgroup meets two of them.
import type { Window } from '../../families/window.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { buildRows, fitsRows, rowLayout, type Segment } from './rows.ts';

const same = (a: readonly number[], b: readonly number[]): boolean => a[0] === b[0] && a[1] === b[1];

/** True where the smaller window, padded with zeros to the larger, is the larger. */
function centred(inner: Window, outer: Window): boolean {
  if (inner === outer) return true;
  const margin = (outer.kernel[0] - inner.kernel[0]) / 2;
  return (
    Number.isInteger(margin) &&
    inner.kernel[0] === inner.kernel[1] &&
    outer.kernel[0] === outer.kernel[1] &&
    same(inner.dilation, [1, 1]) &&
    same(outer.dilation, [1, 1]) &&
    same(inner.pads, [outer.pads[0] - margin, outer.pads[1] - margin])
  );
}

/** Runs of channel blocks with one window; undefined where parts that share a block have no common one. */
function segmentsOf(step: StepOf<'mixedDepthwise'>): Segment[] | undefined {
  const { splits, windows } = step.attrs;
  const [lead] = windows as [Window];
  if (!windows.every((w) => same(w.stride, lead.stride) && w.kernel[0] === w.kernel[1])) return undefined;
  const ends = splits.map((_, i) => splits.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const channels = ends.at(-1) as number;
  const partOf = (channel: number): number => ends.findIndex((end) => channel < end);
  const segments: Segment[] = [];
  let taps = 0;
  for (let block = 0; block * 4 < channels; block++) {
    const parts = new Set([0, 1, 2, 3].map((lane) => partOf(Math.min(block * 4 + lane, channels - 1))));
    const own = [...parts].map((part) => windows[part] as Window);
    const window = own.reduce((a, b) => (b.kernel[0] > a.kernel[0] ? b : a));
    if (!own.every((w) => centred(w, window))) return undefined;
    const last = segments.at(-1);
    if (last?.window === window) segments[segments.length - 1] = { ...last, blocks: last.blocks + 1 };
    else segments.push({ first: block, blocks: 1, window, taps });
    taps += window.kernel[0] * window.kernel[1];
  }
  return segments;
}

export const mixedDepthwiseRows: Kernel<'mixedDepthwise'> = {
  name: 'mixedDepthwise/rows',
  family: 'mixedDepthwise',
  doc: 'depthwise/rows with a window for each run of channel blocks: no taps but those of the largest window in a block.',
  accepts: (step, caps) => {
    const segments = segmentsOf(step);
    // Channel sums go through workgroup memory.
    return (
      segments !== undefined &&
      segments.length <= 8 &&
      fitsRows((step.outputs[0] as Value).shape, segments) &&
      (!caps.software || step.outputs.length === 1)
    );
  },
  sumParts: (step, caps) =>
    caps.software ? 0 : rowLayout((step.outputs[0] as Value).shape, segmentsOf(step) as Segment[], true, caps).parts,
  build: (step, caps, precision) => {
    const segments = segmentsOf(step) as Segment[];
    const roles = step.attrs.splits.map((_, i) => `weight${i}`);
    const sizes = segments.flatMap(({ blocks, window }, s) => [
      [`blocks${s}`, blocks],
      [`size${s}`, window.kernel[0]],
    ]);
    const elements = segments.reduce(
      (sum, { blocks, window }) => sum + blocks * window.kernel[0] * window.kernel[1] * 4,
      0,
    );
    return buildRows(step, caps, precision, segments, {
      packer: 'segmentTaps',
      roles,
      options: Object.fromEntries(sizes) as Record<string, number>,
      elements,
    });
  },
};
