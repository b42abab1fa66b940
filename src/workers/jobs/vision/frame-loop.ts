// A camera's frames against a net that is slower: a few in flight, the latest wins, every frame is closed, rate and latency are measured.

/** What a frame must be able to do: a VideoFrame or an ImageBitmap. */
export interface Closable {
  close(): void;
}

export class FrameLoop<Frame extends Closable> {
  private waiting: { frame: Frame; at: number } | undefined;
  private stopped = false;
  inFlight = 0;
  /** Frames that gave way to a newer one. */
  dropped = 0;

  /**
   * `work` handles one frame and must not close it; `at` is when the frame came, milliseconds. A rejection goes to `fail`, which
   * decides whether to go on (nothing) or to {@link stop}.
   */
  constructor(
    private readonly work: (frame: Frame, at: number) => Promise<void>,
    private readonly fail: (error: unknown) => void,
    readonly limit = 2,
  ) {}

  offer(frame: Frame, at = performance.now()): void {
    if (this.stopped) {
      frame.close();
      return;
    }
    if (this.waiting) {
      this.waiting.frame.close();
      this.dropped++;
    }
    this.waiting = { frame, at };
    this.next();
  }

  /** Frames under way finish; what waits or comes later is closed unseen. */
  stop(): void {
    this.stopped = true;
    this.waiting?.frame.close();
    this.waiting = undefined;
  }

  private next(): void {
    const { waiting } = this;
    if (!waiting || this.inFlight >= this.limit) return;
    this.waiting = undefined;
    this.inFlight++;
    void this.work(waiting.frame, waiting.at)
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        waiting.frame.close();
        this.inFlight--;
        this.next();
      });
  }
}

/** Offers every frame of a stream until it ends or `signal` is aborted; resolves then. The stream's source is told to stop. */
export async function pump<Frame extends Closable>(
  stream: ReadableStream<Frame>,
  loop: FrameLoop<Frame>,
  signal: AbortSignal,
): Promise<void> {
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) {
        value?.close();
        return;
      }
      loop.offer(value);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    loop.stop();
  }
}

export interface FrameRate {
  /** Frames answered in the last second, scaled to a second; 0 before there are two. */
  readonly fps: number;
  /** Median over the same frames, from a frame's arrival to its answer, milliseconds. */
  readonly latencyMs: number;
}

/** Measured over a sliding second, and over at least the last two frames however slow they are. */
export class FrameMeter {
  private frames: { at: number; latency: number }[] = [];

  /** A frame that came at `from` was answered at `to`, milliseconds. */
  add(from: number, to: number): FrameRate {
    this.frames.push({ at: to, latency: to - from });
    while (this.frames.length > 2 && to - (this.frames[0] as { at: number }).at > 1000) this.frames.shift();
    const first = this.frames[0] as { at: number };
    const latencies = this.frames.map(({ latency }) => latency).sort((a, b) => a - b);
    return {
      fps: this.frames.length > 1 ? (this.frames.length - 1) / Math.max(1e-3, (to - first.at) / 1000) : 0,
      latencyMs: latencies[Math.floor(latencies.length / 2)] as number,
    };
  }
}
