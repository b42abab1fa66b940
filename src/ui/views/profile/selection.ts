// How rows and marks of the Profile pane join the page's one selection: blocks by their line, kernels by their nodes.
import type { Selection, Session } from '../../state/session.svelte.ts';
import type { LayerRow } from './rows.ts';

type Selectable = Pick<LayerRow, 'kind' | 'line' | 'nodes'>;

/** A block is selected with its line or with any node of it; a kernel with any node that it computes. */
export function isSelected({ kind, line, nodes }: Selectable, selection: Selection): boolean {
  if (selection.kind === 'lines') return kind === 'block' && selection.lines.has(line);
  return selection.kind === 'node' && nodes.includes(selection.node);
}

export function selectRow(session: Session, row: LayerRow): void {
  if (row.kind === 'kernel') session.selectNode(row.node);
  else if (row.line >= 0) session.selectLines([row.line]);
  else session.selectNode(row.nodes.at(-1) ?? '');
}

/** A dispatch is selected with any node that it computes, or with the line of one. `lineOf`: node id → block line. */
export const isDispatchSelected = (
  from: readonly string[],
  selection: Selection,
  lineOf: ReadonlyMap<string, number>,
): boolean =>
  selection.kind === 'node'
    ? from.includes(selection.node)
    : selection.kind === 'lines' && from.some((id) => selection.lines.has(lineOf.get(id) ?? -1));
