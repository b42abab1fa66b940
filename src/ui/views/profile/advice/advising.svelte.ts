// Advice taken: applied as an edit, proven by the old and the new net in pairs, and taken back where no gain was shown.
import { includesZero } from '../../../../workers/engine/estimate.ts';
import type { Pairs } from '../../../../workers/engine/pairs.ts';
import type { Session } from '../../../state/session.svelte.ts';
import { BenchRun } from '../bench-run.svelte.ts';
import type { Advice } from './advice.ts';

export type AdviceEnd = 'kept' | 'back' | 'left' | 'stopped';

export interface TakenAdvice {
  readonly advice: Advice;
  readonly pairs?: Pairs;
  readonly end: AdviceEnd;
}

/** What became of advice after its pairs: a gain is an interval wholly below zero. */
export const adviceEnd = (pairs: Pick<Pairs, 'difference'> | undefined, unchanged: boolean): AdviceEnd => {
  if (!unchanged) return 'left';
  if (!pairs) return 'stopped';
  return includesZero(pairs.difference) || pairs.difference.value > 0 ? 'back' : 'kept';
};

const pairsOfEach = 15;
const budgetMs = 8000;

export class Advising {
  taken = $state.raw<readonly TakenAdvice[]>([]);
  readonly run: BenchRun;

  constructor(private readonly session: Session) {
    this.run = new BenchRun(session);
  }

  async apply(advice: Advice): Promise<void> {
    const { text, name } = this.session;
    this.session.setText(advice.text, `Advice: ${advice.what}`);
    const pairs = await this.run.run<Pairs>((calls, ticket) =>
      calls.pair(ticket, {
        net: { name, text },
        variant: { name, text: advice.text },
        pairs: pairsOfEach,
        budgetMs,
      }),
    );
    const end = adviceEnd(pairs, this.session.text === advice.text);
    // An edit without a proven gain leaves no trace but one step that undo knows.
    if (end === 'back' || end === 'stopped') this.session.setText(text, `Take back: ${advice.what}`);
    this.taken = [{ advice, ...(pairs && { pairs }), end }, ...this.taken];
  }
}
