// Records of single pieces of training: losses, optimizers, schedules, each in float64.
import * as v from 'valibot';
import { generateTensor } from '../../inspect/golden.ts';
import { input as inputOp } from '../../../gpu-kernels/ops/input.ts';
import { lossGradient, lossValue } from '../loss-ops.ts';
import { landmark } from '../loss-value.ts';
import { lossSchema, targetsOf, type Loss, type Targets } from '../loss.ts';
import { average, clipFactor, globalNorm, Optimizer, optimizerSchema } from '../optimizer.ts';
import { ratesOf, readSchedule } from '../schedule.ts';
import { TrainNodes } from '../train-nodes.ts';
import type { RecordBackend } from './backend.ts';
import { draws, symmetric } from './random.ts';
import { Findings, type TrainReport } from './report.ts';
import { recordTargets } from './targets.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000));
const numbers = v.array(v.number());
const point = v.object({
  student: v.number(),
  truth: v.number(),
  tough: v.number(),
  tolerant: v.number(),
  value: v.number(),
  gradient: v.number(),
});

export const lossRecord = v.object({
  format: v.literal('bottleneck-train-1-losses'),
  salt: v.string(),
  rows: count,
  columns: count,
  cases: v.array(v.object({ loss: lossSchema, value: v.number(), gradient: numbers })),
  kd_landmark_points: v.optional(v.array(point), []),
});

/** One loss as a graph of two nodes: its value and its derivative. */
async function evaluated(loss: Loss, z: Float32Array, targets: Targets, columns: number, backend: RecordBackend) {
  const g = new TrainNodes();
  const rows = z.length / columns;
  const given = new Map<string, Float32Array>([['z', z]]);
  g.addAs('z', inputOp, { shape: [rows, columns] }, []);
  const operands = targetsOf(loss).map((name) => {
    const values = Float32Array.from(targets[name] as ArrayLike<number>);
    given.set(name, values);
    return g.addAs(name, inputOp, { shape: values.length === rows ? [rows] : [rows, columns] }, []);
  });
  g.addAs('value', lossValue, loss, ['z', ...operands]);
  g.addAs('gradient', lossGradient, loss, ['z', ...operands]);
  const found = await backend.run(g, given, ['value', 'gradient']);
  return { value: found.get('value')?.[0] as number, gradient: found.get('gradient') as Float32Array };
}

export async function checkLosses(
  { salt, rows, columns, cases, ...record }: v.InferOutput<typeof lossRecord>,
  backend: RecordBackend,
): Promise<TrainReport> {
  const findings = new Findings();
  const z = symmetric(salt, 'z', rows * columns, 3);
  for (const { loss, value, gradient } of cases) {
    const what = Object.values(loss).join(' ');
    const targets = recordTargets(salt, '.0', targetsOf(loss), rows, columns);
    const found = await evaluated(loss, z, targets, columns, backend);
    findings.hold(what, found.value, value, 1e-6 * Math.abs(value));
    const largest = gradient.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
    if (gradient.length !== z.length) findings.fail(`${what}: ${gradient.length} gradients for ${z.length} outputs`);
    gradient.forEach((slope, i) =>
      findings.hold(`${what}, gradient ${i}`, found.gradient[i] as number, slope, 1e-5 * largest),
    );
  }
  for (const { student, truth, tough, tolerant, value, gradient } of record.kd_landmark_points) {
    const found = landmark(student, truth, tough, tolerant);
    findings.hold(`KD-Loss at ${student}`, found[0], value, 1e-6);
    findings.hold(`KD-Loss at ${student}, gradient`, found[1], gradient, 1e-6);
  }
  return findings.report();
}

export const optimizerRecord = v.object({
  format: v.literal('bottleneck-train-1-optimizers'),
  salt: v.string(),
  tensors: v.array(v.tuple([v.string(), v.array(count)])),
  lr: numbers,
  cases: v.array(
    v.object({
      optimizer: optimizerSchema,
      clip_norm: v.nullish(v.number()),
      norms: v.optional(numbers, []),
      after: v.record(v.string(), v.array(numbers)),
      ema_decay: v.optional(v.number(), 0),
      ema: v.optional(v.array(numbers), []),
    }),
  ),
});

export function checkOptimizers({ salt, tensors, lr, cases }: v.InferOutput<typeof optimizerRecord>): TrainReport {
  const findings = new Findings();
  for (const one of cases) {
    const what = `${Object.values(one.optimizer).join(' ')}${typeof one.clip_norm !== 'number' ? '' : ` clip ${one.clip_norm}`}`;
    const trained = tensors.map(([name, shape]) => ({
      name,
      shape,
      values: new Float64Array(generateTensor(salt, name, shape)),
    }));
    const means = trained.map(({ values }) => values.slice());
    const optimizer = new Optimizer(one.optimizer, trained);
    const hold = (when: string, found: readonly Float64Array[], wanted: readonly (readonly number[])[]): void =>
      wanted.forEach((values, k) =>
        values.forEach((value, i) =>
          findings.hold(
            `${what}, ${trained[k]?.name ?? k}[${i}] ${when}`,
            found[k]?.[i] ?? NaN,
            value,
            1e-5 * Math.abs(value) + 1e-7,
          ),
        ),
      );
    lr.forEach((rate, t) => {
      const gradients = trained.map(({ name, values }) =>
        draws(salt, `grad.${t}/${name}`, values.length).map((u) => 2 * u - 1),
      );
      const norm = globalNorm(gradients);
      const wanted = one.norms[t];
      if (wanted !== undefined) findings.hold(`${what}, norm of step ${t}`, norm, wanted, 1e-5 * wanted);
      optimizer.step(gradients, rate, clipFactor(norm, one.clip_norm ?? undefined));
      means.forEach((mean, k) => average(mean, trained[k]?.values as Float64Array, one.ema_decay));
      const after = one.after[String(t + 1)];
      if (after)
        hold(
          `after ${t + 1}`,
          trained.map(({ values }) => values),
          after,
        );
    });
    hold('averaged', means, one.ema);
  }
  return findings.report();
}

export const scheduleRecord = v.object({
  format: v.literal('bottleneck-train-1-schedules'),
  peak: v.number(),
  steps: count,
  cases: v.array(v.object({ schedule: v.string(), lr: numbers })),
});

export function checkSchedules({ peak, steps, cases }: v.InferOutput<typeof scheduleRecord>): TrainReport {
  const findings = new Findings();
  for (const { schedule: text, lr } of cases) {
    const schedule = readSchedule(text);
    if ('problem' in schedule) {
      findings.fail(schedule.problem);
      continue;
    }
    const rates = ratesOf(schedule, peak, steps);
    lr.forEach((rate, t) => findings.hold(`${text}, step ${t}`, rates[t] ?? NaN, rate, 1e-9 * Math.abs(rate) + 1e-15));
  }
  return findings.report();
}
