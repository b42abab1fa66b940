// The question of a search in numbers and words: limits on sliders, and where a found net comes from.
import { netHash } from '../../../graph/link/link.ts';
import type { CostName } from '../../../graph/search/space/problem.ts';
import type { Bounds, LoggedNet, SearchRequest } from '../../../workers/jobs/search/protocol.ts';
import type { MeasuredWhole } from './kept.ts';
import { costText } from './words.ts';

export type Limits = Partial<Record<CostName, number | undefined>>;

/** The slider's right end: no limit. */
export const unlimited = 100;

/** Limits grow by equal factors from the least that a net of the space costs to the most. */
export function limitAt(position: number, { least, most }: Bounds): number | undefined {
  if (position >= unlimited) return undefined;
  const value = least * (most / least) ** (position / unlimited);
  // The left end is the cheapest net itself, which a rounded number could miss.
  return position <= 0 ? least : Number(value.toPrecision(3));
}

export function positionOf(limit: number | undefined, { least, most }: Bounds): number {
  if (limit === undefined || most <= least) return unlimited;
  return Math.min(unlimited, Math.max(0, Math.round((unlimited * Math.log(limit / least)) / Math.log(most / least))));
}

export const limited = (limits: Limits): Partial<Record<CostName, number>> =>
  Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));

/** The net's text with one line about the search that found it. */
export function foundText(
  net: LoggedNet,
  {
    request,
    at,
    ms,
    adapter,
  }: {
    readonly request: SearchRequest;
    /** Its place in the log. */
    readonly at: number;
    readonly ms?: MeasuredWhole | undefined;
    readonly adapter?: string | undefined;
  },
): string {
  const facts = [
    `search of ${request.name} ${netHash(request.spaceText)}`,
    request.method,
    `seed ${request.seed}`,
    `net ${at + 1} of ${request.evaluations}`,
    `${costText('macs', net.all.macs)} MACs`,
    ...(ms
      ? [`${costText('ms', ms.ms)} on ${adapter ?? 'this device'}`]
      : net.all.ms === undefined
        ? []
        : [`${costText('ms', net.all.ms)} by its table`]),
  ];
  return `${net.key.trimEnd()}\n\n#: found ${facts.join(', ').replace(/[^\x20-\x7e]/g, ' ')}\n`;
}
