// How rows and marks of the Profile pane join the page's one selection: blocks by their line, kernels by their nodes.
import type { GraphNode } from '../../../graph/ir/graph.ts';
import { selectsBlock, type Selection } from '../../state/selection.ts';
import type { Session } from '../../state/session.svelte.ts';
import type { LayerRow } from './rows.ts';

type Selectable = Pick<LayerRow, 'kind' | 'line' | 'nodes'> & { readonly repeat?: number };

/** A block is selected with its line, as that repeat of it, or with any node of it; a kernel with any node that it computes. */
export function isSelected({ kind, line, repeat = 0, nodes }: Selectable, selection: Selection): boolean {
  if (selection.kind === 'lines') return kind === 'block' && selectsBlock(selection, line, repeat);
  return selection.kind === 'node' && nodes.includes(selection.node);
}

export function selectRow(session: Session, row: LayerRow): void {
  if (row.kind === 'kernel') session.selectNode(row.node);
  else if (row.line >= 0) session.selectBlock(row.line, row.repeat);
  else session.selectNode(row.nodes.at(-1) ?? '');
}

/** A dispatch is selected with any node that it computes, or with the block of one. `blockOf`: node id → its line and repeat. */
export const isDispatchSelected = (
  from: readonly string[],
  selection: Selection,
  blockOf: ReadonlyMap<string, Pick<GraphNode, 'block' | 'repeat'>>,
): boolean =>
  selection.kind === 'node'
    ? from.includes(selection.node)
    : from.some((id) => {
        const { block = -1, repeat = 0 } = blockOf.get(id) ?? {};
        return selectsBlock(selection, block, repeat);
      });
