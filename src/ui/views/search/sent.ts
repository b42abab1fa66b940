// A search on its way from one page to another: written into a link, and read from one.
import { decodeLink, encodeLink } from '../../../graph/link/link.ts';
import { priorSentence } from '../../../graph/search/prior.ts';
import type { QualityFacts } from '../../../graph/search/quality.ts';
import { writeShared, type SharedSearch } from '../../../graph/search/shared.ts';
import type { Costs } from '../../../graph/search/space/problem.ts';
import type { LoggedNet, SearchRequest } from '../../../workers/jobs/search/protocol.ts';
import type { MeasuredWhole } from './kept.ts';

export interface SentFront {
  readonly spaceText: string;
  readonly front: readonly LoggedNet[];
  /** By the net's text. */
  readonly measured: ReadonlyMap<string, MeasuredWhole>;
  readonly adapter?: string | undefined;
}

interface Sending {
  readonly request: SearchRequest;
  readonly source: QualityFacts['source'];
  readonly front: readonly LoggedNet[];
  readonly measured: ReadonlyMap<string, MeasuredWhole>;
  readonly adapter: string | undefined;
}

/** Undefined where it is too long for a link. Trainings stay here. */
export function linkOfSearch(
  { name, text }: { readonly name: string; readonly text: string },
  { request: { trained: _, from: __, ...request }, source, front, measured, adapter }: Sending,
): string | undefined {
  const search = writeShared({
    ...request,
    source,
    ...(measured.size > 0 && { adapter }),
    front: front.map(({ genotype, costs: [cost = 0], quality, key }) => {
      const ms = measured.get(key);
      return { genotype, cost, quality, ...(ms && { ms: [ms.ms, ms.low, ms.high] as const }) };
    }),
  });
  const fragment = encodeLink({ name, text, search });
  return decodeLink(fragment).ok ? `${location.origin}${location.pathname}#${fragment}` : undefined;
}

/** @param nets What this page makes of the front's choices; those that are no nets are left out. */
export function sentNets(
  { front, objective }: SharedSearch,
  nets: readonly ({ readonly text: string; readonly costs: Costs } | undefined)[],
): Pick<SentFront, 'front' | 'measured'> {
  const measured = new Map<string, MeasuredWhole>();
  const logged = front.flatMap(({ genotype, cost, quality, ms }, i): LoggedNet[] => {
    const net = nets[i];
    if (!net) return [];
    if (ms) measured.set(net.text, { ms: ms[0], low: ms[1], high: ms[2] });
    // Counts are this page's own; milliseconds are the sender's.
    const all = objective === 'ms' ? { ...net.costs, ms: cost } : net.costs;
    const costs = [all[objective] ?? cost];
    return [{ genotype, why: 'seed', key: net.text, costs, violation: 0, generation: 0, quality, all }];
  });
  return { front: logged, measured };
}

export const sentQuality = ({ source }: SharedSearch): QualityFacts => ({
  source,
  sentence:
    source === 'prior'
      ? priorSentence
      : 'The quality is a fit on the sender’s trainings, which the link does not carry.',
  reliability: null,
  sd: null,
});
