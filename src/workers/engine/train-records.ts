// Training records by kernels: the same graphs as on the CPU, run on a device.
import type { RecordBackend, WatchedTrainer } from '../../graph/train/records/backend.ts';
import type { OpenDevice } from './device.ts';
import { GpuTrainer } from './gpu-trainer.ts';
import { runTrainNodes } from './run-train-nodes.ts';

export const trainingOn = (open: OpenDevice): RecordBackend => ({
  run: (g, given, keep) => runTrainNodes(open, g, given, keep),
  async trainer(train, start, options): Promise<WatchedTrainer> {
    const own = await GpuTrainer.load(open, train, start, options);
    return {
      async step(input, targets, lr) {
        const { loss, gradientNorm, output, skipped } = await own.step(input, targets, lr);
        const { parameters, input: inputGradient } = await own.gradients();
        return { loss, gradientNorm, output, skipped, gradients: parameters, ...(inputGradient && { inputGradient }) };
      },
      async tensors() {
        const { weights, averages } = await own.snapshot();
        return { state: weights, averages };
      },
      destroy: () => own.destroy(),
    };
  },
});
