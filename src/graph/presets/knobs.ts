// Knobs turn one preset's text into its variants: a width, a resolution, a norm, an anti-aliased stride, another number of classes.
import * as v from 'valibot';
import { activationNames, normNames, type Architecture, type BlockLine, type Header } from '../architecture.ts';
import { families } from '../blocks/naming.ts';
import { limits } from '../limits.ts';

const number = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d+(\.\d+)?(e-?\d+)?$/, 'not a number'),
    v.transform(Number),
    v.minValue(min),
    v.maxValue(max),
  );
const count = (max: number) => v.pipe(number(1, max), v.integer());
const side = v.pipe(count(limits.side));
const picture = v.pipe(
  v.string(),
  v.transform((text) => (text.includes('x') ? text.split('x') : [text, text])),
  v.tuple([side, side]),
);

/** Every knob as it is written behind a name (`+width=0.5`) or in a variant's metadata. */
export const knobSchema = v.strictObject({
  width: v.optional(number(0.01, limits.multiplier)),
  depth: v.optional(number(0.01, limits.multiplier)),
  /** Height and width in pixels, `224` or `480x640`. */
  input: v.optional(picture),
  act: v.optional(v.picklist(activationNames)),
  norm: v.optional(v.picklist(normNames)),
  eps: v.optional(number(1e-12, 1)),
  pad: v.optional(v.picklist(['same', 'symmetric'])),
  /** Anti-aliasing of every strided line below the stem. */
  aa: v.optional(v.picklist(['avg', 'blur'])),
  /** Outputs of the classifier. */
  classes: v.optional(count(65_536)),
  /** Reduction of every coordinate attention. */
  reduction: v.optional(count(256)),
});
export type Knobs = v.InferOutput<typeof knobSchema>;
export const knobNames = Object.keys(knobSchema.entries) as readonly (keyof Knobs)[];

/** Reads `key → text` pairs; the problem names the knob. */
export function readKnobs(pairs: ReadonlyMap<string, string>): { knobs: Knobs } | { problem: string } {
  const unknown = [...pairs.keys()].find((key) => !(knobNames as readonly string[]).includes(key));
  if (unknown !== undefined)
    return { problem: `there is no knob "${unknown.slice(0, 32)}"; known: ${knobNames.join(', ')}` };
  const parsed = v.safeParse(knobSchema, Object.fromEntries(pairs));
  if (parsed.success) return { knobs: parsed.output };
  const key = v.getDotPath(parsed.issues[0])?.split('.')[0] ?? '';
  return { problem: `the knob "${key}" cannot be "${pairs.get(key)?.slice(0, 32)}"` };
}

/** True when the knobs leave every parameter's shape alone, so that a known count still holds. `header` is the net's before. */
export function keepsParameters(knobs: Knobs, { family, input: [, height, width] }: Header): boolean {
  const resized = knobs.input !== undefined && (knobs.input[0] !== height || knobs.input[1] !== width);
  if (resized && families.get(family)?.sizedParameters) return false;
  return (
    (['width', 'depth', 'norm', 'classes', 'reduction'] as const).every((key) => knobs[key] === undefined) &&
    knobs.act !== 'prelu'
  );
}

/** The architecture with its knobs turned; `expect` stays only where the count still holds. Ranges are those of the old text. */
export function turnKnobs({ header, blocks, ...rest }: Architecture, knobs: Knobs): Architecture {
  const { width, depth, input, act, norm, eps, pad } = knobs;
  const { eps: oldEps, expectParams, ...common } = header;
  // Each norm has an epsilon of its own, so another norm does not inherit it.
  const newEps = eps ?? (norm === undefined ? oldEps : undefined);
  return {
    ...rest,
    header: {
      ...common,
      ...(width !== undefined && { width }),
      ...(depth !== undefined && { depth }),
      ...(input && { input: [header.input[0], ...input] as const }),
      ...(act && { act }),
      ...(norm && { norm }),
      ...(newEps !== undefined && { eps: newEps }),
      ...(pad && { padding: pad }),
      ...(expectParams !== undefined && keepsParameters(knobs, header) && { expectParams }),
    },
    blocks: blocks.map((line, i) => turnLine(line, i === 0, knobs)),
  };
}

/** Words whose `c` is the number of classes. */
export const classifiers: ReadonlySet<string> = new Set(['linear', 'distilled', 'clshead']);

function turnLine(line: BlockLine, stem: boolean, { aa, classes, reduction }: Knobs): BlockLine {
  const { args, word } = line;
  const strided = typeof args.s === 'number' && args.s > 1 && !stem;
  const changed = {
    ...(aa !== undefined && strided && { aa }),
    ...(classes !== undefined && classifiers.has(word) && { c: classes }),
    ...(reduction !== undefined && args.ca !== undefined && { ca: reduction }),
  };
  return Object.keys(changed).length === 0 ? line : { ...line, args: { ...args, ...changed } };
}
