// Where text and block lines meet: which lines a selection touches, and the smallest change that turns one text into another.
import type { BlockLine } from '../../../../graph/architecture.ts';
import type { Range } from '../../../../graph/ir/graph.ts';

/** Block lines whose text line is touched by a selection; `lineOf` gives the number of the text line at an offset. */
export function linesTouched(
  blocks: readonly BlockLine[],
  { from, to }: Range,
  lineOf: (offset: number) => number,
): Set<number> {
  const [first, last] = [lineOf(from), lineOf(to)];
  return new Set(
    blocks.flatMap(({ range }, index) => {
      const line = lineOf(range.from);
      return line >= first && line <= last ? [index] : [];
    }),
  );
}

export const sameSet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item));

/** The one replacement that turns `before` into `after`, as small as a common beginning and end make it. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } | undefined {
  if (before === after) return undefined;
  const shortest = Math.min(before.length, after.length);
  let from = 0;
  while (from < shortest && before.charCodeAt(from) === after.charCodeAt(from)) from++;
  let end = 0;
  while (
    end < shortest - from &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
