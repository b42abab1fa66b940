// The parsed document: header knobs and block lines, every part with its place in the text.
import type { Range } from './graph.ts';

export type ActivationName =
  | 'relu' | 'relu6' | 'hswish' | 'hsigmoid' | 'swish' | 'sigmoid' | 'gelu' | 'prelu' | 'tanh' | 'none';
export type NormName = 'bn' | 'evonormb0' | 'evonorms0' | 'gn' | 'ln' | 'none';

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
  /** Multiplies repeats of the lines not marked `fixed`. */
  readonly depth: number;
  readonly padding: 'symmetric' | 'same';
  /** round_channels (timm): nearest multiple of `divisor`, at least `min`, + divisor if below `limit` of the wish. */
  readonly round: { readonly divisor: number; readonly limit: number; readonly min?: number };
  /** `expect N params`: checked after inference, a problem when it differs. */
  readonly expectParams?: number;
}

/** Value of one argument of a block line. `true` = a bare flag. */
export type ArgumentValue = number | readonly number[] | string | true;

export interface BlockLine {
  /** Block word: `mbconv`, `uib`, `conv`, … */
  readonly word: string;
  readonly repeats: number;
  /** True for lines that begin with `+`: same stage as the line above (timm nests its block strings that way). */
  readonly sameStage: boolean;
  /** Argument key → value, only what the text says; defaults live in the block's definition. */
  readonly args: Readonly<Record<string, ArgumentValue>>;
  readonly range: Range;
  /** Where each argument stands, for problems and fixes. */
  readonly argRanges: Readonly<Record<string, Range>>;
}

export interface Architecture {
  readonly header: Header;
  readonly blocks: readonly BlockLine[];
}
