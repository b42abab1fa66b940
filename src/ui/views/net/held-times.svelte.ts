// The graph goes on showing time while an edited net is measured anew: with the times of before the edit, marked as old.
import type { GraphNode, InferredGraph } from '../../../graph/ir/graph.ts';
import type { BlockLine } from '../../../graph/architecture.ts';
import { counterparts } from '../../state/baseline.ts';
import type { NodeTimes } from '../../state/measurements/heat.ts';
import type { Session } from '../../state/session.svelte.ts';

interface Timed {
  readonly graph: InferredGraph;
  readonly lines: readonly BlockLine[];
  readonly times: NodeTimes;
}

export class HeldTimes {
  #last: (Timed & { readonly of: string }) | undefined;

  /** Of the net on the page or, until it is measured, of before the last edits. */
  readonly times: NodeTimes | undefined = $derived.by(() => {
    const { name, opened, times, net } = this.session;
    // Another document has other blocks under the same names.
    const of = `${opened} ${name}`;
    if (times && net) this.#last = { of, times, graph: net.graph, lines: net.architecture.blocks };
    if (this.#last?.of !== of) return undefined;
    return times ?? (net && timesFor(net.graph, net.architecture.blocks, this.#last));
  });
  readonly old: boolean = $derived.by(() => this.times !== undefined && this.session.times === undefined);

  constructor(private readonly session: Session) {}
}

/** Times by the names that blocks have now: each line has those of the line that it was, as in the table of layers; what is new has none. */
function timesFor(graph: InferredGraph, lines: readonly BlockLine[], before: Timed): NodeTimes {
  const match = counterparts(lines, before.lines);
  const placed = new Map(placesOf(before.graph).map(({ id, place }) => [place(), id]));
  const ms = new Map<string, number>();
  let moved = false;
  for (const { id, place } of placesOf(graph)) {
    const was = placed.get(place((line) => match[line]));
    const own = before.times.ms.get(was ?? '');
    if (own !== undefined) ms.set(id, own);
    moved ||= was !== id;
  }
  return moved ? { ...before.times, ms } : before.times;
}

/** Every node with its place: line, repeat, op, and how many of that op came before it there. */
function placesOf({ nodes }: InferredGraph) {
  const seen = new Map<string, number>();
  return nodes.map(({ id, block, repeat, op }: GraphNode) => {
    const kind = `${block} ${repeat} ${op}`;
    const index = seen.get(kind) ?? 0;
    seen.set(kind, index + 1);
    const place = (lineOf: (line: number) => number | undefined = (line) => line): string =>
      `${block < 0 ? block : lineOf(block)} ${repeat} ${op} ${index}`;
    return { id, place };
  });
}
