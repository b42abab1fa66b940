// The longest common subsequence of two lists of words, in bounded time and memory however long they are.

type Pair = readonly [left: number, right: number];

/** Cells of the table: 60 MB. Longer lists are first cut where a word stands once in both. */
const mostCells = 30_000_000;

/** Pairs of positions with equal words, rising on both sides. */
export function commonSubsequence(left: readonly string[], right: readonly string[]): Pair[] {
  // Numbers are compared sooner than words.
  const numbers = new Map<string, number>();
  const numberOf = (word: string): number => {
    const known = numbers.get(word) ?? numbers.size;
    numbers.set(word, known);
    return known;
  };
  const [a, b] = [Int32Array.from(left, numberOf), Int32Array.from(right, numberOf)];
  const pairs: Pair[] = [];
  align(a, b, 0, left.length, 0, right.length, pairs);
  return pairs;
}

function align(
  a: Int32Array,
  b: Int32Array,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
  pairs: Pair[],
): void {
  while (aFrom < aTo && bFrom < bTo && a[aFrom] === b[bFrom]) pairs.push([aFrom++, bFrom++]);
  let tail = 0;
  while (aFrom < aTo - tail && bFrom < bTo - tail && a[aTo - tail - 1] === b[bTo - tail - 1]) tail++;
  const [aEnd, bEnd] = [aTo - tail, bTo - tail];
  if ((aEnd - aFrom + 1) * (bEnd - bFrom + 1) <= mostCells) byTable(a, b, aFrom, aEnd, bFrom, bEnd, pairs);
  else {
    // Without a word that is rare on both sides these parts stay without partners.
    let [aLast, bLast] = [aFrom, bFrom];
    const cuts = rising(unique(a, b, aFrom, aEnd, bFrom, bEnd));
    for (const [i, j] of cuts) {
      align(a, b, aLast, i, bLast, j, pairs);
      pairs.push([i, j]);
      [aLast, bLast] = [i + 1, j + 1];
    }
    if (cuts.length > 0) align(a, b, aLast, aEnd, bLast, bEnd, pairs);
  }
  for (let i = 0; i < tail; i++) pairs.push([aEnd + i, bEnd + i]);
}

function byTable(
  a: Int32Array,
  b: Int32Array,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
  pairs: Pair[],
): void {
  const [rows, columns] = [aTo - aFrom, bTo - bFrom];
  if (rows === 0 || columns === 0) return;
  const width = columns + 1;
  // A length is at most the smaller side's, of which the square is below the number of cells.
  const best = new Uint16Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      best[i * width + j] =
        a[aFrom + i] === b[bFrom + j]
          ? best[(i + 1) * width + j + 1]! + 1
          : Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
  for (let i = 0, j = 0; i < rows && j < columns;) {
    if (a[aFrom + i] === b[bFrom + j]) pairs.push([aFrom + i++, bFrom + j++]);
    else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) i++;
    else j++;
  }
}

/** Numbers that stand once on either side, in the order of the left. */
function unique(a: Int32Array, b: Int32Array, aFrom: number, aTo: number, bFrom: number, bTo: number): Pair[] {
  const once = (words: Int32Array, from: number, to: number): Map<number, number> => {
    const places = new Map<number, number>();
    for (let at = from; at < to; at++) places.set(words[at]!, places.has(words[at]!) ? -1 : at);
    return places;
  };
  const others = once(b, bFrom, bTo);
  return [...once(a, aFrom, aTo)].flatMap(([word, i]): Pair[] => {
    const j = others.get(word) ?? -1;
    return i >= 0 && j >= 0 ? [[i, j]] : [];
  });
}

/** The most pairs whose right sides rise too; the left sides rise already (patience sorting). */
export function rising(pairs: readonly Pair[]): Pair[] {
  const ends: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, right], at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]![1] < right) low = middle + 1;
      else high = middle;
    }
    before[at] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = at;
  });
  const kept: Pair[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) kept.push(pairs[at]!);
  return kept.reverse();
}
