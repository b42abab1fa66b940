// One long-lived end (a lost device, a stopped worker) and many short calls that it cuts off; Promise.race would keep every call's result until the end comes.

export class Ending {
  private readonly waiting = new Set<(error: unknown) => void>();
  private error: { readonly value: unknown } | undefined;

  /** Rejects everything that is under way and all that comes later with `error`; the first end counts. */
  end(error: unknown): void {
    this.error ??= { value: error };
    for (const reject of this.waiting) reject(this.error.value);
    this.waiting.clear();
  }

  /** Settles as `work` does, or rejects when the end comes first. */
  async before<T>(work: Promise<T>): Promise<T> {
    let cut: (error: unknown) => void = () => undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        cut = reject;
        if (this.error) reject(this.error.value);
        else this.waiting.add(cut);
        work.then(resolve, reject);
      });
    } finally {
      this.waiting.delete(cut);
    }
  }
}
