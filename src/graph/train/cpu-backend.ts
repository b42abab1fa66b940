// The CPU as it takes part in a run: every node by its own reference, with a chance between any two of them to hear that the run is cancelled.
import { runReference } from '../ir/reference.ts';
import type { TrainBackend, Trainer } from './backend.ts';
import { CpuTrainer } from './trainer.ts';

/** `pause` is awaited between nodes: it may let messages in, or reject. */
export function cpuBackend(pause: () => Promise<void> | undefined = () => undefined): TrainBackend {
  async function paced<T>(work: Generator<unknown, T>): Promise<T> {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      await pause();
    }
  }
  return {
    device: 'the CPU',
    trainer(train, start, options): Trainer {
      const own = new CpuTrainer(train, start, options);
      return {
        step: (input, targets, lr) => paced(own.stepwise(input, targets, lr)),
        snapshot: () => own.snapshot(),
        restore: (state) => own.restore(state),
        explain: (input, targets) => own.explain(input, targets),
      };
    },
    async infer(graph, weights, input) {
      await pause();
      return runReference(graph, weights, input).get(graph.outputs[0] as string) as Float32Array;
    },
  };
}
