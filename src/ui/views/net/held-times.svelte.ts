// The graph goes on showing time while an edited net is measured anew: with the times of before the edit, marked as old.
import type { NodeTimes } from '../../state/measurements/heat.ts';
import type { Session } from '../../state/session.svelte.ts';

export class HeldTimes {
  #last: { readonly of: string; readonly times: NodeTimes } | undefined;

  /** Of the net on the page or, until it is measured, of before the last edits. */
  readonly times: NodeTimes | undefined = $derived.by(() => {
    const { name, opened, times } = this.session;
    // Another document has other blocks under the same names.
    const of = `${opened} ${name}`;
    if (times) this.#last = { of, times };
    return this.#last?.of === of ? this.#last.times : undefined;
  });
  readonly old: boolean = $derived.by(() => this.times !== undefined && this.session.times === undefined);

  constructor(private readonly session: Session) {}
}
