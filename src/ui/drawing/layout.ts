// Scene → positions: columns left to right, blocks top to bottom, an unfolded block as a small graph of its ops. Pixels at zoom 1.
import type { GraphNode } from '../../graph/ir/graph.ts';
import { sizes } from './sizes.ts';
import { oneBand, partsOf, type Flow } from './flow.ts';
import type { Scene, Unit } from './scene.ts';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface PlacedOp extends Rect {
  readonly node: GraphNode;
}
export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  /** Where a label would stand. */
  readonly at: readonly [number, number];
}
export interface PlacedUnit extends Rect {
  readonly unit: Unit;
  /** Empty while the unit is folded. */
  readonly ops: readonly PlacedOp[];
  readonly inner: readonly PlacedEdge[];
}
export interface PlacedColumn extends Rect {
  readonly title: string;
  /** The column left of it has another resolution: a line stands between them. */
  readonly parted: boolean;
  /** Lower end of its band. */
  readonly bottom: number;
}
export interface Layout {
  readonly units: readonly PlacedUnit[];
  readonly columns: readonly PlacedColumn[];
  readonly edges: readonly PlacedEdge[];
  readonly skips: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

interface Inner {
  readonly width: number;
  readonly height: number;
  readonly ops: readonly PlacedOp[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

/** dagre, loaded only when a block is first unfolded. */
export type Dagre = typeof import('@dagrejs/dagre').default;

/** Lays the scene out; `unfolded` holds the keys of units shown as ops, which needs `dagre`. */
export function layoutOf(scene: Scene, unfolded: ReadonlySet<string>, dagre?: Dagre, flow: Flow = oneBand): Layout {
  const cache = new Map<string, Inner>();
  const units: PlacedUnit[] = [];
  const columns: (Omit<PlacedColumn, 'bottom'> & { band: number })[] = [];
  const edges: PlacedEdge[] = [];
  const skips: PlacedEdge[] = [];
  const bottoms: number[] = [];
  const stacked = flow.columns === 1;
  let x = sizes.gapX / 2;
  let top = 0;
  let right = 0;
  let before: PlacedUnit | undefined;
  for (const { title, units: members, first } of cut(scene, flow)) {
    const band = Math.floor(columns.length / flow.columns);
    const begins = columns.length > 0 && band !== columns.at(-1)?.band;
    if (begins) [x, top] = [sizes.gapX / 2, (bottoms[band - 1] ?? 0) + (stacked ? sizes.gapY : sizes.bandGap)];
    const inners = members.map((unit) =>
      dagre && unit.nodes.length > 0 && unfolded.has(unit.key) ? innerLayout(unit, cache, dagre) : undefined,
    );
    const width = Math.max(sizes.card.width, ...inners.map((inner) => inner?.width ?? 0));
    let y = top + sizes.header;
    members.forEach((unit, index) => {
      const inner = inners[index];
      const box = { x, y, width, height: inner?.height ?? sizes.card.height };
      const shift = inner ? (width - inner.width) / 2 : 0;
      const placed: PlacedUnit = {
        ...box,
        unit,
        ops: inner?.ops.map((op) => ({ ...op, x: op.x + x + shift, y: op.y + y })) ?? [],
        inner:
          inner?.edges.map(({ from, to, points }) => ({
            from,
            to,
            ...curve(points.map(([px, py]) => [px + x + shift, py + y])),
          })) ?? [],
      };
      if (before)
        edges.push({
          from: before.unit.key,
          to: unit.key,
          ...(index === 0 && !stacked ? elbow(before, placed, top, begins) : straight(before, placed)),
        });
      if (unit.residual && before) skips.push({ from: before.unit.key, to: unit.key, ...skip(placed) });
      units.push(placed);
      before = placed;
      y += box.height + sizes.gapY;
    });
    // A closing sum needs its own stretch of edge below the last block.
    const last = units.at(-1);
    if (last?.unit.residual)
      edges.push({
        from: last.unit.key,
        to: `${last.unit.key} sum`,
        path: `M${last.x + last.width / 2} ${last.y + last.height}v2`,
        at: [0, 0],
      });
    const bottom = y - sizes.gapY;
    const parted = first && columns.length > 0 && !begins;
    columns.push({ title, x, y: top, width, height: bottom - top, parted, band });
    bottoms[band] = Math.max(bottoms[band] ?? 0, bottom);
    right = Math.max(right, x + width + sizes.gapX / 2);
    x += width + sizes.gapX;
  }
  return {
    units,
    columns: columns.map(({ band, ...column }) => ({ ...column, bottom: bottoms[band] ?? 0 })),
    edges,
    skips,
    width: right,
    height: bottoms.at(-1) ?? 0,
  };
}

/** The scene's columns, each cut to the flow's length. */
function cut({ columns }: Scene, { cards }: Flow): { title: string; units: readonly Unit[]; first: boolean }[] {
  return columns.flatMap(({ title, units }) => {
    let from = 0;
    return partsOf(units.length, cards).map((count, part) => {
      const slice = units.slice(from, (from += count));
      return { title: part === 0 ? title : `${title}, continued`, units: slice, first: part === 0 };
    });
  });
}

/** Ops of one unit, top to bottom. Units with equal structure (the repeats of a line) are laid out once. */
function innerLayout(unit: Unit, cache: Map<string, Inner>, dagre: Dagre): Inner {
  const index = new Map(unit.nodes.map(({ id }, at) => [id, at]));
  const links = unit.nodes.flatMap(({ inputs }, to) =>
    inputs.flatMap((id) => (index.has(id) ? [[index.get(id) as number, to] as const] : [])),
  );
  const structure = `${unit.nodes.length} ${links.join(' ')}`;
  let shape = cache.get(structure);
  if (!shape) {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: 'TB', nodesep: 14, ranksep: 14, marginx: sizes.padding, marginy: sizes.padding });
    unit.nodes.forEach((_, at) => graph.setNode(String(at), { ...sizes.op }));
    links.forEach(([from, to], at) => graph.setEdge(String(from), String(to), {}, String(at)));
    dagre.layout(graph);
    const top = sizes.card.height - sizes.padding;
    const { width = 0, height = 0 } = graph.graph();
    shape = {
      width: Math.max(sizes.card.width, width),
      height: height + top,
      ops: unit.nodes.map((node, at) => {
        const { x, y } = graph.node(String(at));
        return { node, x: x - sizes.op.width / 2, y: y - sizes.op.height / 2 + top, ...sizes.op };
      }),
      edges: links.map(([from, to], at) => ({
        from: String(from),
        to: String(to),
        points: graph
          .edge(String(from), String(to), String(at))
          .points.map((point: { x: number; y: number }): [number, number] => [point.x, point.y + top]),
      })),
    };
    const slack = (shape.width - width) / 2;
    if (slack > 0) {
      shape = {
        ...shape,
        ops: shape.ops.map((op) => ({ ...op, x: op.x + slack })),
        edges: shape.edges.map((edge) => ({
          ...edge,
          points: edge.points.map(([px, py]): [number, number] => [px + slack, py]),
        })),
      };
    }
    cache.set(structure, shape);
  }
  const ids = unit.nodes.map(({ id }) => id);
  return {
    ...shape,
    ops: shape.ops.map((op, at) => ({ ...op, node: unit.nodes[at] as GraphNode })),
    edges: shape.edges.map(({ from, to, points }) => ({
      from: ids[Number(from)] as string,
      to: ids[Number(to)] as string,
      points,
    })),
  };
}

type Path = Pick<PlacedEdge, 'path' | 'at'>;

const straight = (from: Rect, to: Rect): Path => {
  const [x, toX] = [from.x + from.width / 2, to.x + to.width / 2];
  const y = from.y + from.height;
  const middle = (y + to.y) / 2;
  return { path: x === toX ? `M${x} ${y}V${to.y}` : `M${x} ${y}V${middle}H${toX}V${to.y}`, at: [x, middle] };
};

/**
 * From the last block of a column (from its sum, when it is residual) up through the gutter into the head of the next one, whose
 * band is at `band`; into the first column of a band through the lane above that band.
 */
function elbow(from: PlacedUnit, to: Rect, band: number, begins: boolean): Path {
  const r = 8;
  const { residual } = from.unit;
  const startX = residual ? from.x + from.width / 2 + 5.5 : from.x + from.width;
  const startY = residual ? from.y + from.height + sizes.gapY / 2 - 4 : from.y + from.height / 2;
  const gutter = to.x - 24;
  const endX = to.x + to.width / 2;
  const top = band + sizes.header - 12;
  const into = `H${endX - r}Q${endX} ${top} ${endX} ${top + r}V${to.y}`;
  if (begins) {
    const lane = band - 26;
    const side = from.x + from.width + 14;
    const path = `M${startX} ${startY}H${side - r}Q${side} ${startY} ${side} ${startY + r}V${lane - r}Q${side} ${lane} ${side - r} ${lane}H${gutter + r}Q${gutter} ${lane} ${gutter} ${lane + r}V${top - r}Q${gutter} ${top} ${gutter + r} ${top}${into}`;
    return { path, at: [gutter, lane] };
  }
  const path = `M${startX} ${startY}H${gutter - r}Q${gutter} ${startY} ${gutter} ${startY - r}V${top + r}Q${gutter} ${top} ${gutter + r} ${top}${into}`;
  return { path, at: [gutter, (startY + top) / 2] };
}

/** From the edge above a block round its left side to the edge below it. */
function skip(box: Rect): Path {
  const x = box.x + box.width / 2;
  const left = box.x - 14;
  const top = box.y - sizes.gapY / 2;
  const bottom = box.y + box.height + sizes.gapY / 2 - 4;
  const r = 8;
  const path = `M${x} ${top}H${left + r}Q${left} ${top} ${left} ${top + r}V${bottom - r}Q${left} ${bottom} ${left + r} ${bottom}H${x - 5}`;
  return { path, at: [x, bottom] };
}

function curve(points: readonly (readonly [number, number])[]): Path {
  const [first, ...rest] = points;
  const middle = points[Math.floor(points.length / 2)] ?? [0, 0];
  if (!first) return { path: '', at: middle };
  let path = `M${first[0]} ${first[1]}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (!next) path += `L${point[0]} ${point[1]}`;
    else path += `Q${point[0]} ${point[1]} ${(point[0] + next[0]) / 2} ${(point[1] + next[1]) / 2}`;
  });
  return { path, at: middle };
}
