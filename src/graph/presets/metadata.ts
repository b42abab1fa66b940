// The `#:` lines of a preset file: family, paper, claims, and one line per variant or published checkpoint.
import * as v from 'valibot';
import { fits, type Preprocessing } from '../pictures/preprocess.ts';
import { knobNames, readKnobs, type Knobs } from './knobs.ts';

/** Lists of class names that ship, beside ImageNet’s: `public/models/NAME-labels.txt`. */
export const labelSets = ['coco', 'open-images-23', 'voc', 'audioset'] as const;
export type LabelSet = (typeof labelSets)[number];

/** One weight tag, or the plain net where nothing is published. */
export interface PublishedCheckpoint {
  /** Hub id of published weights, `timm/mobilenetv2_100.ra_in1k`. */
  readonly hubId?: string;
  /** Height and width of this checkpoint's figures, pixels; undefined = those of the file's text. */
  readonly input?: Knobs['input'];
  /** Outputs of this checkpoint's classifier where they are not the text's. */
  readonly classes?: number;
  readonly preprocessing?: Preprocessing;
  /** Which list of names its classes have. */
  readonly labels?: LabelSet;
  /** ImageNet top-1 in percent as the authors give it for this recipe; the variant's own where the line says none. */
  readonly top1Paper?: number;
  /** ImageNet top-1 in percent as timm measures it. */
  readonly top1Timm?: number;
}

export interface Variant {
  readonly name: string;
  /** Relative to the file's text. */
  readonly knobs: Knobs;
  readonly family: string;
  readonly paper: string;
  /** ImageNet top-1 in percent as the authors give it; `read` in a source or `recalled`. */
  readonly top1Paper?: number;
  readonly top1Basis?: 'read' | 'recalled';
  /** Trainable parameters, where counted independently. */
  readonly parameters?: number;
  /** At least one; the first is the default. */
  readonly checkpoints: readonly PublishedCheckpoint[];
}

/** A family of names without lines of their own: `NNN` stands for the width in hundredths, `N.N` for the width itself. */
export interface Pattern {
  readonly template: string;
  readonly knobs: Knobs;
}

export interface PresetFile {
  readonly text: string;
  readonly family: string;
  readonly paper: string;
  readonly claims: readonly string[];
  readonly variants: readonly Variant[];
  readonly patterns: readonly Pattern[];
  /** Other name → name of a variant. */
  readonly aliases: Readonly<Record<string, string>>;
}

const decimal = v.pipe(v.string(), v.transform(Number), v.number());
const three = v.pipe(
  v.string(),
  v.transform((text) => text.split(',')),
  v.tuple([decimal, decimal, decimal]),
);
const facts = v.strictObject({
  weights: v.optional(v.string()),
  mean: v.optional(three),
  std: v.optional(three),
  crop: v.optional(decimal),
  interpolation: v.optional(v.picklist(['bicubic', 'bilinear'])),
  fit: v.optional(v.picklist(fits)),
  labels: v.optional(v.picklist(labelSets)),
  top1Paper: v.optional(decimal),
  basis: v.optional(v.picklist(['read', 'recalled'])),
  top1Timm: v.optional(decimal),
  params: v.optional(v.pipe(decimal, v.integer())),
  family: v.optional(v.string()),
  paper: v.optional(v.string()),
});

/** Reads a file's metadata. Throws with the file's first line and the metadata line: a preset file is part of the program. */
export function readMetadata(text: string): PresetFile {
  const variants = new Map<string, Variant>();
  const patterns: Pattern[] = [];
  const claims: string[] = [];
  const aliases: Record<string, string> = {};
  let family = '';
  let paper = '';
  for (const line of text.split('\n').filter((candidate) => candidate.startsWith('#:'))) {
    const [word = '', ...values] = line.slice(2).trim().split(/\s+/);
    const [first = '', ...pairs] = values;
    const fail = (problem: string): never => {
      throw new Error(`preset metadata "${line}" (${text.split('\n', 1)[0]}): ${problem}`);
    };
    if (word === 'family') family = values.join(' ');
    else if (word === 'paper') paper = values.join(' ');
    else if (word === 'claim') claims.push(values.join(' '));
    else if (word === 'alias') aliases[first] = pairs[0] ?? fail('an alias needs the name that it stands for');
    else if (word === 'pattern') patterns.push({ template: first, knobs: split(pairs, fail).knobs });
    else if (word === 'variant') addVariant(variants, first, split(pairs, fail), { family, paper }, fail);
    else fail(`"${word}" is not a kind of metadata`);
  }
  return { text, family, paper, claims, variants: [...variants.values()], patterns, aliases };
}

type Fail = (problem: string) => never;

/** `key=value` tokens, sorted into knobs and facts. */
function split(tokens: readonly string[], fail: Fail): { knobs: Knobs; facts: v.InferOutput<typeof facts> } {
  const pairs = tokens.map((token) => {
    const at = token.indexOf('=');
    return at > 0 ? ([token.slice(0, at), token.slice(at + 1)] as const) : fail(`"${token}" is not key=value`);
  });
  const isKnob = ([key]: readonly [string, string]) => (knobNames as readonly string[]).includes(key);
  const knobs = readKnobs(new Map(pairs.filter(isKnob)));
  const parsed = v.safeParse(facts, Object.fromEntries(pairs.filter((pair) => !isKnob(pair))));
  if ('problem' in knobs) return fail(knobs.problem);
  if (!parsed.success) return fail(`${v.getDotPath(parsed.issues[0])}: ${parsed.issues[0].message}`);
  return { knobs: knobs.knobs, facts: parsed.output };
}

/** A second line of the same name adds a checkpoint, which may have a resolution and a number of classes of its own and no other knob. */
function addVariant(
  variants: Map<string, Variant>,
  name: string,
  line: ReturnType<typeof split>,
  file: { family: string; paper: string },
  fail: Fail,
): void {
  const { weights, mean, std, crop, interpolation, fit, labels, top1Paper, basis, top1Timm, params, family, paper } =
    line.facts;
  const { input, classes, ...otherKnobs } = line.knobs;
  const known = variants.get(name);
  const top1 = top1Paper ?? known?.top1Paper;
  const checkpoint: PublishedCheckpoint = {
    ...(weights !== undefined && { hubId: weights }),
    ...(input && { input }),
    ...(known && classes !== undefined && { classes }),
    ...(mean &&
      std && {
        preprocessing: {
          mean,
          std,
          ...(crop !== undefined && { crop }),
          ...(interpolation && { interpolation }),
          ...(fit && { fit }),
        },
      }),
    ...(labels && { labels }),
    ...(top1 !== undefined && { top1Paper: top1 }),
    ...(top1Timm !== undefined && { top1Timm }),
  };
  if (known && Object.keys(otherKnobs).length > 0)
    fail('only the first line of a name turns knobs other than input and classes');
  variants.set(
    name,
    known
      ? { ...known, checkpoints: [...known.checkpoints, checkpoint] }
      : {
          name,
          knobs: line.knobs,
          family: family ?? file.family,
          paper: paper === undefined ? file.paper : `arXiv ${paper}`,
          ...(top1Paper !== undefined && { top1Paper }),
          ...(basis && { top1Basis: basis }),
          ...(params !== undefined && { parameters: params }),
          checkpoints: [checkpoint],
        },
  );
}
