// A model file's nodes as they are drawn, some folded into their blocks: which stand where, and how they are joined.
import type { Outline } from './outline.ts';
import { place, type PlacedNodes } from './place.ts';

/** What is drawn: a node by itself, or a folded block. */
export interface Item {
  readonly from: number;
  readonly to: number;
  readonly folded: boolean;
}

export interface FileArrangement {
  readonly items: readonly Item[];
  readonly edges: readonly (readonly [from: number, to: number])[];
  readonly placed: PlacedNodes;
}

export function arranged({ nodes, blocks }: Outline, folded: ReadonlySet<number>): FileArrangement {
  const items = blocks.flatMap(({ from, to }, block): Item[] =>
    folded.has(block) && to - from > 1
      ? [{ from, to, folded: true }]
      : Array.from({ length: to - from }, (_, i) => ({ from: from + i, to: from + i + 1, folded: false })),
  );
  const itemOf = items.flatMap(({ from, to }, item) => Array.from({ length: to - from }, () => item));
  const writer = new Map<string, number>();
  nodes.forEach(({ outputs }, at) => outputs.forEach((key) => writer.set(key, itemOf[at]!)));
  const known = new Set<number>();
  const edges: [number, number][] = [];
  nodes.forEach(({ inputs }, at) => {
    const to = itemOf[at]!;
    for (const key of inputs) {
      const from = writer.get(key);
      if (from === undefined || from >= to || known.has(from * items.length + to)) continue;
      known.add(from * items.length + to);
      edges.push([from, to]);
    }
  });
  return { items, edges, placed: place(items.length, edges) };
}
