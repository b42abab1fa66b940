// One measurement on request at a time: its progress, the way to stop it, and its failure as a sentence.
import type { CallHooks, JobClient } from '../../../workers/border/client.ts';
import type { Outcome } from '../../../workers/border/protocol.ts';
import type { MeasureCalls } from '../../../workers/jobs/measure/protocol.ts';
import { measureHost } from '../../hosts/measure.ts';
import type { Session } from '../../state/session.svelte.ts';

export class BenchRun {
  busy = $state.raw<{ readonly what: string; readonly share: number } | undefined>(undefined);
  /** The page was not shown for a part of the last run: browsers slow down what is not looked at. */
  hidden = $state.raw(false);
  #stop: AbortController | undefined;

  constructor(private readonly session: Session) {}

  /** What the call gave; undefined when it was stopped, when another runs, or when it failed, which the page then says. */
  run<T>(
    work: Parameters<JobClient<MeasureCalls>['call']>[0],
    hooks: Pick<CallHooks, 'onFirst'> = {},
  ): Promise<T | undefined> {
    return this.ask((own) => measureHost.call(work, { ...hooks, ...own }) as Promise<Outcome<T>>);
  }

  /** The same of a job that is not of those that measure. */
  async ask<T>(call: (hooks: CallHooks) => Promise<Outcome<T>>): Promise<T | undefined> {
    if (this.busy) return undefined;
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = { what: 'Starting', share: 0 };
    this.hidden = document.hidden;
    const look = (): void => void (this.hidden ||= document.hidden);
    document.addEventListener('visibilitychange', look);
    try {
      const outcome = await call({
        signal: stop.signal,
        onProgress: (what, share) => (this.busy = { what, share }),
      });
      if (outcome.ok) return outcome.value;
      if (outcome.problem.kind !== 'aborted') this.session.say(outcome.problem.message, 'bad');
      return undefined;
    } finally {
      document.removeEventListener('visibilitychange', look);
      this.busy = undefined;
      this.#stop = undefined;
    }
  }

  stop(): void {
    this.#stop?.abort(new DOMException('stopped', 'AbortError'));
  }
}
