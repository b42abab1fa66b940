// One device, one program, and what keeps them alive: a lost device is opened again, the plan is loaded again, the call is repeated.
import type { Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import { firstRate, type Rate } from '../../graph/plan/schedule.ts';
import { NoDeviceError, openDevice, type DeviceOptions, type OpenDevice } from './device.ts';
import { Ending } from './ending.ts';
import { OutOfMemoryError, Program, type LoadTimes, type RunOptions } from './program.ts';
import { profile, type Profile, type ProfileOptions } from './timing.ts';

/** Waits before the first, second and third attempt to get a device back; then the engine stops and says so. */
export const backOffMs = [0, 1000, 4000] as const;

/** How long the news of a lost device may lag behind the errors of its calls, milliseconds. */
const newsMs = 500;

export type EngineState = 'closed' | 'ready' | 'recovering' | 'failed';

export interface EngineOptions {
  /** Asked anew at every opening: a page's `navigator.gpu`, or Dawn's. */
  readonly gpu: () => GPU | undefined;
  readonly device?: DeviceOptions;
  readonly onState?: (state: EngineState, detail: string) => void;
  readonly onProgress?: (done: number, total: number) => void;
  /** Replaced by tests. */
  readonly wait?: (ms: number) => Promise<void>;
}

interface Loaded {
  readonly plan: Plan;
  readonly tensors: Tensors;
}

/** The device went away while it was in use. */
class LostError extends Error {
  override readonly name = 'LostError';
}

export class Engine {
  /** Grows with every device that is lost or given up; work of an older generation is void. */
  generation = 0;
  state: EngineState = 'closed';
  private opened: OpenDevice | undefined;
  private program: Promise<Program> | undefined;
  private loaded: Loaded | undefined;
  private opening: Promise<OpenDevice> | undefined;
  /** Comes when the device is lost; a new one with every device. */
  private loss = new Ending();
  private failures = 0;
  /** Kept over devices: the same adapter comes back. */
  private rate: Rate | undefined;

  constructor(private readonly options: EngineOptions) {}

  /** The device, opened when there is none. Throws NoDeviceError after three attempts in a row. */
  open(): Promise<OpenDevice> {
    if (this.opened) return Promise.resolve(this.opened);
    this.opening ??= this.reopen().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async reopen(): Promise<OpenDevice> {
    const { gpu, device, wait = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } = this.options;
    for (;;) {
      // Losses and refusals in a row, this one included; the first device of all is asked for at once too.
      const delay = this.failures === 0 ? 0 : backOffMs[this.failures - 1];
      if (delay === undefined) {
        this.setState(
          'failed',
          'The GPU could not be had back: the browser or the driver keeps refusing it. Reload the page, or continue on the CPU.',
        );
        throw new NoDeviceError(
          'The GPU could not be had back after three attempts; reload the page, or continue on the CPU.',
        );
      }
      if (delay > 0) await wait(delay);
      try {
        const opened = await openDevice(gpu(), device);
        this.watch(opened);
        return opened;
      } catch (error) {
        // A device that never was is told at once: waiting helps only a device that was lost.
        if (this.generation === 0) throw error;
        this.failures++;
      }
    }
  }

  private watch(opened: OpenDevice): void {
    const { generation } = this;
    this.opened = opened;
    this.rate ??= firstRate(opened.adapter.software);
    const loss = new Ending();
    this.loss = loss;
    void opened.device.lost.then((info) => {
      if (this.generation === generation) this.drop(info.message || info.reason);
      loss.end(new LostError(`the GPU device was lost (${info.reason})`));
    });
    this.setState('ready', opened.adapter.description);
  }

  private drop(why: string): void {
    this.generation++;
    this.failures++;
    this.opened = undefined;
    this.program = undefined;
    if (this.state !== 'closed') this.setState('recovering', why);
  }

  private setState(state: EngineState, detail: string): void {
    this.state = state;
    this.options.onState?.(state, detail);
  }

  /** Makes `plan` the engine's program; the one before is freed first. The tensors stay referenced for recovery. */
  async load(plan: Plan, tensors: Tensors): Promise<LoadTimes> {
    this.release();
    this.loaded = { plan, tensors };
    return this.use((program) => Promise.resolve(program.loadTimes));
  }

  private release(): void {
    void this.program?.then(
      (program) => program.destroy(),
      () => undefined,
    );
    this.program = undefined;
  }

  /** One inference; see `Program.run`. Repeated on a new device when the old one is lost on the way. */
  run(inputs: readonly Float32Array[], options?: RunOptions): Promise<Float32Array[]> {
    return this.use((program) => program.run(inputs, options), options?.signal);
  }

  profile(inputs: readonly Float32Array[], options?: ProfileOptions): Promise<Profile> {
    return this.use((program) => profile(program, inputs, options), options?.signal);
  }

  /**
   * Runs `work` on a loaded program, again on a new device as often as the device is lost, within the back-off. An aborted `signal`
   * tells that an error is the caller's own.
   */
  async use<T>(work: (program: Program) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      await this.open();
      const { generation, loss } = this;
      try {
        const result = await loss.before(this.ready().then(work));
        // Promises of a lost device resolve: what they gave is void.
        if (generation !== this.generation) throw new LostError('the GPU device was lost');
        this.failures = 0;
        return result;
      } catch (error) {
        // What a lost device's calls reject with may come before the news of its loss.
        if (!signal?.aborted)
          await loss.before(new Promise((resolve) => setTimeout(resolve, newsMs))).catch(() => undefined);
        if (generation === this.generation || this.state === 'closed') throw error;
      }
    }
  }

  /** The loaded program; all who ask while it loads wait for the same one. */
  private ready(): Promise<Program> {
    if (!this.loaded) return Promise.reject(new Error('no net is loaded'));
    if (!this.program) {
      const loading = this.build(this.loaded);
      this.program = loading;
      loading.catch(() => {
        if (this.program === loading) this.program = undefined;
      });
    }
    return this.program;
  }

  private async build({ plan, tensors }: Loaded): Promise<Program> {
    const opened = await this.open();
    const { generation } = this;
    const { onProgress } = this.options;
    const load = (): Promise<Program> =>
      Program.load(opened, plan, tensors, { rate: this.rate as Rate, ...(onProgress ? { onProgress } : {}) });
    const program = await load().catch((error: unknown) => {
      if (!(error instanceof OutOfMemoryError) || generation !== this.generation) throw error;
      // Compiled pipelines are the one cache there is; without them the driver may have room.
      opened.pipelines.clear();
      return load();
    });
    if (generation !== this.generation) throw new LostError('the GPU device was lost while the net was loading');
    return program;
  }

  /** Frees the device and everything on it; a later call opens a new one. */
  close(): void {
    this.setState('closed', '');
    this.release();
    this.loaded = undefined;
    const { opened } = this;
    this.failures = 0;
    this.generation++;
    this.opened = undefined;
    opened?.device.destroy();
  }
}
