// What a view is to the frame, and a tab to its view: one row of a table each, so that nothing else lists them.
import type { Component, Snippet } from 'svelte';
import type { IconName } from './Icon.svelte';

/** A component that is there, or will be once it is fetched. */
export type Loads<Props extends object> =
  { readonly default: Component<Props> } | Promise<{ default: Component<Props> }>;

/** What the frame lends to a view. */
export interface ViewFrame {
  /** The way to the other views of this place; begins the view's bar. */
  readonly lead?: Snippet | undefined;
  /** The frame's own buttons; end the view's bar. */
  readonly tail: Snippet;
  /** Brings the view to the front. */
  show(): void;
  /** Files that were dropped, pasted or chosen for the view; each once. */
  takeFiles(): readonly File[];
}
export interface ViewProps {
  readonly frame: ViewFrame;
}

/** `side` and `main` are always in a wide window; of those `below` one is shown. A phone shows one view of all. */
export type ViewPlace = 'side' | 'main' | 'below';

export interface View {
  readonly id: string;
  readonly label: string;
  /** One sentence: what the view shows. */
  readonly title: string;
  readonly icon: IconName;
  readonly place: ViewPlace;
  load(): Loads<ViewProps>;
  /** Stays on the page behind the others of its place: its commands are the page's. */
  readonly stays?: boolean;
  /** The part of the page's state that a phone's tab counts as something to look at, and what it counts. */
  readonly counts?: 'errors';
}

export interface Tab<Id extends string, Props extends object> {
  readonly id: Id;
  readonly label: string;
  readonly title: string;
  load(): Loads<Props>;
}

/** The commands that open a view's tabs. */
export const tabCommands = <Id extends string>(
  view: string,
  tabs: readonly Pick<Tab<Id, object>, 'id' | 'label'>[],
  open: (id: Id) => void,
) =>
  tabs.map(({ id, label }) => ({
    id: `${view.toLowerCase()}-${id}`,
    label: `${view}: ${label}`,
    group: 'View' as const,
    run: () => open(id),
  }));
