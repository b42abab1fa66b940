// Where the marks of the front stand: axes over all that is drawn, a measured net at its measured time.
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { priorOf } from '../../../graph/search/prior.ts';
import type { CostName } from '../../../graph/search/space/problem.ts';
import type { LoggedNet } from '../../../workers/jobs/search/protocol.ts';
import { presetRows } from '../../dialogs/presets/rows.ts';
import type { SearchState } from './search-state.svelte.ts';
import { costOf } from './words.ts';

interface Margin {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export class FrontScales {
  readonly objective: CostName;
  readonly source: 'prior' | 'trained';
  readonly limit: number | undefined;
  /** Of a prediction, in the unit of quality; 0 where none is known. */
  readonly sd: number;
  /** By cost. */
  readonly front: readonly LoggedNet[];
  readonly others: readonly LoggedNet[];
  readonly x;
  readonly y;
  /** Published nets by the same order: they have no time here and no quality in a fit's unit. */
  readonly landmarks: readonly { readonly name: string; readonly cost: number; readonly quality: number }[];

  constructor(
    private readonly search: SearchState,
    width: number,
    height: number,
    { left, right, top, bottom }: Margin,
  ) {
    this.objective = search.objectiveOfRecord;
    this.source = search.source;
    this.limit = search.record?.request.limits[this.objective];
    this.sd = search.quality?.sd ?? 0;
    this.front = search.shownFront.toSorted((a, b) => this.shownCost(a) - this.shownCost(b));
    this.others = search.shown.filter((net) => !search.front.includes(net));
    const all = [...search.shown, ...search.baseline, ...search.sentFront];
    const costs = [...all.map(this.shownCost), ...(this.limit === undefined ? [] : [this.limit])];
    const qualities = all.map(({ quality }) => quality);
    this.x = scaleLinear(padded(costs, 0), [left, Math.max(left + 10, width - right)]);
    this.y = scaleLinear(padded(qualities, 1.96 * this.sd), [Math.max(top + 10, height - bottom), top]);
    this.landmarks = this.objective === 'macs' && this.source === 'prior' ? this.#published() : [];
  }

  readonly shownCost = (net: LoggedNet): number =>
    (this.objective === 'ms' ? this.search.measured.get(net.key)?.ms : undefined) ?? costOf(net.all, this.objective);

  #published(): FrontScales['landmarks'] {
    const isWithin = (value: number, [low = 0, high = 0]: number[]): boolean => value >= low && value <= high;
    return presetRows.flatMap(({ name, macs, params }) => {
      const quality = priorOf({ macs, params });
      return isWithin(macs, this.x.domain()) && isWithin(quality, this.y.domain())
        ? [{ name, cost: macs, quality }]
        : [];
    });
  }
}

function padded(values: readonly number[], more: number): [number, number] {
  const [low = 0, high = 1] = extent(values);
  const pad = (high - low || Math.abs(high) || 1) * 0.06 + more;
  return [low - pad, high + pad];
}
