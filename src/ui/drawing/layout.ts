// Scene → positions: columns left to right, blocks top to bottom, an unfolded block as a small graph of its ops. Pixels at zoom 1.
import type { GraphNode } from '../../graph/ir/graph.ts';
import { sizes } from './sizes.ts';
import { oneBand, partsOf, type Flow } from './flow.ts';
import { branch, curve, elbow, skip, straight } from './paths.ts';
import type { PlacedEdge, PlacedOp, PlacedUnit, Rect } from './placed.ts';
import type { Scene, Unit } from './scene.ts';

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
  const placedBy = new Map<string, PlacedUnit>();
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
      for (const source of unit.sources) {
        const from = placedBy.get(source);
        if (!from) continue;
        const follows = from === before;
        const path = !follows
          ? branch(from, placed)
          : index === 0 && !stacked
            ? elbow(from, placed, top, begins)
            : straight(from, placed);
        edges.push({ from: source, to: unit.key, ...path });
      }
      if (unit.residual && unit.sources[0] === before?.unit.key)
        skips.push({ from: unit.sources[0] as string, to: unit.key, ...skip(placed) });
      placedBy.set(unit.key, placed);
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
