// Where the nodes of a large graph are drawn: in rows by their longest path from the inputs, each row in the order that crosses few edges.
// Sugiyama's method with barycentres (IEEE SMC-11, 1981); dagre, which draws the blocks of our own nets, overflows its stack at thousands of nodes.

export interface PlacedNodes {
  /** Left and upper edge of each node. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: number;
  readonly height: number;
  /** An edge's points, x and y in turn, from the lower edge of one node to the upper edge of the other. */
  readonly routes: readonly Float32Array[];
}

export const nodeSize = { width: 190, height: 46 } as const;
const gap = { x: 24, y: 34 } as const;
/** Room of an edge that passes a row. */
const lane = 14;
/** An edge over more rows than this is drawn straight: its bends would outnumber the nodes. */
const longestBent = 60;

/** `edges` lead from a lower to a higher index. */
export function place(count: number, edges: readonly (readonly [from: number, to: number])[]): PlacedNodes {
  const rank = new Int32Array(count);
  for (const [from, to] of [...edges].sort((a, b) => a[1] - b[1])) rank[to] = Math.max(rank[to]!, rank[from]! + 1);
  // Places in rows: the nodes, then a place for each row that an edge passes.
  const ranks = Array.from(rank);
  const above: number[][] = Array.from({ length: count }, () => []);
  const below: number[][] = Array.from({ length: count }, () => []);
  const link = (from: number, to: number): void => {
    below[from]!.push(to);
    above[to]!.push(from);
  };
  const passes = edges.map(([from, to]) => {
    const own: number[] = [];
    const rows = rank[to]! - rank[from]!;
    if (rows > longestBent) return own;
    let last = from;
    for (let row = rank[from]! + 1; row < rank[to]!; row++) {
      const passing = ranks.push(row) - 1;
      above.push([]);
      below.push([]);
      link(last, passing);
      own.push((last = passing));
    }
    link(last, to);
    return own;
  });
  const rows: number[][] = [];
  ranks.forEach((row, at) => (rows[row] ??= []).push(at));
  const centre = new Float32Array(ranks.length);
  const widthOf = (at: number): number => (at < count ? nodeSize.width : lane);
  /** Sorts a row by the mean of its neighbours, and puts each as near to it as its neighbours in the row allow. */
  const settle = (row: number[], neighbours: readonly (readonly number[])[]): void => {
    const wanted = new Map(row.map((at) => [at, mean(neighbours[at]!, centre) ?? centre[at]!]));
    row.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
    let right = -Infinity;
    for (const at of row) {
      const half = widthOf(at) / 2;
      centre[at] = Math.max(wanted.get(at)!, right + gap.x + half);
      right = centre[at] + half;
    }
    const off = row.reduce((sum, at) => sum + wanted.get(at)! - centre[at]!, 0) / row.length;
    for (const at of row) centre[at]! += off;
  };
  for (let sweep = 0; sweep < 2; sweep++) {
    for (const row of rows) settle(row, above);
    for (const row of [...rows].reverse()) settle(row, below);
  }
  for (const row of rows) settle(row, above);
  let [left, rightmost] = [Infinity, -Infinity];
  ranks.forEach((_, at) => {
    left = Math.min(left, centre[at]! - widthOf(at) / 2);
    rightmost = Math.max(rightmost, centre[at]! + widthOf(at) / 2);
  });
  const step = nodeSize.height + gap.y;
  const routes = edges.map(([from, to], edge) => {
    const points = [centre[from]! - left, rank[from]! * step + nodeSize.height];
    for (const at of passes[edge]!) points.push(centre[at]! - left, ranks[at]! * step + nodeSize.height / 2);
    points.push(centre[to]! - left, rank[to]! * step);
    return Float32Array.from(points);
  });
  return {
    x: Float32Array.from({ length: count }, (_, at) => centre[at]! - nodeSize.width / 2 - left),
    y: Float32Array.from(rank, (row) => row * step),
    width: count === 0 ? 0 : rightmost - left,
    height: rows.length * step - gap.y,
    routes,
  };
}

function mean(places: readonly number[], centre: Float32Array): number | undefined {
  return places.length === 0 ? undefined : places.reduce((sum, at) => sum + centre[at]!, 0) / places.length;
}
