// Where a run stands as a safetensors file: weights, averages, the optimizer's memories, the best weights, the curve, and the recipe it is of.
import * as v from 'valibot';
import { floatValues, readSafetensors, SafetensorsError } from '../formats/safetensors/read.ts';
import { writeSafetensors, type TensorToWrite } from '../formats/safetensors/write.ts';
import type { Validation, CurvePoint, RunState } from './training-run.ts';

const format = 'bottleneck-training-1';

/** What a state belongs to. */
export interface StateOrigin {
  /** The net's name, its text, and the hash of it. */
  readonly name: string;
  readonly text: string;
  readonly hash: string;
  /** Text of the recipe. */
  readonly recipe: string;
  /** Of the pictures. */
  readonly pictures: string;
  /** What computed it, where two can. */
  readonly on?: 'gpu' | 'cpu' | undefined;
}

// JSON has no NaN and no infinity.
const number = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? NaN),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const curve = v.array(v.tuple([number, number, number, number, v.boolean()]));
const checks = v.array(v.tuple([count, number, number]));
const json = <T extends v.GenericSchema>(schema: T) => v.pipe(v.string(), v.parseJson(), schema);
const metadata = v.object({
  format: v.literal(format),
  name: v.string(),
  text: v.string(),
  hash: v.string(),
  recipe: v.string(),
  pictures: v.string(),
  on: v.optional(v.picklist(['gpu', 'cpu'])),
  updates: json(count),
  curve: json(curve),
  checks: json(checks),
});

const groups = ['weights', 'averages', 'first', 'second', 'best'] as const;

export function writeState(state: RunState, origin: StateOrigin): Uint8Array {
  const tensors = new Map<string, TensorToWrite>();
  const parts = { ...state.trainer, best: state.best ?? new Map<string, Float32Array>() };
  for (const group of groups)
    for (const [name, values] of parts[group]) tensors.set(`${group}/${name}`, { shape: [values.length], values });
  return writeSafetensors(tensors, {
    format,
    name: origin.name,
    text: origin.text,
    hash: origin.hash,
    recipe: origin.recipe,
    pictures: origin.pictures,
    ...(origin.on && { on: origin.on }),
    updates: String(state.trainer.updates),
    curve: JSON.stringify(
      state.curve.map(({ loss, rate, gradientNorm, accuracy, skipped }) => [
        loss,
        rate,
        gradientNorm,
        accuracy,
        skipped,
      ]),
    ),
    checks: JSON.stringify(state.checks.map(({ step, loss, accuracy }) => [step, loss, accuracy])),
  });
}

/** The state of a file, or a sentence that goes on after the file's name. */
export function readState(
  file: Uint8Array,
): { readonly state: RunState; readonly origin: StateOrigin } | { readonly problem: string } {
  try {
    const { tensors, metadata: facts } = readSafetensors(file);
    const parsed = v.safeParse(metadata, Object.fromEntries(facts));
    if (!parsed.success) return { problem: 'holds no state of a training run; give a file that --checkpoint wrote' };
    const { updates, curve: points, checks: looks, format: _, ...origin } = parsed.output;
    const parts = Object.fromEntries(groups.map((group) => [group, new Map<string, Float32Array>()])) as Record<
      (typeof groups)[number],
      Map<string, Float32Array>
    >;
    for (const [key, tensor] of tensors) {
      const at = key.indexOf('/');
      const group = groups.find((name) => name === key.slice(0, at));
      if (!group || tensor.dtype !== 'F32') return { problem: `holds "${key}", which no state of a training run has` };
      parts[group].set(key.slice(at + 1), floatValues(tensor).slice());
    }
    const { best, ...trained } = parts;
    return {
      origin,
      state: {
        trainer: { updates, ...trained },
        curve: points.map(([loss, rate, gradientNorm, accuracy, skipped], i): CurvePoint => {
          return { step: i + 1, loss, rate, gradientNorm, accuracy, skipped };
        }),
        checks: looks.map(([step, loss, accuracy]): Validation => ({ step, loss, accuracy })),
        ...(best.size > 0 && { best }),
      },
    };
  } catch (error) {
    if (error instanceof SafetensorsError) return { problem: `cannot be read: ${error.message}` };
    throw error;
  }
}
