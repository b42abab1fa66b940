// A trainer that outlives its device: a copy of what it holds and the steps since are kept, and made again on the next device, bit for bit.
import { elements } from '../../gpu-kernels/shape.ts';
import type { Trainer, TrainerOptions, TrainerState } from '../../graph/train/backend.ts';
import { paced, type NodePause } from '../../graph/train/cpu-backend.ts';
import type { Targets } from '../../graph/train/loss.ts';
import { CpuTrainer } from '../../graph/train/trainer.ts';
import type { TrainGraph } from '../../graph/train/train-graph.ts';
import type { OpenDevice } from './device.ts';
import { GpuTrainer, type GpuStep } from './gpu-trainer.ts';

type Tensors = ReadonlyMap<string, Float32Array>;

/** Runs work on the open device; on another one, from the start, where it is lost. `signal` as of {@link Engine.use}. */
export type DeviceUse = <T>(work: (open: OpenDevice) => Promise<T>, signal?: AbortSignal) => Promise<T>;

interface Step {
  readonly input: Float32Array;
  readonly targets: Targets;
  readonly rate: number;
}

/** Steps that are made again at most, and milliseconds that they may take. */
const mostSteps = 50;
const mostMs = 5000;
/** Floats of their inputs at most. */
const mostFloats = 2 ** 24;
/** A submit that a device is given at once, milliseconds: other work waits for it, and so does a cancel. */
const submitMs = 200;
const mostParts = 32;

export class LastingTrainer implements Trainer {
  /** Undefined: as it began. */
  #kept: TrainerState | undefined;
  #since: Step[] = [];
  #sinceMs = 0;
  #held: { readonly open: OpenDevice; readonly trainer: Promise<GpuTrainer> } | undefined;
  /** Submits of a batch. */
  #parts: number | undefined;

  /** `start` must stay as it is. */
  constructor(
    private readonly use: DeviceUse,
    private readonly train: TrainGraph,
    private readonly start: Tensors,
    private readonly options: TrainerOptions,
    private readonly signal: AbortSignal | undefined,
    private readonly pause: NodePause = () => undefined,
  ) {}

  /** Compiles. Rejects at once when it is cancelled, though the device goes on for a while. */
  async load(): Promise<void> {
    const { signal } = this;
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(signal?.reason as Error);
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.use((open) => this.#on(open), signal)
        .then(() => resolve(), reject)
        .finally(() => signal?.removeEventListener('abort', abort));
    });
  }

  async step(input: Float32Array, targets: Targets, rate: number): Promise<GpuStep> {
    const begun = performance.now();
    const result = await this.use(async (open) => {
      const own = await this.#on(open);
      const stepped = performance.now();
      const parts = this.#parts ?? (open.adapter.software ? mostParts / 4 : 1);
      const step = await own.step(input, targets, rate, { signal: this.signal, parts });
      const batches = input.length / elements(this.train.nodes.shape(this.train.input));
      this.#parts = Math.min(mostParts, Math.max(1, Math.ceil((performance.now() - stepped) / batches / submitMs)));
      return step;
    }, this.signal);
    this.#since.push({ input, targets, rate });
    this.#sinceMs += performance.now() - begun;
    const floats = input.length * this.#since.length;
    if (this.#since.length >= mostSteps || this.#sinceMs > mostMs || floats > mostFloats) await this.snapshot();
    return result;
  }

  async snapshot(): Promise<TrainerState> {
    if (this.#kept && this.#since.length === 0) return this.#kept;
    const state = await this.use(async (open) => (await this.#on(open)).snapshot());
    this.#keep(state);
    return state;
  }

  async restore(state: TrainerState): Promise<void> {
    await this.use(async (open) => (await this.#on(open)).restore(state));
    this.#keep(state);
  }

  /** Node by node, which a step in one pass does not show: the references say where the numbers end. */
  async explain(input: Float32Array, targets: Targets): Promise<string | undefined> {
    const { weights } = await this.snapshot();
    return paced(new CpuTrainer(this.train, weights, this.options).explaining(input, targets), this.pause);
  }

  destroy(): void {
    this.#held?.trainer.then((trainer) => trainer.destroy()).catch(() => undefined);
    this.#held = undefined;
  }

  #keep(state: TrainerState): void {
    [this.#kept, this.#since, this.#sinceMs] = [state, [], 0];
  }

  /** The trainer on that device, as far as this one is. */
  #on(open: OpenDevice): Promise<GpuTrainer> {
    if (this.#held?.open === open) return this.#held.trainer;
    this.destroy();
    const held = { open, trainer: this.#again(open) };
    this.#held = held;
    held.trainer.catch(() => {
      if (this.#held === held) this.#held = undefined;
    });
    return held.trainer;
  }

  async #again(open: OpenDevice): Promise<GpuTrainer> {
    const trainer = await GpuTrainer.load(open, this.train, this.start, this.options);
    if (this.#kept) trainer.restore(this.#kept);
    for (const { input, targets, rate } of this.#since) await trainer.step(input, targets, rate);
    return trainer;
  }
}
