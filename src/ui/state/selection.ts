// What is selected on the page, and what of the net that is.
import type { Graph } from '../../graph/ir/graph.ts';

/** Block lines of the document, of one line perhaps a single repeat; or one op node of the graph. */
export type Selection =
  | { readonly kind: 'none' }
  | { readonly kind: 'lines'; readonly lines: ReadonlySet<number>; readonly repeat?: number }
  | { readonly kind: 'node'; readonly node: string };

/** Whether a block, or a node of it, is selected with its line or as that very repeat. */
export const selectsBlock = (selection: Selection, line: number, repeat: number): boolean =>
  selection.kind === 'lines' &&
  selection.lines.has(line) &&
  (selection.repeat === undefined || selection.repeat === repeat);

/** What an edit leaves of a selection: of a repeat that it took away, the line. */
export const selectionIn = ({ nodes }: Graph, selection: Selection): Selection =>
  selection.kind === 'lines' &&
  selection.repeat !== undefined &&
  !nodes.some(({ block, repeat }) => selectsBlock(selection, block, repeat))
    ? { kind: 'lines', lines: selection.lines }
    : selection;

interface Block {
  readonly line: number;
  readonly repeat: number;
  readonly nodes: readonly { readonly id: string }[];
}

/** Whether a block is selected, with its line, as that very repeat, or by one of its nodes. */
export const selectsUnit = (selection: Selection, { line, repeat, nodes }: Block): boolean =>
  selection.kind === 'node' ? nodes.some(({ id }) => id === selection.node) : selectsBlock(selection, line, repeat);
