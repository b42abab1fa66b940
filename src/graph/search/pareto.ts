// Pareto orders over objectives that are all minimised: who dominates whom, ranks, crowding, and the area that a front covers.

/** A point's objectives, smaller is better, and by how much it misses the limits (0: feasible). */
export interface ObjectivePoint {
  readonly objectives: readonly number[];
  readonly violation: number;
}

/** Whether a is better than b: feasible before infeasible, less violation before more, then at least as good in all and better in one (Deb 2000). */
export function dominates(a: ObjectivePoint, b: ObjectivePoint): boolean {
  if (a.violation !== b.violation) return a.violation < b.violation;
  let better = false;
  for (const [i, value] of a.objectives.entries()) {
    const other = b.objectives[i]!;
    if (value > other) return false;
    if (value < other) better = true;
  }
  return better;
}

/** Splits into fronts: the first is dominated by nobody, each next only by those before it (Deb et al. 2002, NSGA-II §III-A). */
export function fronts<P extends ObjectivePoint>(points: readonly P[]): readonly (readonly P[])[] {
  const below = points.map((point) => points.flatMap((other, i) => (dominates(point, other) ? [i] : [])));
  const above = points.map(() => 0);
  for (const beaten of below) for (const i of beaten) above[i]!++;
  const result: P[][] = [];
  let current = above.flatMap((count, i) => (count === 0 ? [i] : []));
  while (current.length > 0) {
    result.push(current.map((i) => points[i]!));
    const next: number[] = [];
    for (const i of current)
      for (const j of below[i]!) {
        above[j]!--;
        if (above[j] === 0) next.push(j);
      }
    current = next.sort((a, b) => a - b);
  }
  return result;
}

/** The points that no other beats, in order of the first objective; of equal ones the first. */
export function front<P extends ObjectivePoint>(points: readonly P[]): readonly P[] {
  const [best = []] = fronts(points);
  const sorted = best.toSorted((a, b) => a.objectives[0]! - b.objectives[0]!);
  return sorted.filter((point, i) => i === 0 || point.objectives.some((v, k) => v !== sorted[i - 1]!.objectives[k]));
}

/** Crowding distance of each point of one front: the free side lengths around it, summed; its ends are infinitely far (NSGA-II §III-B). */
export function crowding(points: readonly ObjectivePoint[]): number[] {
  const distance = points.map(() => 0);
  const count = points[0]?.objectives.length ?? 0;
  for (let k = 0; k < count; k++) {
    const order = points.map((_, i) => i).sort((a, b) => points[a]!.objectives[k]! - points[b]!.objectives[k]!);
    const value = (i: number): number => points[order[i]!]!.objectives[k]!;
    const extent = value(order.length - 1) - value(0);
    distance[order[0]!] = distance[order.at(-1)!] = Infinity;
    if (extent > 0)
      for (let i = 1; i < order.length - 1; i++) distance[order[i]!]! += (value(i + 1) - value(i - 1)) / extent;
  }
  return distance;
}

/** Area that the feasible points dominate, up to a reference that is worse than all of them, for two objectives. */
export function hypervolume(points: readonly ObjectivePoint[], reference: readonly [number, number]): number {
  const feasible = points.filter(({ violation, objectives }) => violation === 0 && objectives[0]! < reference[0]);
  let area = 0;
  let floor = reference[1];
  for (const { objectives } of front(feasible)) {
    const [x = 0, y = 0] = objectives;
    if (y >= floor) continue;
    area += (reference[0] - x) * (floor - y);
    floor = y;
  }
  return area;
}
