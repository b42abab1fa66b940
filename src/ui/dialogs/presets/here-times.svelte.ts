// What presets take on this device, timed with made-up weights before a byte of theirs is fetched, and kept from visit to visit.
import * as v from 'valibot';
import type { CallHooks } from '../../../workers/border/client.ts';
import type { Outcome } from '../../../workers/border/protocol.ts';
import type { Measurement, NetJob } from '../../../workers/jobs/measure/protocol.ts';
import { readStored, writeStored } from '../../parts/stored.ts';

const ms = v.pipe(v.number(), v.finite(), v.minValue(0));
const time = v.object({ ms, interval: v.optional(v.tuple([ms, ms])), runs: ms });
const stored = v.record(v.string(), time);
export type HereTime = v.InferOutput<typeof time>;

/** Time for the runs of a net; a few of each kind are made all the same. */
const budgetMs = 400;

interface Named {
  readonly name: string;
  readonly text: string;
}

export class HereTimes {
  times = $state.raw<ReadonlyMap<string, HereTime>>(new Map());
  busy = $state.raw<{ readonly what: string; readonly share: number } | undefined>(undefined);
  /** Nets that could not be timed in this visit, with the reason. */
  refused = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** The page was not shown for a part of it: browsers slow down what is not looked at. */
  hidden = $state.raw(false);
  #stop: AbortController | undefined;

  /** `device`: adapter and browser, in words. */
  constructor(
    private readonly device: string,
    private readonly measure: (job: NetJob, hooks: CallHooks) => Promise<Outcome<Measurement>>,
  ) {
    this.times = new Map(Object.entries(readStored(this.#key, stored) ?? {}));
  }

  get #key(): string {
    return `here ${this.device}`;
  }

  /** Times nets one after the other; what was timed stays when one stops it. A net that was timed while the page was hidden is left out. */
  async fill(nets: readonly Named[]): Promise<void> {
    if (this.busy) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.hidden = false;
    let looked = true;
    const look = (): void => void (looked &&= !document.hidden);
    document.addEventListener('visibilitychange', look);
    try {
      for (const [done, { name, text }] of nets.entries()) {
        const tell = (what: string, share: number): void => {
          this.busy = { what: `${done + 1} of ${nets.length}: ${name}. ${what}`, share: (done + share) / nets.length };
        };
        tell('Starting', 0);
        looked = !document.hidden;
        const outcome = await this.measure(
          { name, text, precision: 'f32', budgetMs },
          { signal: stop.signal, onProgress: tell, repeat: true },
        );
        if (stop.signal.aborted) return;
        if (!outcome.ok) this.refused = new Map([...this.refused, [name, outcome.problem.message]]);
        else if (looked) this.#keep(name, outcome.value);
        else this.hidden = true;
      }
    } finally {
      document.removeEventListener('visibilitychange', look);
      this.busy = undefined;
    }
  }

  #keep(name: string, { profile: { warm } }: Measurement): void {
    const { medianMs, interval, runs } = warm;
    const found: HereTime = { ms: medianMs, runs, ...(interval && { interval: [interval[0], interval[1]] }) };
    this.times = new Map([...this.times, [name, found]]);
    writeStored(this.#key, Object.fromEntries(this.times));
  }

  stop(): void {
    this.#stop?.abort(new DOMException('stopped', 'AbortError'));
  }
}
