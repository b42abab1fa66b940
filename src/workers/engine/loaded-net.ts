// A plan that stays loaded: on a new device it is loaded again, and it goes only when nobody runs it any more.
import type { Tensors } from '../../gpu-kernels/packing/weight-expr.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import type { OpenDevice } from './device.ts';
import { Ending } from './ending.ts';
import type { Engine } from './engine.ts';
import { OutOfMemoryError, Program, type LoadTimes, type RunOptions } from './program.ts';
import type { SharedBuffers } from './shared-buffers.ts';
import { profile, type Profile, type ProfileOptions } from './timing.ts';

export interface LoadOptions {
  /** Ends the loading at once; what is compiled by then stays with the device. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Where other plans have weights and activations too; it must outlive the net. */
  readonly shared?: SharedBuffers;
}

const closed = 'the net was closed';

export class LoadedNet {
  private program: { readonly open: OpenDevice; readonly loading: Promise<Program> } | undefined;
  private users = 0;
  /** Comes with {@link destroy}. */
  private readonly gone = new Ending();
  private dropped = false;

  private constructor(
    private readonly engine: Engine,
    readonly plan: Plan,
    private readonly tensors: Tensors,
    private readonly options: Omit<LoadOptions, 'signal'>,
  ) {}

  /** Rejects as {@link Program.load} does, with NoDeviceError, or with the signal's reason. The tensors stay referenced for recovery. */
  static async load(
    engine: Engine,
    plan: Plan,
    tensors: Tensors,
    { signal, ...options }: LoadOptions = {},
  ): Promise<LoadedNet> {
    signal?.throwIfAborted();
    const net = new LoadedNet(engine, plan, tensors, options);
    const stop = (): void => net.destroy(signal?.reason);
    signal?.addEventListener('abort', stop);
    try {
      await net.use(() => Promise.resolve());
      return net;
    } catch (error) {
      net.destroy();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Runs `work` on the program; see {@link Engine.use}. */
  async use<T>(work: (program: Program) => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.dropped) throw new Error(closed);
    this.users++;
    try {
      return await this.gone.before(this.engine.use(async (open) => work(await this.on(open)), signal));
    } finally {
      this.users--;
      this.release();
    }
  }

  /** One inference; see {@link Program.run}. */
  run(inputs: readonly Float32Array[], options?: RunOptions): Promise<Float32Array[]> {
    return this.use((program) => program.run(inputs, options), options?.signal);
  }

  profile(inputs: readonly Float32Array[], options?: ProfileOptions): Promise<Profile> {
    return this.use((program) => profile(program, inputs, options), options?.signal);
  }

  loadTimes(): Promise<LoadTimes> {
    return this.use((program) => Promise.resolve(program.loadTimes));
  }

  /** Frees the program as soon as no run is under way; a loading is left, and rejects with `reason`. */
  destroy(reason?: unknown): void {
    this.dropped = true;
    if (reason !== undefined) this.gone.end(reason);
    this.release();
  }

  private release(): void {
    if (!this.dropped || this.users > 0) return;
    this.program?.loading.then(
      (program) => program.destroy(),
      () => undefined,
    );
    this.program = undefined;
  }

  /** All who ask while it loads wait for the same program. */
  private on(open: OpenDevice): Promise<Program> {
    // A loading that was cut off is not taken up again on another device.
    if (this.users === 0) return Promise.reject(new Error(closed));
    if (this.program?.open !== open) {
      const program = { open, loading: this.build(open) };
      this.program = program;
      program.loading.catch(() => {
        if (this.program === program) this.program = undefined;
      });
    }
    return this.program.loading;
  }

  private async build(open: OpenDevice): Promise<Program> {
    const { generation, rate } = this.engine;
    const load = (): Promise<Program> => Program.load(open, this.plan, this.tensors, { rate, ...this.options });
    return load().catch((error: unknown) => {
      if (!(error instanceof OutOfMemoryError) || generation !== this.engine.generation) throw error;
      // Compiled pipelines are the one cache there is; without them the driver may have room.
      open.pipelines.clear();
      return load();
    });
  }
}
