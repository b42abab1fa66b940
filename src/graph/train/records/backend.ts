// Where records are computed: on the CPU by the ops' references, or by whoever brings kernels.
import type { StepResult, TrainerOptions } from '../backend.ts';
import { runNodes, type TrainTensors } from '../run.ts';
import type { TrainGraph } from '../train-graph.ts';
import type { TrainNodes } from '../train-nodes.ts';
import { CpuTrainer } from '../trainer.ts';
import type { Targets } from '../loss.ts';

type Soon<T> = T | Promise<T>;

/** A trainer that tells all of its numbers. */
export interface WatchedTrainer {
  step(input: Float32Array, targets: Targets, lr: number): Soon<StepResult>;
  /** Parameters and running statistics, and their averages, as they stand. */
  tensors(): Soon<{ readonly state: TrainTensors; readonly averages: TrainTensors }>;
  destroy?(): void;
}

export interface RecordBackend {
  /** Values of `keep`, by node id. */
  run(g: TrainNodes, given: TrainTensors, keep: readonly string[]): Soon<TrainTensors>;
  trainer(train: TrainGraph, start: TrainTensors, options: TrainerOptions): Soon<WatchedTrainer>;
}

export const onCpu: RecordBackend = {
  run: runNodes,
  trainer(train, start, options) {
    const own = new CpuTrainer(train, start, options);
    return { step: (input, targets, lr) => own.step(input, targets, lr), tensors: () => own };
  },
};
