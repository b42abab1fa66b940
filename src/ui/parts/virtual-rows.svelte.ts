// Long tables draw only the rows in view: which those are, how one comes into view under the head that stays, and how far a page goes.

/** Indices [from, to) of the rows to draw: those in view and a few around them. */
export function rowsInView(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  around = 6,
): [number, number] {
  const from = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  return [Math.min(from, count), Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + around)];
}

/** Where a key leads in a list from row `at`, or undefined for a key that does not travel. */
export function rowAfter(key: string, at: number, count: number, page: number): number | undefined {
  const steps: Partial<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
}

/** Height of a row: a finger needs more than a mouse. */
export const LINE = globalThis.matchMedia?.('(pointer: coarse)').matches ? 40 : 28;

/** Rows of one height in a scroller; bind the scroller's element and height, and tell its scrolling. */
export class VirtualRows {
  scroller = $state.raw<HTMLElement>();
  /** Of the scroller, head included, CSS pixels. */
  height = $state(0);
  #scrollTop = $state(0);
  readonly range: readonly [number, number] = $derived.by(() => {
    const { count, rowHeight } = this.facts();
    return rowsInView(this.#scrollTop, this.height, rowHeight, count);
  });
  readonly indices: readonly number[] = $derived.by(() => {
    const [from, to] = this.range;
    return Array.from({ length: to - from }, (_, i) => from + i);
  });

  constructor(
    private readonly facts: () => { readonly count: number; readonly rowHeight: number },
    /** Height of the head that covers the top of the scroller. */
    private readonly headHeight: number,
  ) {}

  /** Rows that a page key passes. */
  get page(): number {
    return Math.max(1, Math.floor((this.height - this.headHeight) / this.facts().rowHeight) - 1);
  }

  scrolled(): void {
    this.#scrollTop = this.scroller?.scrollTop ?? 0;
  }

  /** Scrolls as little as brings the row into view; it is drawn after the next tick. */
  reveal(index: number): void {
    const { scroller, height, headHeight } = this;
    if (!scroller || height === 0) return;
    const { rowHeight } = this.facts();
    const top = index * rowHeight;
    const room = height - headHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + rowHeight > scroller.scrollTop + room) scroller.scrollTop = top + rowHeight - room;
    this.scrolled();
  }
}
