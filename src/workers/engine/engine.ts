// One device and what keeps it: a lost one is opened again at once, work under way is repeated on the new one, and a browser that refuses is named.
import { firstRate, type Throughput } from '../../graph/plan/schedule.ts';
import { listening } from './debug.ts';
import { NoDeviceError, openDevice, type DeviceOptions, type OpenDevice } from './device.ts';
import type { DeviceChoices } from './device-choices.ts';
import { Ending } from './ending.ts';
import { countObjects, type ObjectCounts } from './object-counter.ts';

/** Waits before the first, second and third attempt to get a device back; then the engine stops and says so. */
export const backOffMs = [0, 1000, 4000] as const;

/** How long the news of a lost device may lag behind the errors of its calls, milliseconds. */
const newsMs = 500;
/** A device that lived this long was no failure, milliseconds. */
const soundMs = 30_000;

export const blocked =
  'WebGPU is blocked by the browser: the GPU was lost again and again, and the browser gives this page no adapter any more.';

export type EnginePhase = 'closed' | 'ready' | 'recovering' | 'failed';

export interface EngineOptions {
  /** Asked anew at every opening: a page's `navigator.gpu`, or Dawn's. */
  readonly gpu: () => GPU | undefined;
  readonly device?: DeviceOptions;
  /** What was chosen by measurement on the device: read when it opens. */
  readonly choices?: DeviceChoices;
  readonly onState?: (state: EnginePhase, detail: string) => void;
  /** Replaced by tests. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** The device went away while it was in use. */
export class LostError extends Error {
  override readonly name = 'LostError';
}

export class Engine {
  /** Grows with every device that is lost or given up; work of an older generation is void. */
  generation = 0;
  state: EnginePhase = 'closed';
  /** Counts of the device, with `?debug=objects`. */
  objects: ObjectCounts | undefined;
  private opened: OpenDevice | undefined;
  private opening: Promise<OpenDevice> | undefined;
  /** Comes when the device is lost; a new one with every device. */
  private loss = new Ending();
  private failures = 0;
  /** Kept over devices: the same adapter comes back. */
  private learned: Throughput | undefined;

  constructor(private readonly options: EngineOptions) {}

  /** The device, opened when there is none. Throws NoDeviceError: the first time and after giving up at once, in between after three attempts. */
  open(): Promise<OpenDevice> {
    if (this.opened) return Promise.resolve(this.opened);
    this.opening ??= this.reopen().finally(() => (this.opening = undefined));
    return this.opening;
  }

  /** The open device, if there is one now. */
  get device(): OpenDevice | undefined {
    return this.opened;
  }

  /** How fast the device is, as far as runs have told. */
  get rate(): Throughput {
    return (this.learned ??= firstRate(this.opened?.adapter.software ?? true));
  }

  private async reopen(): Promise<OpenDevice> {
    const { gpu, device, wait = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } = this.options;
    // Waiting helps only while a device was just lost; one that never was, or was given up, is asked for once.
    const patient = this.state === 'recovering';
    for (;;) {
      const delay = patient && this.failures > 0 ? backOffMs[this.failures - 1] : 0;
      if (delay === undefined) {
        this.setState('failed', blocked);
        throw new NoDeviceError(blocked);
      }
      if (delay > 0) await wait(delay);
      try {
        const found = await openDevice(gpu(), device);
        const { choices } = this.options;
        await choices?.load(found.adapter);
        const opened = choices ? { ...found, choices } : found;
        this.watch(opened);
        return opened;
      } catch (error) {
        if (!patient) throw this.state === 'failed' ? new NoDeviceError(blocked, { cause: error }) : error;
        this.failures++;
      }
    }
  }

  private watch(opened: OpenDevice): void {
    const { generation } = this;
    const since = performance.now();
    this.opened = opened;
    if (this.state === 'failed') this.failures = 0;
    if (listening('objects')) this.objects = countObjects(opened.device);
    const loss = new Ending();
    this.loss = loss;
    void opened.device.lost.then((info) => {
      if (this.generation === generation) {
        if (performance.now() - since > soundMs) this.failures = 0;
        this.drop(info.message || info.reason);
      }
      loss.end(new LostError(`the GPU device was lost (${info.reason})`));
    });
    this.setState('ready', opened.adapter.description);
  }

  private drop(why: string): void {
    this.generation++;
    this.failures++;
    this.opened = undefined;
    if (this.state === 'closed') return;
    this.setState('recovering', why);
    // Nobody may be at work: the page learns all the same whether the device comes back.
    this.open().catch(() => undefined);
  }

  private setState(state: EnginePhase, detail: string): void {
    this.state = state;
    this.options.onState?.(state, detail);
  }

  /**
   * Runs `work` on the device, again on a new one as often as it is lost, within the back-off. An aborted `signal` tells that an error
   * is the caller's own.
   */
  async use<T>(work: (open: OpenDevice) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      const open = await this.open();
      const { generation, loss } = this;
      try {
        const result = await loss.before(work(open));
        // Promises of a lost device resolve: what they gave is void.
        if (generation !== this.generation) throw new LostError('the GPU device was lost');
        this.failures = 0;
        return result;
      } catch (error) {
        // What a lost device's calls reject with may come before the news of its loss.
        if (!signal?.aborted)
          await loss.before(new Promise((resolve) => setTimeout(resolve, newsMs))).catch(() => undefined);
        if (generation === this.generation || signal?.aborted || this.state === 'closed') throw error;
      }
    }
  }

  /** Frees the device and everything on it; a later call opens a new one. */
  close(): void {
    this.setState('closed', '');
    const { opened } = this;
    this.failures = 0;
    this.generation++;
    this.opened = undefined;
    opened?.device.destroy();
  }
}
