// Ways to pick one net of a front, which is a question of its own: three that people ask for.

export interface Member {
  /** Smaller is better. */
  readonly cost: number;
  /** Larger is better. */
  readonly quality: number;
  readonly params: number;
}

/** The cheapest whose quality is within so many points of the best. */
export function withinOfBest<M extends Member>(front: readonly M[], points: number): M | undefined {
  const best = Math.max(...front.map(({ quality }) => quality));
  return least(
    front.filter(({ quality }) => quality >= best - points),
    ({ cost }) => cost,
  );
}

/** Where the front bends: farthest from the line between its ends, both axes in units of the front's own extent. */
export function kneeOf<M extends Member>(front: readonly M[]): M | undefined {
  const sorted = front.toSorted((a, b) => a.cost - b.cost);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last) return undefined;
  const [width, height] = [last.cost - first.cost || 1, last.quality - first.quality || 1];
  return least(sorted, ({ cost, quality }) => (cost - first.cost) / width - (quality - first.quality) / height);
}

/** Fewest parameters: the smallest file. */
export const smallestOf = <M extends Member>(front: readonly M[]): M | undefined =>
  least(front, ({ params }) => params);

const least = <M>(list: readonly M[], of: (one: M) => number): M | undefined =>
  list.reduce<M | undefined>((best, one) => (best === undefined || of(one) < of(best) ? one : best), undefined);
