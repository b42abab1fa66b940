// Strips: neighbouring outputs of one row share the input columns that their windows have in common.
import type { Window } from '../families/window.ts';

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Input columns that a strip of `across` outputs reads, relative to its first, in order; holes of a dilated window are left out. */
export function stripColumns(w: Window, across: number): number[] {
  const all = range(across).flatMap((t) => range(w.kernel[1]).map((kx) => t * w.stride[1] + kx * w.dilation[1]));
  return [...new Set(all)].sort((a, b) => a - b);
}

/** Index into the columns of output `t`'s tap `kx`. */
export const columnOf = (columns: readonly number[], w: Window, t: number, kx: number): number =>
  columns.indexOf(t * w.stride[1] + kx * w.dilation[1]);

/** Declares bool `inside{j}` and u32 `column{j}` (kept in range) of each column, from the i32 `left` of the strip's first. */
export const declareColumns = (columns: readonly number[], width: number): string =>
  columns
    .map(
      (offset, j) =>
        `let inside${j} = left + ${offset} >= 0 && left + ${offset} < ${width}; let column${j} = u32(clamp(left + ${offset}, 0, ${width - 1}));`,
    )
    .join('\n');
