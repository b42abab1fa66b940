// Which line of the pinned baseline a line is to be compared with.
import type { BlockLine } from '../../graph/architecture.ts';
import { printLine } from '../../graph/notation/print.ts';

/**
 * For each line its counterpart in `before`, or undefined: equal lines are matched in order (longest common subsequence),
 * then, between two matches, lines of the same word.
 */
export function counterparts(lines: readonly BlockLine[], before: readonly BlockLine[]): (number | undefined)[] {
  const result = new Array<number | undefined>(lines.length).fill(undefined);
  const exact = common(
    lines.map((line) => printLine(line)),
    before.map((line) => printLine(line)),
  );
  let [from, fromBefore] = [0, 0];
  for (const [index, other] of [...exact, [lines.length, before.length] as const]) {
    const words = common(
      lines.slice(from, index).map(({ word }) => word),
      before.slice(fromBefore, other).map(({ word }) => word),
    );
    for (const [a, b] of words) result[from + a] = fromBefore + b;
    if (index < lines.length) result[index] = other;
    [from, fromBefore] = [index + 1, other + 1];
  }
  return result;
}

/** Longest common subsequence as pairs of positions. */
function common(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return pairs;
}
