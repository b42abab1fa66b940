// The parsed document: header knobs and block lines, every part with its place in the text.
import { activationOpNames } from '../gpu-kernels/ops/index.ts';
import type { Range } from './ir/graph.ts';

/** Default and per-line activations that the notation knows. */
export const activationNames = [...activationOpNames, 'none'] as const;
export type ActivationName = (typeof activationNames)[number];
export const isActivation = (word: string): word is ActivationName =>
  (activationNames as readonly string[]).includes(word);

export const normNames = ['bn', 'evonormb0', 'evonorms0', 'gn', 'ln', 'none'] as const;
export type NormName = (typeof normNames)[number];

/** What the outputs of a net mean (`task detect`). */
export const taskNames = ['classify', 'detect', 'segment', 'landmarks', 'tags', 'values'] as const;
export type TaskName = (typeof taskNames)[number];

/** Global knobs: header lines that scale or qualify everything below them. */
export interface Header {
  /** Channels, height, width of the picture. */
  readonly input: readonly [number, number, number];
  /** Naming scheme and family rules (stem, head, state-dict names): `efficientnet`, `mobilenetv3`, `efficientformer`, `t2t`, … */
  readonly family: string;
  readonly act: ActivationName;
  readonly norm: NormName;
  /** Epsilon of the norm; undefined = the norm's own default (batch norm 1e-5). */
  readonly eps?: number;
  /** Multiplies channel counts, then rounds by `round`. */
  readonly width: number;
  /** Multiplies repeats of the lines not marked `fixdepth`. */
  readonly depth: number;
  readonly padding: 'symmetric' | 'same';
  /** round_channels (timm): nearest multiple of `divisor`, at least `min`, + divisor if below `limit` of the wish. */
  readonly round: { readonly divisor: number; readonly limit: number; readonly min?: number };
  /** `expect N params`: checked after inference, a problem when it differs. */
  readonly expectParams?: number;
  /** What the outputs mean; undefined = class scores. */
  readonly task?: TaskName;
  /** The input is a wave of this many samples a second: `input 1x1xSAMPLES`. */
  readonly rate?: number;
}

/** What a text without a single header line means. */
export const defaultHeader: Header = {
  input: [3, 224, 224],
  family: 'efficientnet',
  act: 'relu',
  norm: 'bn',
  width: 1,
  depth: 1,
  padding: 'symmetric',
  round: { divisor: 8, limit: 0.9 },
};

/** Value of one argument of a block line. `true` = a bare flag; `ints` are one number (`k3`) or at least two (`k3.5.7`). */
export type ArgumentValue = number | readonly number[] | string | true;

/** The names of a list argument (`from=a,b`). */
export const namesOf = (value: ArgumentValue | undefined): readonly string[] =>
  typeof value === 'string' ? value.split(',') : [];

export interface BlockLine {
  /** Block word: `mbconv`, `uib`, `conv`, … */
  readonly word: string;
  readonly repeats: number;
  /** True for lines that begin with `+`: same stage as the line above (timm nests its block strings that way). */
  readonly sameStage: boolean;
  /** Argument key → value, only what the text says; defaults live in the block's definition. */
  readonly args: Readonly<Record<string, ArgumentValue>>;
  /** From the `+` or the word to the last argument; without the comment. */
  readonly range: Range;
  /** Where each argument stands, for problems and fixes. */
  readonly argRanges: Readonly<Record<string, Range>>;
  readonly wordRange?: Range;
  /** Where `xN` stands, when the line says it. */
  readonly repeatsRange?: Range;
  /** Comment lines directly above, each with its `#`. */
  readonly comments?: readonly string[];
  /** Comment behind the arguments, with its `#`. */
  readonly note?: string;
  /** Of a block of a model file, which has no arguments: what it computes, in words. */
  readonly summary?: string;
}

export interface Architecture {
  readonly header: Header;
  readonly blocks: readonly BlockLine[];
  /** Header word → the range of its line; only lines that the text has. */
  readonly headerRanges?: Readonly<Record<string, Range>>;
  /** Comments of the header, `#:` metadata included, each with its `#`; printed first. */
  readonly comments?: readonly string[];
  /** Comments below the last block line. */
  readonly closingComments?: readonly string[];
}
