// The CPU as it takes part in a run: every node by its own reference, with a chance between any two of them to hear that the run is cancelled.
import { elements } from '../../gpu-kernels/shape.ts';
import { runReference } from '../ir/reference.ts';
import { graphParams } from '../weights/weights.ts';
import type { TrainBackend, Trainer } from './backend.ts';
import { trainingMemory } from './cost.ts';
import { CpuTrainer } from './trainer.ts';

/** Bytes of values at one time at most: a browser gives a page's workers little more. */
const mostBytes = 2 ** 31;

/** Awaited between two nodes: it may let messages in, or reject. */
export type NodePause = () => Promise<void> | undefined;

/** Does piecewise work with a pause after each piece. */
export async function paced<T>(work: Generator<unknown, T>, pause: NodePause): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    await pause();
  }
}

export function cpuBackend(pause: NodePause = () => undefined): TrainBackend {
  return {
    device: 'the CPU',
    need(train, batched, recipe) {
      const count = graphParams(batched).reduce((sum, { shape }) => sum + elements(shape), 0);
      const { valueBytes, stateBytes } = trainingMemory(train, recipe, count);
      const bytes = valueBytes + stateBytes;
      if (valueBytes <= mostBytes) return { bytes };
      return { bytes, tooMuch: `${Math.ceil(valueBytes / 2 ** 20)} MiB of values, and 2048 MiB are the most here` };
    },
    trainer(train, start, options): Trainer {
      const own = new CpuTrainer(train, start, options);
      return {
        step: (input, targets, lr) => paced(own.stepwise(input, targets, lr), pause),
        snapshot: () => own.snapshot(),
        restore: (state) => own.restore(state),
        explain: (input, targets) => paced(own.explaining(input, targets), pause),
      };
    },
    async infer(graph, weights, input) {
      await pause();
      return runReference(graph, weights, input).get(graph.outputs[0] as string) as Float32Array;
    },
  };
}
