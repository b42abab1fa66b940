// Swaps of the net on the page: counted at once, timed in pairs one after the other; what was measured stays when one stops it.
import { accounting } from '../../../../graph/cost/cost.ts';
import { check } from '../../../../graph/notation/check.ts';
import { applySwap, SwapError, swapText, type Swap } from '../../../../graph/search/ablation/swap.ts';
import { earlierStrides } from '../../../../graph/search/ablation/sweep.ts';
import type { Pairs } from '../../../../workers/engine/pairs.ts';
import { csv } from '../../../parts/csv.ts';
import type { Session } from '../../../state/session.svelte.ts';
import { BenchRun } from '../bench-run.svelte.ts';

export interface VariantRow {
  readonly swap: Swap;
  readonly title: string;
  readonly text: string;
  readonly params: number;
  readonly macs: number;
  /** Against the net that was swapped. */
  readonly deltaParams: number;
  readonly deltaMacs: number;
  readonly pairs?: Pairs;
  /** The net with the swap taken back, against the net as it was. */
  readonly back?: Pairs;
}

const costOf = (text: string): { params: number; macs: number } => {
  const { graph } = check(text);
  if (!graph) throw new SwapError('the net has no blocks');
  const { total } = accounting(graph);
  return { params: total.params, macs: total.macs.total };
};

/** One net to be counted and timed: how it follows from the net on the page. */
export interface AblationStep {
  readonly swap: Swap;
  readonly title: string;
  /** Throws {@link SwapError} where the swap makes no net. */
  readonly make: (text: string) => { readonly text: string; readonly back: string };
}

export const stepsOf = (swaps: readonly Swap[]): AblationStep[] =>
  swaps.map((swap) => ({ swap, title: swapText(swap), make: (text) => applySwap(text, swap) }));

/** FD-MobileNet's question: what if one halving stood a line earlier? Its value is the line that halves no longer. */
export const strideSteps = (net: string): AblationStep[] =>
  earlierStrides(net).map(({ text, from, to }) => ({
    swap: { what: 's', to: String(from) },
    title: `line ${from}’s stride at line ${to}`,
    make: () => ({ text, back: net }),
  }));

/** Lets the page answer between two nets. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const pairsOfEach = 15;
const budgetMs = 8000;

export class Ablation {
  /** Of the net with this text; another net begins anew. */
  rows = $state.raw<readonly VariantRow[]>([]);
  of = $state.raw('');
  /** The rows are one series. */
  sweep = $state.raw(false);
  problem = $state.raw<string | undefined>(undefined);
  readonly run: BenchRun;

  constructor(private readonly session: Session) {
    this.run = new BenchRun(session);
  }

  /** Counts the swaps and, with a device, times them. `sweep`: they are one series and take the place of what stood there. */
  async add(steps: readonly AblationStep[], { timed, back, sweep }: { timed: boolean; back: boolean; sweep: boolean }) {
    const { text, name } = this.session;
    if (sweep || this.sweep || this.of !== text) this.rows = [];
    this.sweep = sweep;
    this.of = text;
    this.problem = undefined;
    const before = costOf(text);
    const ways: string[] = [];
    const from = this.rows.length;
    for (const { swap, title, make } of steps) {
      await breathe();
      try {
        const swapped = make(text);
        const cost = costOf(swapped.text);
        ways.push(swapped.back);
        this.rows = [
          ...this.rows,
          {
            swap,
            title,
            text: swapped.text,
            ...cost,
            deltaParams: cost.params - before.params,
            deltaMacs: cost.macs - before.macs,
          },
        ];
      } catch (error) {
        if (!(error instanceof SwapError)) throw error;
        this.problem = `${error.message}.`;
      }
    }
    if (!timed) return;
    const pair = (variant: string): Promise<Pairs | undefined> =>
      this.run.run<Pairs>((calls, ticket) =>
        calls.pair(ticket, { net: { name, text }, variant: { name, text: variant }, pairs: pairsOfEach, budgetMs }),
      );
    for (let i = from; i < this.rows.length; i++) {
      const pairs = await pair((this.rows[i] as VariantRow).text);
      if (!pairs || this.of !== text) return;
      this.#set(i, { pairs });
      if (!back) continue;
      const returned = await pair(ways[i - from] as string);
      if (!returned || this.of !== text) return;
      this.#set(i, { back: returned });
    }
  }

  #set(index: number, more: Partial<VariantRow>): void {
    this.rows = this.rows.map((row, i) => (i === index ? { ...row, ...more } : row));
  }

  csv(): string {
    const head = ['swap', 'params', 'Δ params', 'MACs', 'Δ MACs', 'ms', 'Δ ms', 'low', 'high', 'wins', 'pairs'];
    return csv(
      head,
      this.rows.map(({ title, params, deltaParams, macs, deltaMacs, pairs }) => [
        title,
        params,
        deltaParams,
        macs,
        deltaMacs,
        pairs?.bMs,
        pairs?.difference.value,
        pairs?.difference.interval[0],
        pairs?.difference.interval[1],
        pairs?.wins,
        pairs?.pairs,
      ]),
    );
  }
}
