// A device as it takes part in a run of training: steps by the GPU's trainer, looks at held-out pictures by the plan that inference has.
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { makePlan, type PlanOptions } from '../../graph/plan/make-plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import type { TrainBackend, Trainer } from '../../graph/train/backend.ts';
import { CpuTrainer } from '../../graph/train/trainer.ts';
import type { OpenDevice } from './device.ts';
import { GpuTrainer } from './gpu-trainer.ts';
import { Program } from './program.ts';

type Tensors = ReadonlyMap<string, Float32Array>;

export interface GpuTrainBackend extends TrainBackend {
  /** Frees what its trainers and looks hold. */
  destroy(): void;
}

export function gpuTrainBackend(open: OpenDevice): GpuTrainBackend {
  const trainers: GpuTrainer[] = [];
  let looking: { readonly graph: InferredGraph; readonly weights: Tensors; readonly program: Program } | undefined;

  /** One look asks about many batches with the same weights. */
  async function programFor(graph: InferredGraph, weights: Tensors): Promise<Program> {
    if (looking?.graph === graph && looking.weights === weights) return looking.program;
    looking?.program.destroy();
    looking = undefined;
    const options: PlanOptions = { caps: open.capabilities, limits: open.limits };
    const constant = (name: string): Float32Array => weights.get(name) as Float32Array;
    const rate = firstRate(open.adapter.software);
    const program = await Program.load(open, makePlan(graph, options), constant, { rate });
    looking = { graph, weights, program };
    return program;
  }

  return {
    device: `WebGPU (${open.adapter.description})`,
    async trainer(train, start, options): Promise<Trainer> {
      const own = await GpuTrainer.load(open, train, start, options);
      trainers.push(own);
      return {
        step: (input, targets, lr) => own.step(input, targets, lr),
        snapshot: () => own.snapshot(),
        restore: (state) => own.restore(state),
        // Node by node, which a step in one pass does not show: the references say where the numbers end.
        explain: async (input, targets) =>
          new CpuTrainer(train, (await own.snapshot()).weights, options).explain(input, targets),
      };
    },
    async infer(graph, weights, input) {
      const program = await programFor(graph, weights);
      return (await program.run([input]))[0] as Float32Array;
    },
    destroy() {
      looking?.program.destroy();
      for (const trainer of trainers) trainer.destroy();
    },
  };
}
