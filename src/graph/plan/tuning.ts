// Kernels chosen by measurement instead of by order: which steps have several candidates, and what a finished tuning says of them.
import * as v from 'valibot';
import type { Kernel, Step } from '../../gpu-kernels/families/index.ts';
import type { Capabilities, Precision } from '../../gpu-kernels/kernel.ts';
import { kernelsOf } from '../../gpu-kernels/kernels/index.ts';
import { fnv1a } from '../random.ts';

/** Key of a step → name of the kernel that takes it. */
export type Choices = ReadonlyMap<string, string>;

const digest = (text: string): string => fnv1a(text).toString(16).padStart(8, '0');

/** What a kernel sees of a step: shapes, attributes, riders, which operands are the same value; not the names of its nodes. */
export function stepKey(step: Step, precision: Precision): string {
  const ids = [...new Set([...step.inputs, ...step.outputs].map(({ id }) => id))];
  const value = ({ id, shape, type }: Step['inputs'][number]): unknown => [ids.indexOf(id), shape, type ?? precision];
  const { family, attrs, prologue, epilogue } = step;
  const weights = Object.entries(step.weights).map(([role, { shape }]) => [role, shape]);
  const seen = [attrs, prologue, epilogue, step.inputs.map(value), step.outputs.map(value), weights.sort()];
  return `${family}-${digest(JSON.stringify([precision, ...seen]))}`;
}

/** Kernels that can take the step where it stands; the first is the one that is taken untuned. */
export function candidates(step: Step, caps: Capabilities, precision: Precision): Kernel[] {
  const sums = step.outputs[1];
  return kernelsOf(step.family).filter(
    (kernel) =>
      kernel.accepts(step, caps, precision) &&
      // How many partial sums there are was asked of the first kernel; their reader counts on it.
      (!/#(sums|moments)$/.test(sums?.id ?? '') || kernel.sumParts?.(step, caps, precision) === sums?.shape[1]) &&
      kernel.build(step, caps, precision).bindings.length <= caps.maxStorageBuffersPerStage,
  );
}

/** The candidates' names and texts: a stored choice among others than these is worth nothing. */
export function checksum(
  { inPlace: _, ...step }: Step,
  kernels: readonly Kernel[],
  caps: Capabilities,
  precision: Precision,
): string {
  const texts = kernels.map((kernel) => `${kernel.name}\n${kernel.build(step as Step, caps, precision).wgsl}`);
  return digest(texts.join('\n'));
}

const milliseconds = v.pipe(v.number(), v.finite(), v.minValue(0));

export const tuningSchema = v.object({
  format: v.literal('bottleneck-tuning'),
  version: v.literal(1),
  net: v.string(),
  adapter: v.object({ vendor: v.string(), architecture: v.string(), description: v.string() }),
  precision: v.picklist(['f32', 'f16']),
  for: v.picklist(['gpu', 'software']),
  batch: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Steps that were timed, those that cost most first. */
  entries: v.array(
    v.object({
      key: v.string(),
      checksum: v.string(),
      /** A node of one such step, and how many steps of the net are alike. */
      node: v.string(),
      steps: v.number(),
      /** Medians of the candidates; the first is the default. */
      candidates: v.array(v.object({ kernel: v.string(), ms: milliseconds })),
      chosen: v.string(),
    }),
  ),
  /** The tuned plan against the default one, in interleaved pairs; `kept` is false where it was not faster, and every choice is dropped. */
  race: v.object({
    pairs: v.number(),
    tunedMs: milliseconds,
    defaultMs: milliseconds,
    wins: v.number(),
    kept: v.boolean(),
  }),
});

/** The record of a tuning; plain data, its JSON stable. */
export type Tuning = v.InferOutput<typeof tuningSchema>;

/** What of a tuning holds for these steps: choices whose candidates are still what they were, and how many entries are stale. */
export function choicesOf(
  tuning: Tuning,
  steps: readonly Step[],
  caps: Capabilities,
  precision: Precision,
): { readonly choices: Choices; readonly stale: number } {
  const entries = new Map(tuning.entries.map((entry) => [entry.key, entry]));
  const choices = new Map<string, string>();
  const stale = new Set<string>();
  if (!tuning.race.kept) return { choices, stale: 0 };
  for (const step of steps) {
    const key = stepKey(step, precision);
    const entry = entries.get(key);
    if (!entry || choices.has(key) || stale.has(key)) continue;
    const kernels = candidates(step, caps, precision);
    const same = checksum(step, kernels, caps, precision) === entry.checksum;
    if (same && kernels.some(({ name }) => name === entry.chosen)) choices.set(key, entry.chosen);
    else stale.add(key);
  }
  return { choices, stale: stale.size };
}
