// One number from quality and latency, as the papers write it.

/**
 * MnasNet's reward q · (ms / target)^w, w = `under` while the target is kept and `over` beyond (Tan et al. 2019, eq. 2 and 3).
 * Soft: −0.07 and −0.07; hard: 0 and −1.
 */
export const mnasReward = (quality: number, ms: number, target: number, under = -0.07, over = -0.07): number =>
  quality * (ms / target) ** (ms <= target ? under : over);

/** TuNAS's absolute reward q + β · |ms / target − 1| (Bender et al. 2020, eq. 4); β is negative. */
export const absoluteReward = (quality: number, ms: number, target: number, beta = -0.07): number =>
  quality + beta * Math.abs(ms / target - 1);

/** EfficientFormerV2's Mobile Efficiency Score, 100 · Π (value / unit)^(−α): 100 at the units, more for less (Li et al. 2023, §3.3). */
export const mobileEfficiencyScore = (values: readonly number[], units: readonly number[], alpha = 0.5): number =>
  values.reduce((score, value, i) => score * (value / units[i]!) ** -alpha, 100);
