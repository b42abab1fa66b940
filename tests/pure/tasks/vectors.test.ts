// Metrics and front ends of the other tasks against numpy (make-vectors.py). TASK_VECTORS=DIR holds another folder of such files against
// the same code: `TASK_VECTORS=DIR npx vitest run --project pure tests/pure/tasks`.
import { describe, expect, test } from 'vitest';
import { melFilters } from '../../../src/gpu-kernels/ops/mel.ts';
import type { MelTables } from '../../../src/gpu-kernels/step.ts';
import { fnv1a, mulberry32 } from '../../../src/graph/random.ts';
import { concordance } from '../../../src/graph/tasks/audio/concordance.ts';
import { OneEuro } from '../../../src/graph/tasks/landmarks/one-euro.ts';
import { errorFigures, normalizedMeanError } from '../../../src/graph/tasks/landmarks/point-error.ts';
import { edgeDensity, paretoBranches, Scheduler } from '../../../src/graph/tasks/live/scheduler.ts';
import { MaskCounts } from '../../../src/graph/tasks/segment/classes.ts';
import { runOp } from '../ops/run-op.ts';
import { near, readVectors, type Rows } from './vectors.ts';

interface MaskCase {
  readonly classes: number;
  readonly truth: readonly number[];
  readonly prediction: readonly number[];
  readonly iou: readonly (number | null)[];
  readonly miou: number;
  readonly pixel_accuracy: number;
}

test('masks: intersection over union', () => {
  for (const one of readVectors<{ readonly cases: readonly MaskCase[] }>('miou').cases) {
    const counts = new MaskCounts(one.classes);
    counts.add(one.truth, one.prediction);
    const found = counts.figures;
    expect(found.iou.map((value) => value === null)).toEqual(one.iou.map((value) => value === null));
    near(
      found.iou.map((value) => value ?? 0),
      one.iou.map((value) => value ?? 0),
      1e-8,
    );
    near([found.miou, found.pixelAccuracy], [one.miou, one.pixel_accuracy], 1e-8);
  }
});

interface PointCase {
  readonly outer_eye_corners: [number, number];
  readonly truth: Rows;
  readonly prediction: Rows;
  readonly nme_percent: readonly number[];
  readonly mean: number;
  readonly failure_rate_10: number;
  readonly auc_10: number;
}

test('points: normalised mean error', () => {
  for (const one of readVectors<{ readonly cases: readonly PointCase[] }>('nme').cases) {
    const errors = one.truth.map((truth, i) =>
      // A row is x and y in turn, or one pair a point.
      normalizedMeanError(truth, one.prediction[i] as readonly number[], one.outer_eye_corners),
    );
    near(errors, one.nme_percent, 1e-5);
    const found = errorFigures(errors);
    near([found.mean, found.failureRate, found.auc], [one.mean, one.failure_rate_10, one.auc_10], 1e-5);
  }
});

interface ConcordanceCase {
  readonly truth: readonly number[];
  readonly prediction: readonly number[];
  readonly ccc: number;
}

test('values: concordance', () => {
  for (const one of readVectors<{ readonly cases: readonly ConcordanceCase[] }>('ccc').cases)
    expect(Math.abs(concordance(one.truth, one.prediction) - one.ccc)).toBeLessThan(1e-6);
});

test('smoothing', () => {
  const file = readVectors<{ dt: number; min_cutoff: number; beta: number; input: number[]; output: number[] }>(
    'one-euro',
  );
  const filter = new OneEuro({ minCutoff: file.min_cutoff, beta: file.beta });
  near(
    file.input.map((sample) => filter.next(sample, file.dt)),
    file.output,
    1e-6,
  );
});

interface SchedulerFile {
  readonly latency_ms: readonly number[];
  readonly accuracy: Rows;
  readonly pareto_of_class_0: readonly number[];
  readonly cases: readonly {
    readonly name: string;
    readonly sla: number;
    readonly start?: number;
    readonly factors: readonly number[];
    readonly noise: readonly number[];
    readonly complexity: readonly number[];
    readonly branch: readonly number[];
    readonly estimate: readonly number[];
  }[];
  readonly edge_density: {
    readonly pictures: readonly { height: number; width: number; rule: string; density: number }[];
  };
}

describe('branches under a latency target', () => {
  const file = readVectors<SchedulerFile>('approxnet');
  test('sequences', () => {
    for (const one of file.cases) {
      const scheduler = new Scheduler(
        { latencyMs: file.latency_ms, accuracy: file.accuracy },
        { targetMs: one.sla, ...(one.start !== undefined && { start: one.start }) },
      );
      const steps = one.factors.map((factor, i) => {
        const branch = scheduler.choose(one.complexity[i]);
        scheduler.observe((file.latency_ms[branch] as number) * factor * (1 + (one.noise[i] as number)));
        return { branch, estimate: scheduler.contention };
      });
      expect(
        steps.map(({ branch }) => branch),
        one.name,
      ).toEqual(one.branch);
      near(
        steps.map(({ estimate }) => estimate),
        one.estimate,
        1e-8,
      );
    }
    expect(paretoBranches(file.latency_ms, file.accuracy[0] as readonly number[])).toEqual(file.pareto_of_class_0);
  });

  test('how busy a picture is', () => {
    for (const { height, width, rule, density } of file.edge_density.pictures) {
      const value = pixelRule(rule);
      const rgb = Array.from({ length: height * width * 3 }, (_, i) =>
        value(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
      );
      expect(edgeDensity(rgb, width, height)).toBeCloseTo(density, 9);
    }
  });
});

/** `90`, `(4x + 2y + 17c) mod 256`, `floor(256 u), key KEY, …`. */
function pixelRule(rule: string): (x: number, y: number, c: number) => number {
  const sum = /^\((\d+)x \+ (\d+)y \+ (\d+)c\) mod 256$/.exec(rule)?.slice(1).map(Number);
  if (sum) return (x, y, c) => ((sum[0] as number) * x + (sum[1] as number) * y + (sum[2] as number) * c) % 256;
  const key = /key ([^,]+),/.exec(rule)?.[1];
  if (key === undefined) return () => Number(rule);
  const next = mulberry32(fnv1a(key));
  return () => Math.floor(256 * next());
}

interface MelCase {
  readonly arguments: Readonly<Record<string, number | string | boolean>>;
  /** Of the noise on the wave; 0.01 when not given. */
  readonly noise?: number;
  readonly frames: number;
  readonly mels: number;
  readonly mean: number;
  readonly std: number;
  readonly at: Rows;
  readonly filterbank_sum_per_mel: readonly number[];
}

test('log-mel front ends', () => {
  const { salt, cases } = readVectors<{ salt: string; cases: readonly MelCase[] }>('log-mel');
  for (const one of cases) {
    const { n, win = n, hop, m, lo, hi, scale, power, log, floor = 1e-10, off = 1e-6, unit = false } = one.arguments;
    const attrs = {
      rate: 16000,
      fft: n,
      window: win,
      hop,
      mels: m,
      low: lo,
      high: hi,
      scale,
      power,
      log,
      floor,
      offset: off,
      unit,
    };
    const next = mulberry32(fnv1a(`${salt}/wave`));
    const wave = Float32Array.from({ length: 8000 }, (_, i) => {
      const t = i / 16000;
      const tones = 0.5 * Math.sin(2 * Math.PI * 440 * t) + 0.25 * Math.sin(2 * Math.PI * (900 + 300 * t) * t);
      return tones + (one.noise ?? 0.01) * (2 * next() - 1);
    });
    const { shape, values } = runOp('log_mel', attrs, [[1, 1, 8000, 1]], [wave]);
    expect(shape).toEqual([1, one.frames, one.mels, 1]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - one.mean)).toBeLessThan(1e-3 * one.std);
    for (const [frame, mel, value] of one.at as [number, number, number][])
      expect(Math.abs((values[frame * one.mels + mel] as number) - value)).toBeLessThan(1e-3 * one.std);
    const filters = melFilters(attrs as MelTables);
    const sums = Array.from({ length: one.mels }, (_, mel) =>
      filters.reduce((sum, value, i) => (i % one.mels === mel ? sum + value : sum), 0),
    );
    near(sums, one.filterbank_sum_per_mel, 1e-5);
  }
});
