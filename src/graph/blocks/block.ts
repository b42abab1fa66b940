// What a block of the notation must define: its word, its arguments (one schema for parser, printer, form and docs) and its expansion.
import type { ArgumentValue, Header } from '../architecture.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import type { NetFamily } from './naming.ts';

/** One argument of a block line. `key` is what stands in the text: `k3`, `se0.25`, `act=hswish`, `noskip`. */
export interface Argument {
  readonly key: string;
  /** Field's own word, used as the label of the form: `kernel`, `expansion ratio`. */
  readonly label: string;
  /** `ints` is written `k3.5.7`; `word` is written `act=relu`; `names` is written `from=a,b`; `flag` is the bare key. Numbers are written `key` + value. */
  readonly kind: 'int' | 'number' | 'ints' | 'word' | 'names' | 'flag';
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

/**
 * `stage` blocks count in `blocks.i`; `stem` and `head` lines have names of their own; a `join` has no weights and counts in no stage of the
 * backbone; a `part` line ends the backbone or the part above. In a part every line is of a stage: `head.0`, `head.1`, …
 */
export type Place = 'stem' | 'stage' | 'head' | 'join' | 'part';

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
  /** True below a `part` line. */
  readonly inPart: boolean;
  /** 0 for the first repeat of the line. */
  readonly repeat: number;
  /** Nodes that the line reads: those that `from` names, else the line above. The first of them is `builder.current`. */
  readonly inputs: readonly string[];
  /** Names that `out` gives to the results. */
  readonly outNames: readonly string[];
  /** Node that a name stands for. Throws ShapeError for an unknown one. */
  named(name: string): string;
  /** Gives the line's `mid` name to the node, in the first repeat. */
  mid(node: string): void;
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
  /** Reads all that `from` names; other blocks read one result. */
  readonly readsSeveral?: true;
  /** Gives several results under these names, or those of `out`; other blocks give one. */
  readonly results?: readonly string[];
  /** Key of the argument that is written without its key: the NAME of `part NAME`. */
  readonly bare?: string;
  /** Adds this block's nodes after `builder.current`. Throws ShapeError. */
  expand(builder: GraphBuilder, args: Arguments, context: BlockContext): void;
}

export const defineBlock = (block: Block): Block => block;
