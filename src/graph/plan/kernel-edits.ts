// A kernel's text replaced by one that someone wrote and that proved right and faster on a device; it holds while the kernel's own text does.
import * as v from 'valibot';
import type { Plan } from './plan.ts';

const wgsl = v.pipe(v.string(), v.minLength(1), v.maxLength(200_000));
const share = v.pipe(v.number(), v.finite(), v.minValue(0));

export const kernelEditSchema = v.object({
  format: v.literal('bottleneck-kernel'),
  version: v.literal(1),
  /** Variant, net and node that it was written for. */
  kernel: v.pipe(v.string(), v.maxLength(200)),
  net: v.pipe(v.string(), v.maxLength(200)),
  node: v.pipe(v.string(), v.maxLength(200)),
  adapter: v.pipe(v.string(), v.maxLength(400)),
  /** The generated text; another one, of another version of the kernel, is not replaced. */
  original: wgsl,
  edited: wgsl,
  /** Time against the generated kernel's in pairs, 1 = as long; absent: not timed. */
  ratio: v.optional(share),
});

/** Plain data, its JSON stable: what travels as a file. */
export type KernelEdit = v.InferOutput<typeof kernelEditSchema>;

/** The plan with the texts that the edits replace. */
export function withEdits(plan: Plan, edits: readonly KernelEdit[]): Plan {
  if (edits.length === 0) return plan;
  const texts = new Map(edits.map(({ original, edited }) => [original, edited]));
  return { ...plan, modules: plan.modules.map((text) => texts.get(text) ?? text) };
}
