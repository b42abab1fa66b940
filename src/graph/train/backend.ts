// What a run of training asks of whoever takes its steps: the CPU's references, or a GPU's plan. A run knows nothing else of it.
import type { InferredGraph } from '../ir/graph.ts';
import type { Targets } from './loss.ts';
import type { OptimizerOptions } from './optimizer.ts';
import type { TrainRecipe } from './recipe.ts';
import type { TrainGraph } from './train-graph.ts';

type Tensors = ReadonlyMap<string, Float32Array>;

/** Everything that a trainer changes, by name of the tensor: with it a run goes on as if it had never stopped. */
export interface TrainerState {
  /** Updates applied. */
  readonly updates: number;
  /** Parameters and running statistics. */
  readonly weights: Tensors;
  /** Their moving averages; empty where none are kept. */
  readonly averages: Tensors;
  /** The optimizer's memories: momentum or first moment, and mean square. */
  readonly first: Tensors;
  readonly second: Tensors;
}

export interface TrainerOptions {
  readonly optimizer: OptimizerOptions;
  /** Largest l2 norm over all gradients. */
  readonly clipNorm?: number | undefined;
  /** Decay of the averaged weights; absent: none are kept. */
  readonly ema?: number | undefined;
}

export interface StepResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly output: Float32Array;
  /** By name of the parameter. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly inputGradient?: Float32Array;
  /** The update was left out: the loss or a gradient is not finite. */
  readonly skipped: boolean;
}

type Soon<T> = T | Promise<T>;

export interface Trainer {
  /** One update. `input` of k batches, with targets for all of them: the mean of their gradients, statistics batch by batch. */
  step(
    input: Float32Array,
    targets: Targets,
    lr: number,
  ): Soon<Pick<StepResult, 'loss' | 'gradientNorm' | 'output' | 'skipped'>>;
  /** A copy. */
  snapshot(): Soon<TrainerState>;
  restore(state: TrainerState): Soon<void>;
  /** The first place where a step on this batch leaves the finite numbers, in words; undefined: nowhere. */
  explain(input: Float32Array, targets: Targets): Promise<string | undefined>;
}

/** What a run of a net needs, known before anything is made for it. */
export interface TrainNeed {
  /** Of a step and of the looks. */
  readonly bytes: number;
  /** Why there is no room for it, after "needs": `300 MiB in one buffer, and …`. */
  readonly tooMuch?: string;
}

export interface TrainBackend {
  /** What computes, after "on": `the CPU`. */
  readonly device: string;
  /** `batched`: the net that `train` was made of. */
  need(train: TrainGraph, batched: InferredGraph, recipe: TrainRecipe): Soon<TrainNeed>;
  /** `start` is copied. */
  trainer(train: TrainGraph, start: Tensors, options: TrainerOptions): Soon<Trainer>;
  /** The net's result in inference mode, for as many inputs as `graph` takes. */
  infer(graph: InferredGraph, weights: Tensors, input: Float32Array): Soon<Float32Array>;
}
