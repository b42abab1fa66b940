// Who may use the GPU together: shared calls do, an exclusive one has it alone; first come, first served, and nothing else queues.

export type Lane = 'shared' | 'exclusive';

interface Waiting {
  readonly lane: Lane;
  readonly go: () => void;
}

export class Lanes {
  private sharing = 0;
  private alone = false;
  private waiting: Waiting[] = [];
  private readonly reasons = new Set<string>();
  private readonly listeners = new Set<(why: string | undefined) => void>();

  /** Runs `work` in the lane; rejects with the signal's reason when aborted before it begins. */
  async shared<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.enter('shared', signal);
    try {
      return await work();
    } finally {
      this.leave('shared');
    }
  }

  /** `why` is what the others wait for, in the form `measuring`. */
  async exclusive<T>(why: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.reasons.add(why);
    this.tell();
    try {
      await this.enter('exclusive', signal);
      try {
        return await work();
      } finally {
        this.leave('exclusive');
      }
    } finally {
      this.reasons.delete(why);
      this.tell();
    }
  }

  /** Inside a shared call: lets those who wait go first. */
  async letPass(signal?: AbortSignal): Promise<void> {
    if (this.waiting.length === 0) return;
    this.leave('shared');
    try {
      await this.enter('shared', signal);
    } catch (error) {
      // The call leaves again when it ends.
      this.sharing++;
      throw error;
    }
  }

  /** Calls `listener` when an exclusive call begins to wait, with its reason, and when there is none left. */
  watch(listener: (why: string | undefined) => void): void {
    this.listeners.add(listener);
  }

  private tell(): void {
    const [why] = this.reasons;
    for (const listener of this.listeners) listener(why);
  }

  private enter(lane: Lane, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = (): void => {
        this.waiting = this.waiting.filter((other) => other !== turn);
        this.admit();
        reject(signal?.reason as Error);
      };
      const turn: Waiting = {
        lane,
        go: () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.waiting.push(turn);
      this.admit();
    });
  }

  private leave(lane: Lane): void {
    if (lane === 'shared') this.sharing--;
    else this.alone = false;
    this.admit();
  }

  private admit(): void {
    for (;;) {
      const [next] = this.waiting;
      if (!next || this.alone || (next.lane === 'exclusive' && this.sharing > 0)) return;
      if (next.lane === 'shared') this.sharing++;
      else this.alone = true;
      this.waiting.shift();
      next.go();
    }
  }
}
