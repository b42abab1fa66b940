// What a block of the notation must define: its word, its arguments (one schema for parser, printer, form and docs) and its expansion.
import type { ArgumentValue, Header } from '../architecture.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { NetFamily } from './naming.ts';

/** One argument of a block line. `key` is what stands in the text: `k3`, `se0.25`, `act=hswish`, `noskip`. */
export interface Argument {
  readonly key: string;
  /** Field's own word, used as the label of the form: `kernel`, `expansion ratio`. */
  readonly label: string;
  /** `ints` is written `k3.5.7`; `word` is written `act=relu`; `flag` is the bare key. Numbers are written `key` + value. */
  readonly kind: 'int' | 'number' | 'ints' | 'word' | 'flag';
  readonly doc: string;
  readonly default?: ArgumentValue;
  readonly required?: boolean;
  /** Multiplied by the header's `width` and rounded by its rule. */
  readonly scales?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly words?: readonly string[];
}

/** Arguments of one repeat after defaults, width scaling and "stride on the first repeat only" have been applied. */
export type Arguments = Readonly<Record<string, ArgumentValue | undefined>>;

/** `stage` blocks count in `blocks.i`; `stem` and `head` lines have names of their own. */
export type Place = 'stem' | 'stage' | 'head';

export interface BlockContext {
  readonly header: Header;
  readonly family: NetFamily;
  /** Where this line stands: the block's own place, except for `conv`, which may be any of the three. */
  readonly place: Place;
  /** Position for state-dict names: stage and index inside the stage (timm's `blocks.{stage}.{index}`). */
  readonly stage: number;
  readonly index: number;
  /** Module path of the block by the family's scheme (`blocks.1.0`); empty outside stages. */
  readonly name: string;
  /** 0 for the first repeat of the line. */
  readonly repeat: number;
  /** Rounds a channel wish by the header's rule (no width applied). */
  round(channels: number): number;
}

export interface Block {
  readonly word: string;
  /** One sentence for palette and documentation. */
  readonly doc: string;
  /** Paper and section. */
  readonly source: string;
  readonly args: readonly Argument[];
  readonly place: Place;
  /** Adds this block's nodes after `builder.current`. Throws ShapeError. */
  expand(builder: GraphBuilder, args: Arguments, context: BlockContext): void;
}

export const defineBlock = (block: Block): Block => block;
