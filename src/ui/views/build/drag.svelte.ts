// Dragging into the block list, from the list itself or from the palette: pointer events, so that it works by mouse, pen and touch.
import type { Attachment } from 'svelte/attachments';

export interface Payload {
  /** What follows the pointer. */
  readonly label: string;
  /** Puts it before the line that is at this position now. */
  drop(at: number): void;
}

/** A press becomes a drag beyond this distance, in CSS pixels. */
const THRESHOLD = 5;

/** The one drag that can be under way, and the gap between rows that it would go to. */
export class ListDrag {
  payload = $state.raw<Payload | undefined>(undefined);
  x = $state(0);
  y = $state(0);
  gap = $state<number | undefined>(undefined);
  /** Set by the list: the gap at a place of the window, undefined outside the list. */
  gapUnder: (x: number, y: number) => number | undefined = () => undefined;

  start(payload: Payload, event: PointerEvent): void {
    this.payload = payload;
    this.move(event);
  }
  move({ clientX, clientY }: Pick<PointerEvent, 'clientX' | 'clientY'>): void {
    [this.x, this.y] = [clientX, clientY];
    this.aim();
  }
  /** Finds the gap again, after the list has scrolled under a pointer at rest. */
  aim(): void {
    this.gap = this.gapUnder(this.x, this.y);
  }
  end(): void {
    const { payload, gap } = this;
    this.cancel();
    if (payload && gap !== undefined) payload.drop(gap);
  }
  cancel(): void {
    this.payload = undefined;
    this.gap = undefined;
  }
}

/**
 * Makes an element something to drag. `take` is asked when a drag begins; undefined declines. A finger drags by the parts marked
 * `data-grip` (they have `touch-action: none`), so that it can still scroll by the rest.
 */
export const draggable =
  (drag: ListDrag, take: () => Payload | undefined): Attachment<HTMLElement> =>
  (element) => {
    let pressed: PointerEvent | undefined;
    let active = false;

    const stop = (): void => {
      pressed = undefined;
      active = false;
      removeEventListener('keydown', escape, true);
      for (const [type, listener] of following) removeEventListener(type, listener);
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || !active) return;
      event.preventDefault();
      event.stopPropagation();
      drag.cancel();
      stop();
    };
    const down = (event: PointerEvent): void => {
      const grip = event.target instanceof Element && event.target.closest('[data-grip]') !== null;
      if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      if (event.pointerType === 'touch' && !grip) return;
      pressed = event;
      // Of the window: a quick pointer has left a low row before the first move is told.
      for (const [type, listener] of following) addEventListener(type, listener);
    };
    const move = (event: PointerEvent): void => {
      if (!pressed || event.pointerId !== pressed.pointerId) return;
      if (active) return drag.move(event);
      if (Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) < THRESHOLD) return;
      const payload = take();
      if (!payload) return stop();
      active = true;
      element.setPointerCapture(event.pointerId);
      addEventListener('keydown', escape, true);
      drag.start(payload, event);
    };
    const up = (event: PointerEvent): void => {
      if (event.pointerId !== pressed?.pointerId) return;
      if (active) {
        // The click that ends a drag selects nothing.
        addEventListener('click', swallow, { capture: true, once: true });
        setTimeout(() => removeEventListener('click', swallow, true));
        drag.end();
      }
      stop();
    };
    const cancel = (event?: PointerEvent): void => {
      if (event && event.pointerId !== pressed?.pointerId) return;
      if (active) drag.cancel();
      stop();
    };
    const following = [
      ['pointermove', move],
      ['pointerup', up],
      ['pointercancel', cancel],
    ] as const;
    element.addEventListener('pointerdown', down);
    return () => {
      cancel();
      element.removeEventListener('pointerdown', down);
    };
  };

const swallow = (event: Event): void => {
  event.stopPropagation();
  event.preventDefault();
};
