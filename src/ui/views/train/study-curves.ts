// The losses of a study's runs as lines: each arm's mean over its seeds, with the interval that they leave.
import type { StudyPoint } from '../../../graph/train/studies/findings.ts';
import { estimate } from '../../../graph/train/studies/statistics.ts';

/** Parts that a run is cut into: the mean of each is a point of its line. */
const PARTS = 40;

export interface ArmPlace {
  /** Share of the run, 0 to 1. */
  readonly at: number;
  readonly mean: number;
  /** Half the width of the 95 % interval; absent with one seed. */
  readonly half?: number;
  readonly seeds: number;
}
export interface ArmCurve {
  readonly arm: string;
  readonly places: readonly ArmPlace[];
}

/** In the order in which arms began. */
export function armCurves(points: readonly StudyPoint[]): readonly ArmCurve[] {
  /** Arm → part of the run → seed → losses. */
  const sorted = new Map<string, Map<number, Map<number, number[]>>>();
  const under = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
    const found = map.get(key) ?? make();
    map.set(key, found);
    return found;
  };
  for (const { arm, seed, step, steps, loss } of points) {
    if (!Number.isFinite(loss)) continue;
    const parts = under(sorted, arm, () => new Map<number, Map<number, number[]>>());
    const part = under(
      parts,
      Math.floor(((step - 1) / steps) * Math.min(PARTS, steps)),
      () => new Map<number, number[]>(),
    );
    under(part, seed, () => []).push(loss);
  }
  const parts = (arm: string): number => Math.min(PARTS, points.find((point) => point.arm === arm)?.steps ?? PARTS);
  return [...sorted].map(([arm, found]) => ({
    arm,
    places: [...found]
      .sort(([a], [b]) => a - b)
      .map(([part, seeds]) => {
        const means = [...seeds.values()].map((losses) => losses.reduce((a, b) => a + b, 0) / losses.length);
        const { mean, half } = estimate(means);
        return { at: (part + 0.5) / parts(arm), mean, ...(half !== undefined && { half }), seeds: means.length };
      }),
  }));
}
