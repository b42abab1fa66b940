// How a search came along: the best so far, and the area that its front covers, after every net.
import { front, hypervolume } from '../../../graph/search/pareto.ts';
import type { LoggedNet } from '../../../workers/jobs/search/protocol.ts';

export interface HistoryPoint {
  /** Nets judged. */
  readonly nets: number;
  /** Of the feasible ones; undefined while none is. */
  readonly best: number | undefined;
  /** 0 … 1 of the box between the worst values that either search saw and the best ones. */
  readonly area: number;
}

/** Both against the same box, so that the two can be compared. */
export function historyOf(log: readonly LoggedNet[], other: readonly LoggedNet[]): readonly HistoryPoint[] {
  const all = [...log, ...other].filter(({ violation }) => violation === 0);
  const costs = all.map(({ costs: [cost = 0] }) => cost);
  const qualities = all.map(({ quality }) => quality);
  const worst: [number, number] = [Math.max(...costs), -Math.min(...qualities)];
  const box = (worst[0] - Math.min(...costs)) * (Math.max(...qualities) + worst[1]);
  let points: readonly { objectives: readonly number[]; violation: number }[] = [];
  let best: number | undefined;
  let area = 0;
  return log.map(({ violation, costs: [cost = 0], quality }, i) => {
    if (violation === 0) {
      best = Math.max(best ?? -Infinity, quality);
      const more = [...points, { objectives: [cost, -quality], violation: 0 }];
      const grown = hypervolume(more, worst);
      // Only the front is kept: a long history stays quick.
      if (grown > area || points.length === 0) points = front(more);
      area = Math.max(area, grown);
    }
    return { nets: i + 1, best, area: box > 0 ? area / box : 0 };
  });
}
