// Pan and zoom of a canvas: one transform, kept inside sensible bounds, with wheel, pinch, drag and keys.
export class Viewport {
  x = $state(0);
  y = $state(0);
  scale = $state(1);
  width = $state(1);
  height = $state(1);
  /** Extent of what is shown, at scale 1. */
  content = $state.raw({ width: 1, height: 1 });

  readonly minScale = 0.05;
  readonly maxScale = 3;

  get transform(): string {
    return `translate(${this.x} ${this.y}) scale(${this.scale})`;
  }
  /** The visible part in content coordinates. */
  get visible(): { x: number; y: number; width: number; height: number } {
    return {
      x: -this.x / this.scale,
      y: -this.y / this.scale,
      width: this.width / this.scale,
      height: this.height / this.scale,
    };
  }

  /** The view follows its content and its pane; until the user pans or zooms. */
  follows = $state(true);

  /** Shows everything, never larger than life; with a least scale the beginning of what is larger than the pane. */
  fit(least = this.minScale, margin = 20): void {
    const { width, height } = this.content;
    const scale = Math.min(1, (this.width - 2 * margin) / width, (this.height - 2 * margin) / height);
    this.scale = Math.max(this.minScale, least, scale);
    this.x = this.#placed(this.width, width, margin);
    this.y = this.#placed(this.height, height, margin);
    this.follows = true;
  }
  /** Shows the whole width from the top, never larger than life. */
  fitWidth(margin = 12): void {
    this.scale = Math.min(1, (this.width - 2 * margin) / this.content.width);
    this.x = (this.width - this.content.width * this.scale) / 2;
    this.y = margin;
    this.follows = true;
  }
  /** In the middle of the pane, or at its beginning when there is no room for all. */
  #placed(room: number, extent: number, margin: number): number {
    const free = room - extent * this.scale;
    return free >= 2 * margin ? free / 2 : Math.max(free / 2, margin);
  }
  /** Zooms by a factor around a point of the canvas (default: its centre). */
  zoomBy(factor: number, px = this.width / 2, py = this.height / 2): void {
    const scale = Math.min(this.maxScale, Math.max(this.minScale, this.scale * factor));
    const ratio = scale / this.scale;
    this.x = px - (px - this.x) * ratio;
    this.y = py - (py - this.y) * ratio;
    this.scale = scale;
    this.follows = false;
    this.#hold();
  }
  panBy(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
    this.follows = false;
    this.#hold();
  }
  /** Whether all of a box is in view. */
  holds(box: { x: number; y: number; width: number; height: number }): boolean {
    const { x, y, width, height } = this.visible;
    return box.x >= x && box.y >= y && box.x + box.width <= x + width && box.y + box.height <= y + height;
  }
  /** Moves just enough to bring a box into view. */
  reveal(box: { x: number; y: number; width: number; height: number }, margin = 24): void {
    const left = box.x * this.scale + this.x;
    const top = box.y * this.scale + this.y;
    const right = left + box.width * this.scale;
    const bottom = top + box.height * this.scale;
    if (left < margin) this.x += margin - left;
    else if (right > this.width - margin) this.x -= Math.min(right - this.width + margin, left - margin);
    if (top < margin) this.y += margin - top;
    else if (bottom > this.height - margin) this.y -= Math.min(bottom - this.height + margin, top - margin);
  }
  /** Centres a point of the content. */
  centre(x: number, y: number): void {
    this.x = this.width / 2 - x * this.scale;
    this.y = this.height / 2 - y * this.scale;
    this.follows = false;
    this.#hold();
  }

  /** A corner of the content always stays on the canvas. */
  #hold(): void {
    const keep = 60;
    const { width, height } = this.content;
    this.x = Math.min(this.width - keep, Math.max(keep - width * this.scale, this.x));
    this.y = Math.min(this.height - keep, Math.max(keep - height * this.scale, this.y));
  }
}

/** Wheel zooms with Ctrl or a pinch, otherwise pans; one pointer drags, two pinch. For `{@attach}`. */
export function panZoom(viewport: Viewport): (element: HTMLElement | SVGElement) => () => void {
  return (element) => {
    const pointers = new Map<number, { x: number; y: number }>();
    const local = (event: { clientX: number; clientY: number }) => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const unit = event.deltaMode === 1 ? 16 : 1;
      const { x, y } = local(event);
      if (event.ctrlKey || event.metaKey) viewport.zoomBy(Math.exp(-event.deltaY * unit * 0.004), x, y);
      else
        viewport.panBy(
          -(event.shiftKey ? event.deltaY : event.deltaX) * unit,
          -(event.shiftKey ? 0 : event.deltaY) * unit,
        );
    };
    const down = (event: PointerEvent) => {
      if (event.button > 1) return;
      pointers.set(event.pointerId, local(event));
    };
    const move = (event: PointerEvent) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = local(event);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const was = Math.hypot(before.x - other.x, before.y - other.y);
        const is = Math.hypot(now.x - other.x, now.y - other.y);
        if (was > 0) viewport.zoomBy(is / was, (now.x + other.x) / 2, (now.y + other.y) / 2);
      } else if (element.hasPointerCapture(event.pointerId) || Math.hypot(now.x - before.x, now.y - before.y) > 3) {
        // Capture only once it is a drag, so that a click still reaches what is under it.
        if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
        viewport.panBy(now.x - before.x, now.y - before.y);
      } else return;
      pointers.set(event.pointerId, now);
    };
    const up = (event: PointerEvent) => pointers.delete(event.pointerId);
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const on = (type: string, handler: (event: never) => void) =>
      element.addEventListener(type, handler as (event: Event) => void, { ...options, passive: false });
    on('wheel', wheel);
    on('pointerdown', down);
    on('pointermove', move);
    on('pointerup', up);
    on('pointercancel', up);
    return () => stop.abort();
  };
}
