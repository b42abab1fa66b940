// The search of a space by milliseconds: before a generation is judged, the dispatches that the table lacks are measured, those of nets near the limit first.
import type { InferredGraph } from '../ir/graph.ts';
import type { Plan } from '../plan/plan.ts';
import { signaturesOf } from '../plan/signature.ts';
import type { Entries, GrowingTable } from './latency/growing.ts';
import type { Search } from './search.ts';
import type { SpaceProblem } from './space/problem.ts';

/** Measures those dispatches of a net that are not in `known`. */
export type MeasureDispatches = (graph: InferredGraph, known: Entries) => Promise<Entries>;

/** Signatures measured for one generation at most; the rest stay estimates from alike kernels until a later one. */
const mostAtOnce = 64;

/** What a lazy search needs besides the search. */
export interface Lazily {
  readonly table: GrowingTable;
  readonly planOf: (graph: InferredGraph) => Plan;
  /** Absent: nothing is measured, what the table has not is estimated. */
  readonly measure: MeasureDispatches | undefined;
  readonly maxMs: number | undefined;
}

/**
 * Goes on to `evaluations` judged nets. `pause` is awaited after every net: it lets messages in, and rejects where the search is not wanted any more.
 * What was judged until then stays in the search's log.
 */
export async function searchOn<State>(
  search: Search<State>,
  evaluations: number,
  lazily: Lazily | undefined,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  while (search.log.length < evaluations) {
    const { waiting } = search;
    if (waiting.length === 0) return;
    if (lazily?.measure && !lazily.table.has(search.generation))
      await measureFor(search, waiting, { ...lazily, measure: lazily.measure });
    for (let i = 0; i < waiting.length && search.log.length < evaluations; i++) {
      search.step();
      await pause();
    }
  }
}

async function measureFor<State>(
  search: Search<State>,
  waiting: Search<State>['waiting'],
  { table, planOf, measure, maxMs }: Lazily & { readonly measure: MeasureDispatches },
): Promise<void> {
  const nets = waiting.flatMap((genotype) => {
    const graph = (search.problem as SpaceProblem).net(genotype)?.graph;
    if (!graph) return [];
    const plan = planOf(graph);
    const { ms, missing } = table.predict(plan);
    return missing.length === 0 ? [] : [{ graph, plan, away: Math.abs(ms - (maxMs ?? ms)) / (maxMs ?? 1) }];
  });
  const found: Record<string, Entries[string]> = {};
  const known = table.table.entries;
  for (const net of nets.toSorted((a, b) => a.away - b.away)) {
    const lacking = new Set(signaturesOf(net.plan).filter((signature) => !known[signature] && !found[signature])).size;
    if (lacking === 0) continue;
    if (Object.keys(found).length + lacking > mostAtOnce && Object.keys(found).length > 0) continue;
    Object.assign(found, await measure(net.graph, { ...known, ...found }));
  }
  table.add(search.generation, found);
}
