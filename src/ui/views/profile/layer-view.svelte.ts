// How the user looks at the layer table: order, folding, filter, grouping and columns; kept while other tabs are open.
import { array, string } from 'valibot';
import type { WorkKind } from '../../../graph/ir/op-words.ts';
import { readStored, writeStored } from '../../parts/stored.ts';
import type { Grouping } from './layer-groups.ts';
import type { Sorting } from './rows.ts';

const key = 'layer columns hidden';

export class LayerView {
  sorting = $state.raw<Sorting>({ key: 'position', descending: false });
  unfolded = $state.raw<ReadonlySet<string>>(new Set());
  /** The row of tools is open. */
  tools = $state(false);
  flat = $state(false);
  text = $state('');
  work = $state<WorkKind | ''>('');
  grouping = $state<Grouping>('none');
  #hidden = $state.raw<ReadonlySet<string>>(new Set(readStored(key, array(string())) ?? []));

  get hidden(): ReadonlySet<string> {
    return this.#hidden;
  }
  showColumn(id: string, shown: boolean): void {
    const next = new Set(this.#hidden);
    if (shown) next.delete(id);
    else next.add(id);
    this.#hidden = next;
    writeStored(key, next.size > 0 ? [...next] : undefined);
  }
  /** Kernels by themselves: asked for, or needed to show one kind of work. */
  get kernelsOnly(): boolean {
    return this.flat || this.work !== '';
  }
  get filtered(): boolean {
    return this.text.trim() !== '' || this.work !== '' || this.grouping !== 'none';
  }
}
