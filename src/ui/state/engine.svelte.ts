// The engine as the page sees it: which device there is, what it is doing, and what it measured of the net on the page.
import { untrack } from 'svelte';
import type { Measurement, NetJob } from '../../workers/jobs/measure/protocol.ts';
import type { Peaks } from '../../workers/engine/peaks.ts';
import type { DeviceFacts } from '../../workers/border/protocol.ts';
import { blocked } from '../../workers/engine/engine.ts';
import type { GivenNet } from '../../graph/notation/check.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import type { Accounting } from '../../graph/cost/cost.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import { milliseconds } from '../parts/format.ts';
import { sentence } from '../parts/sentence.ts';
import { adapterText } from '../parts/adapter-text.ts';
import { loadPeaks, storePeaks } from './measurements/peak-store.ts';
import type { Measured } from './measurements/measurements.svelte.ts';
import { recordOf } from './measurements/own-record.ts';
import { recordedHash, recordedProfile } from './measurements/recorded.ts';
import type { RunRecord } from './measurements/record.ts';
import { given, type BuiltNet } from './built-net.ts';
import type { Session } from './session.svelte.ts';

export interface JobHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: string, share: number) => void;
  /** First numbers of a measurement, before the steadier ones. */
  readonly onFirst?: (first: Measurement) => void;
}

/** The worker with the GPU, as this class needs it. Calls reject with Error; the message is a sentence. */
export interface GpuHost {
  /** Opens the device, again after it was given up. Rejects with NoDeviceError's sentence. */
  open(): Promise<DeviceFacts>;
  /** For the open device or, without one, for a plain GPU. */
  plan(net: GivenNet): Promise<Plan>;
  measure(job: NetJob, hooks: JobHooks): Promise<Measurement>;
  peaks(hooks: JobHooks): Promise<Peaks>;
  /** Called when the device is lost and when it is back or given up, and for GPU errors that no call reports. */
  listen(listener: (event: GpuEvent) => void): void;
}

export type GpuEvent =
  | { readonly event: 'state'; readonly state: 'ready' | 'recovering' | 'failed'; readonly detail: string }
  | { readonly event: 'gpu-error'; readonly message: string };

export type EngineStatus =
  | { readonly kind: 'detecting' }
  | { readonly kind: 'none'; readonly why: string; readonly advice: string }
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'measuring';
      readonly what: string;
      readonly share: number;
      readonly subject: 'net' | 'baseline' | 'peaks';
    }
  | { readonly kind: 'recovering'; readonly why: string };

/** Edits that follow each other closer than this are one. */
const debounceMs = 400;
/** A net whose one run is estimated at more than this waits for a click. */
const autoRunMs = (software: boolean): number => (software ? 2500 : 1000);
/** Time for the runs of one measurement. */
const budgetMs = (software: boolean): number => (software ? 3000 : 1500);

export class EngineState {
  facts = $state.raw<DeviceFacts | undefined>(undefined);
  status = $state.raw<EngineStatus>({ kind: 'detecting' });
  /** Why the last measurement of this net gave nothing. */
  problem = $state.raw<{ readonly hash: string; readonly text: string } | undefined>(undefined);
  peaks = $state.raw<Peaks | undefined>(undefined);
  #planned = $state.raw<{ readonly hash: string; readonly plan?: Plan; readonly problem?: string } | undefined>(
    undefined,
  );
  #job: AbortController | undefined;
  /** The net under way. */
  #jobHash: string | undefined;
  /** Nets that the user stopped: not started again by themselves. */
  readonly #stopped = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly host: GpuHost,
    readonly browser: string,
    readonly version: string,
  ) {
    host.listen((event) => {
      if (event.event === 'state') this.#deviceChanged(event.state, event.detail);
      else session.say(sentence(event.message), 'bad');
    });
  }

  /** Of the net that the page shows. */
  get #hash(): string {
    return this.session.net?.hash ?? this.session.hash;
  }
  /** This page's own measurement of the net that it shows. */
  get own(): Measured | undefined {
    return this.session.measurements.of(this.#hash);
  }
  /** What to show: the own measurement, or the recorded one that ships with the page until there is one. */
  get shown(): RunRecord | undefined {
    return this.own?.record ?? (this.#hash === recordedHash ? recordedProfile : undefined);
  }
  get recorded(): boolean {
    return this.own === undefined && this.shown !== undefined;
  }
  /** Plan of the net on the page: the measured one, or one that {@link ensurePlan} asked for. */
  get plan(): Plan | undefined {
    return this.own?.plan ?? (this.#planned?.hash === this.#hash ? this.#planned.plan : undefined);
  }
  get planProblem(): string | undefined {
    return this.#planned?.hash === this.session.hash ? this.#planned.problem : undefined;
  }
  get baseline(): RunRecord | undefined {
    const { baseline, measurements } = this.session;
    return baseline && measurements.of(baseline.hash)?.record;
  }
  readonly adapter: string | undefined = $derived(this.facts && adapterText(this.facts.adapter));
  readonly measuring: boolean = $derived(this.status.kind === 'measuring');
  /** One inference of the net on the page, by what this device did before or a cautious first guess, milliseconds. */
  get estimateMs(): number | undefined {
    const { accounting } = this.session;
    return accounting && this.facts && this.#estimate(accounting);
  }
  /** Why the net on the page is not measured by itself; undefined when it is. */
  get waits(): string | undefined {
    const { estimateMs, facts } = this;
    if (!facts || estimateMs === undefined || this.own) return undefined;
    if (this.#stopped.has(this.session.hash)) return 'Stopped.';
    if (estimateMs <= autoRunMs(facts.adapter.software)) return undefined;
    return `One run is estimated at ${milliseconds(estimateMs)}, so it waits for your click.`;
  }
  /** A net can be measured now. */
  get canMeasure(): boolean {
    return (
      this.facts !== undefined && this.session.graph !== undefined && !this.session.stale && this.status.kind !== 'none'
    );
  }

  /** Starts detecting, and follows the session from now on. Call it while a component is being set up. */
  follow(): void {
    // After the first paint: the worker's start must not hold it up.
    $effect(() => {
      const timer = setTimeout(() => void this.detect());
      return () => clearTimeout(timer);
    });
    $effect(() => {
      // Also when a job ends: what waited for it goes on.
      void [this.session.hash, this.session.baseline, this.measuring];
      // Nobody waits for the times of a net that made way for one that cannot run.
      if (!this.session.net && this.#jobHash) untrack(() => this.cancel(false));
      if (!this.facts || this.session.stale) return;
      const timer = setTimeout(() => void this.#auto(), debounceMs);
      return () => clearTimeout(timer);
    });
  }

  /** Looks for a device; again when there was none. */
  async detect(): Promise<void> {
    this.status = { kind: 'detecting' };
    try {
      this.facts = await this.host.open();
      this.peaks ??= loadPeaks(this.facts.adapter, this.browser);
      this.status = { kind: 'ready' };
    } catch (error) {
      this.facts = undefined;
      this.status = { kind: 'none', ...noDevice(sentence(error)) };
    }
  }

  /** Measures the net on the page now, in place of whatever is being measured. */
  async measure(): Promise<void> {
    const { net } = this.session;
    if (!this.canMeasure || !net) return;
    this.#stopped.delete(net.hash);
    await this.#measure(net, 'net');
  }

  /** Measures the pinned net now, in place of whatever is being measured. */
  async measureBaseline(): Promise<void> {
    const { baseline } = this.session;
    if (!baseline || !this.facts) return;
    this.#stopped.delete(baseline.hash);
    await this.#measure(baseline, 'baseline');
  }

  /** Stops what is being measured; results so far stay. `forGood`: it is not begun again by itself. */
  cancel(forGood = true): void {
    if (this.status.kind !== 'measuring') return;
    if (forGood && this.#jobHash !== undefined) this.#stopped.add(this.#jobHash);
    this.#job?.abort(new DOMException('stopped', 'AbortError'));
    // The worker may be inside a run that cannot be stopped; the page does not wait for its end.
    this.#job = undefined;
    this.#jobHash = undefined;
    this.status = { kind: 'ready' };
  }

  async measurePeaks(): Promise<void> {
    const { facts } = this;
    if (!facts) return;
    await this.#run('peaks', async (hooks) => {
      const peaks = await this.host.peaks(hooks);
      this.peaks = peaks;
      storePeaks(facts.adapter, this.browser, peaks);
    });
  }

  /** Plans the net with this hash, which is the one on the page, unless that is done. */
  async ensurePlan(hash: string): Promise<void> {
    const { session } = this;
    if (hash !== session.hash || this.plan || this.#planned?.hash === hash || session.stale || !session.net) return;
    try {
      const plan = await this.host.plan(given(session.net));
      this.#planned = { hash, plan };
    } catch (error) {
      this.#planned = { hash, problem: sentence(error) };
    }
  }

  #estimate({ total }: Accounting): number {
    const software = this.facts?.adapter.software ?? true;
    const rate = firstRate(software);
    const guess = Math.max(total.macs.total / rate.macsPerMs, total.bytes / rate.bytesPerMs);
    const last = this.session.measurements.last?.record;
    const lastMacs = last?.dispatches.reduce((sum, { macs }) => sum + macs, 0);
    return last && lastMacs ? (total.macs.total / lastMacs) * last.warm.medianMs : guess;
  }

  async #auto(): Promise<void> {
    const { session, facts } = this;
    const { net } = session;
    if (!facts || session.errors > 0 || session.stale || !net || !session.accounting) return;
    // What the user asked for goes first, and what is under way already is not begun again.
    if (this.#job && (this.#jobHash === undefined || this.#jobHash === session.hash)) return;
    const most = autoRunMs(facts.adapter.software);
    const { hash } = net;
    if (!session.measurements.has(hash) && !this.#stopped.has(hash) && this.#estimate(session.accounting) <= most) {
      await this.#measure(net, 'net');
    }
    const { baseline, measurements } = session;
    if (!baseline || session.hash !== hash || this.#job || measurements.has(baseline.hash)) return;
    if (this.#stopped.has(baseline.hash) || this.#estimate(baseline.accounting) > most) return;
    await this.#measure(baseline, 'baseline');
  }

  async #measure(net: BuiltNet, subject: 'net' | 'baseline'): Promise<void> {
    const { facts } = this;
    const { hash } = net;
    if (!facts) return;
    if (this.problem?.hash === hash) this.problem = undefined;
    await this.#run(
      subject,
      async (hooks) => {
        const keep = (measurement: Measurement, first = false): void => {
          if (hooks.signal?.aborted) return;
          const record = recordOf(measurement, { hash, facts, browser: this.browser, version: this.version });
          this.session.measurements.keep({ record, plan: measurement.plan, first });
        };
        const job = { ...given(net), precision: 'f32', budgetMs: budgetMs(facts.adapter.software) } as const;
        // Better numbers than a first look are here when this net is measured again.
        const onFirst = this.session.measurements.of(hash)
          ? undefined
          : (measurement: Measurement): void => keep(measurement, true);
        keep(await this.host.measure(job, { ...hooks, ...(onFirst && { onFirst }) }));
      },
      (text) => {
        this.problem = { hash, text };
        // A net that this device refuses is not tried again by itself.
        this.#stopped.add(hash);
      },
      hash,
    );
  }

  /** One job at a time: a new one stops the one before. Progress and failures of a stopped job are dropped. */
  async #run(
    subject: 'net' | 'baseline' | 'peaks',
    work: (hooks: JobHooks) => Promise<void>,
    onFailure?: (text: string) => void,
    hash?: string,
  ): Promise<void> {
    this.#job?.abort(new DOMException('a newer measurement took over', 'AbortError'));
    const job = new AbortController();
    this.#job = job;
    this.#jobHash = hash;
    const current = (): boolean => this.#job === job;
    this.status = { kind: 'measuring', what: 'Starting', share: 0, subject };
    try {
      await work({
        signal: job.signal,
        onProgress: (what, share) => {
          if (current() && this.status.kind === 'measuring') this.status = { kind: 'measuring', what, share, subject };
        },
      });
    } catch (error) {
      // Without a device the status says why, and the net is not to blame.
      if (!job.signal.aborted && (this.status as EngineStatus).kind !== 'none') {
        if (onFailure) onFailure(sentence(error));
        else this.session.say(sentence(error), 'bad');
      }
    } finally {
      if (current()) {
        this.#job = undefined;
        this.#jobHash = undefined;
        if (this.status.kind === 'measuring') this.status = { kind: 'ready' };
      }
    }
  }

  #deviceChanged(state: 'ready' | 'recovering' | 'failed', detail: string): void {
    if (state === 'recovering') this.status = { kind: 'recovering', why: detail };
    else if (state === 'failed') {
      this.facts = undefined;
      this.status = { kind: 'none', ...noDevice(detail) };
    } else if (this.status.kind === 'none') void this.detect();
    else if (this.status.kind === 'recovering')
      this.status = this.#job
        ? { kind: 'measuring', what: 'Starting again', share: 0, subject: 'net' }
        : { kind: 'ready' };
  }
}

/** The worker's sentence and what can be done about it. */
function noDevice(why: string): { why: string; advice: string } {
  if (!('gpu' in navigator)) {
    const advice = isSecureContext
      ? 'Open this page in a current Chrome, Edge, Safari 26 or Firefox to measure on your GPU.'
      : 'WebGPU needs a secure page: open it over https or from localhost.';
    return { why: 'This browser offers no WebGPU.', advice };
  }
  if (why === blocked)
    return { why, advice: 'Try again, or reload the page. Meanwhile Try and Quantize go on on the CPU.' };
  return {
    // The page offers no other way to time a net: what the command line does instead is no news here.
    why: why.replace(/; nets run on the CPU reference instead|; (?:reload the page, or )?continue on the CPU/, ''),
    advice:
      'Update the graphics driver and the browser, and see that hardware acceleration is on in its settings. Everything but timing works as it is.',
  };
}
