// One piece of work at a time, with its progress and its problem: a new one ends the one before.

export interface OneJobHooks {
  readonly signal: AbortSignal;
  readonly onProgress: (what: string, share: number) => void;
}

export class OneJob {
  job = $state.raw<{ readonly what: string; readonly share: number } | undefined>(undefined);
  problem = $state.raw<string | undefined>(undefined);
  #running: AbortController | undefined;

  /** What it throws becomes the problem, but for what follows from a stop. */
  async run(what: string, work: (hooks: OneJobHooks) => Promise<void>): Promise<void> {
    this.stop();
    const running = (this.#running = new AbortController());
    const { signal } = running;
    this.problem = undefined;
    this.job = { what, share: 0 };
    try {
      await work({
        signal,
        onProgress: (now, share) => {
          if (!signal.aborted) this.job = { what: now, share };
        },
      });
    } catch (error) {
      if (!signal.aborted) this.problem = (error as Error).message;
    } finally {
      if (this.#running === running) this.job = undefined;
    }
  }

  stop(): void {
    this.#running?.abort(new DOMException('Cancelled.', 'AbortError'));
    this.job = undefined;
  }
}
