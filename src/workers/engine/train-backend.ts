// A device as it takes part in a run of training: steps by the GPU's trainer, looks by the plan that inference has; a lost device costs time, never a step.
import { makePlan, type PlanOptions } from '../../graph/plan/make-plan.ts';
import { firstRate } from '../../graph/plan/schedule.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import type { InferredGraph } from '../../graph/ir/graph.ts';
import { PlanError } from '../../graph/plan/memory.ts';
import type { TrainBackend, TrainNeed } from '../../graph/train/backend.ts';
import type { NodePause } from '../../graph/train/cpu-backend.ts';
import { planStep } from '../../graph/train/plan/step-plan.ts';
import { graphParams } from '../../graph/weights/weights.ts';
import type { OpenDevice } from './device.ts';
import { LastingTrainer, type DeviceUse } from './lasting-trainer.ts';
import { OutOfMemoryError, Program } from './program.ts';
import { bufferUsage } from './train-program.ts';

type Tensors = ReadonlyMap<string, Float32Array>;

export interface GpuTrainBackend extends TrainBackend {
  /** Frees what its trainers and looks hold. */
  destroy(): void;
}

export interface GpuTrainOptions {
  /** Runs work on the device, again on another one when it is lost; {@link Engine.use}. */
  readonly use: DeviceUse;
  /** Name of the device. */
  readonly description: string;
  /** Cancels steps and looks; what a trainer holds stays readable. */
  readonly signal?: AbortSignal;
  /** For work on the CPU. */
  readonly pause?: NodePause;
}

/** Everything on one device, which is not opened again. */
export const onDevice = (open: OpenDevice): GpuTrainOptions => ({
  use: (work) => work(open),
  description: open.adapter.description,
});

export function gpuTrainBackend({ use, description, signal, pause }: GpuTrainOptions): GpuTrainBackend {
  const trainers: LastingTrainer[] = [];
  let looking:
    | { readonly open: OpenDevice; readonly graph: InferredGraph; readonly weights: Tensors; readonly program: Program }
    | undefined;

  /** One look asks about many batches with the same weights. */
  async function programFor(open: OpenDevice, graph: InferredGraph, weights: Tensors): Promise<Program> {
    if (looking?.open === open && looking.graph === graph && looking.weights === weights) return looking.program;
    looking?.program.destroy();
    looking = undefined;
    const constant = (name: string): Float32Array => weights.get(name) as Float32Array;
    const rate = firstRate(open.adapter.software);
    const plan = lookPlan(open, graph);
    if (!plan)
      throw new OutOfMemoryError('a look at the held-out pictures has no room on this GPU; a smaller batch needs less');
    const program = await Program.load(open, plan, constant, { rate });
    looking = { open, graph, weights, program };
    return program;
  }

  return {
    device: `WebGPU (${description})`,
    need: (train, batched, recipe) =>
      use(async (open): Promise<TrainNeed> => {
        const { optimizer, clipNorm, ema } = recipe;
        const shapes = new Map(graphParams(batched).map(({ name, shape }) => [name, shape]));
        const { nodes, bytes: ofStep } = planStep(train, shapes, { optimizer, clipNorm, ema });
        const largest = 4 * Math.max(nodes.arenaFloats, nodes.stateFloats);
        const { maxBindingBytes, maxBufferBytes } = open.limits;
        const most = Math.min(maxBindingBytes, maxBufferBytes);
        const binds = `in one buffer, and this GPU binds ${mebibytes(most)} at most`;
        if (largest > most) return { bytes: ofStep, tooMuch: `${mebibytes(largest)} ${binds}` };
        const look = lookPlan(open, batched);
        if (!look) return { bytes: ofStep, tooMuch: `more than ${mebibytes(most)} ${binds}` };
        const bytes = ofStep + look.activationBytes + look.weightBytes;
        if (await hasRoom(open, largest)) return { bytes };
        return { bytes, tooMuch: `${mebibytes(bytes)}, and the GPU has no room for it` };
      }),
    async trainer(train, start, options) {
      const own = new LastingTrainer(use, train, start, options, signal, pause);
      trainers.push(own);
      await own.load();
      return own;
    },
    infer: (graph, weights, input) =>
      use(async (open) => {
        const program = await programFor(open, graph, weights);
        return (await program.run([input], { ...(signal && { signal }) }))[0] as Float32Array;
      }, signal),
    destroy() {
      looking?.program.destroy();
      for (const trainer of trainers) trainer.destroy();
    },
  };
}

/** Undefined where one of its buffers is too large for the device. */
function lookPlan(open: OpenDevice, graph: InferredGraph): Plan | undefined {
  const options: PlanOptions = { caps: open.capabilities, limits: open.limits };
  try {
    return makePlan(graph, options);
  } catch (error) {
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

/** Tries it: nothing else tells what a GPU has left. */
async function hasRoom({ device }: OpenDevice, bytes: number): Promise<boolean> {
  device.pushErrorScope('out-of-memory');
  const buffer = device.createBuffer({ label: 'trial', size: Math.max(16, bytes), usage: bufferUsage.storage });
  const memory = await device.popErrorScope();
  buffer.destroy();
  return memory === null;
}
