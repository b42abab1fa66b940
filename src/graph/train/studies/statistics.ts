// What a handful of seeds can say: means with 95 % intervals by Student's t, and how far a net's confidence is from its accuracy.
import type { ReliabilityBin } from './findings.ts';

export interface SeedEstimate {
  readonly mean: number;
  /** Half the width of the 95 % interval; undefined with one value. */
  readonly half: number | undefined;
}

/** 97.5 % quantiles of Student's t for 1 to 9 degrees of freedom. */
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262] as const;
/** From 10 degrees on: the Cornish–Fisher expansion, right to 0.003. */
const quantile = (freedom: number): number => quantiles[freedom - 1] ?? 1.96 + 2.37 / freedom + 2.82 / freedom ** 2;

export function estimate(values: readonly number[]): SeedEstimate {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  if (n < 2) return { mean, half: undefined };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: quantile(n - 1) * Math.sqrt(variance / n) };
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length === 0
    ? NaN
    : ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
};

/** Bars of a reliability diagram (arXiv 1706.04599 §2). */
const BINS = 15;

/** `answers`: of each picture how sure the net was of its first answer, and whether that was right. */
export function reliability(
  answers: readonly { readonly confidence: number; readonly right: boolean }[],
): readonly ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, confidence: 0, accuracy: 0 }));
  for (const { confidence, right } of answers) {
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (!bin) continue;
    bin.count++;
    bin.confidence += confidence;
    bin.accuracy += right ? 1 : 0;
  }
  return bins.map(({ count, confidence, accuracy }) => ({
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : accuracy / count,
  }));
}

/** Expected calibration error: mean distance of confidence from accuracy, by the pictures in each bin. */
export function calibrationError(bins: readonly ReliabilityBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce(
    (sum, { count, confidence, accuracy }) => sum + (count / total) * Math.abs(accuracy - confidence),
    0,
  );
}
