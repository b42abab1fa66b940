// How a splitter answers to keys and to the pointer, as numbers: the window-splitter pattern of the ARIA practices guide.
export interface Split {
  readonly from: number;
  readonly to: number;
  readonly initial: number;
}

export const clampSplit = ({ from, to }: Split, value: number): number => Math.min(to, Math.max(from, value));

/**
 * The value after a key, or undefined for a key that a splitter does not know. `before` and `after` are the arrow keys that make the
 * value smaller and larger. Enter closes the pane as far as it goes and opens it again.
 */
export function splitAfterKey(
  split: Split,
  value: number,
  key: string,
  arrows: { readonly smaller: string; readonly larger: string },
  large = false,
): number | undefined {
  const step = (split.to - split.from) / (large ? 8 : 40);
  switch (key) {
    case arrows.smaller:
      return clampSplit(split, value - step);
    case arrows.larger:
      return clampSplit(split, value + step);
    case 'Home':
      return split.from;
    case 'End':
      return split.to;
    case 'Enter':
      return value > split.from ? split.from : split.initial;
    default:
      return undefined;
  }
}

/** The value as a whole percentage of its range, for `aria-valuenow`. */
export const splitPercent = ({ from, to }: Split, value: number): number =>
  Math.round(((value - from) / (to - from)) * 100);
