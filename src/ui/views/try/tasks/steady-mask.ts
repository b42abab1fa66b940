// Masks of classes from frame to frame: a pixel changes its class when the new one has been found more often than not, so that edges do not flicker.

export interface SteadyMask {
  /** What is shown. */
  readonly mask: Uint16Array;
  /** How sure each pixel is of its class, 0 … {@link surest}. */
  readonly sure: Uint8Array;
}

/** Frames in a row that a pixel's class outlives at most: a tenth of a second at 30 frames a second. */
const surest = 3;

/** `before` is of the same size, or undefined at the beginning: then the mask is shown as it was found. */
export function steadied(found: Uint16Array, before: SteadyMask | undefined): SteadyMask {
  if (before?.mask.length !== found.length) return { mask: found, sure: new Uint8Array(found.length) };
  const mask = new Uint16Array(found.length);
  const sure = new Uint8Array(found.length);
  for (let i = 0; i < found.length; i++) {
    const [newest, shown, trust] = [found[i] as number, before.mask[i] as number, before.sure[i] as number];
    if (newest === shown) {
      mask[i] = shown;
      sure[i] = Math.min(surest, trust + 1);
    } else if (trust > 0) {
      mask[i] = shown;
      sure[i] = trust - 1;
    } else mask[i] = newest;
  }
  return { mask, sure };
}
