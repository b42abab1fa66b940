// Rounding rules of the reference implementations; a channel count off by one step is another net.

/** Python's round(): halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * round_channels of TensorFlow slim and timm: nearest multiple of `divisor`, at least `min` (default `divisor`),
 * one step up when the result falls below `limit` of the wish.
 */
export function roundChannels(
  wish: number,
  rule: { readonly divisor: number; readonly limit: number; readonly min?: number },
): number {
  const { divisor, limit, min = divisor } = rule;
  const nearest = Math.max(min, Math.floor(Math.trunc(wish + divisor / 2) / divisor) * divisor);
  return nearest < limit * wish ? nearest + divisor : nearest;
}

/**
 * Repeats of a stage's lines after depth scaling (timm's `_scale_stage_depth`): the stage's total is rounded up, or to the
 * nearest, then shared out in proportion from the last line to the first, so that the first line is the least likely to grow.
 */
export function scaleDepth(repeats: readonly number[], multiplier: number, rounding: 'up' | 'nearest'): number[] {
  let total = repeats.reduce((sum, count) => sum + count, 0);
  let scaledTotal = rounding === 'up' ? Math.ceil(total * multiplier) : Math.max(1, roundHalfEven(total * multiplier));
  const scaled: number[] = [];
  for (const count of [...repeats].reverse()) {
    const share = Math.max(1, roundHalfEven((count / total) * scaledTotal));
    scaled.unshift(share);
    total -= count;
    scaledTotal -= share;
  }
  return scaled;
}
