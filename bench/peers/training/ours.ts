// Our trainer on the page's adapter: a step is one write, one pass, one submit, one read.
import { trainGraph } from '../../../src/graph/train/train-graph.ts';
import { openDevice } from '../../../src/workers/engine/device.ts';
import { GpuTrainer } from '../../../src/workers/engine/gpu-trainer.ts';
import { momentum, rate, type TrainPeer } from './task.ts';

export const ours: TrainPeer = {
  key: 'ours',
  title: 'ours',
  version: '',
  async open({ graph, start, nhwc, labels }) {
    const open = await openDevice(navigator.gpu);
    const train = trainGraph(graph, { loss: { name: 'ce', label_smoothing: 0 } });
    const optimizer = { name: 'sgd', momentum, nesterov: false, weight_decay: 0, decay: 'all' } as const;
    const trainer = await GpuTrainer.load(open, train, start, { optimizer });
    return {
      step: async () => (await trainer.step(nhwc, { label: labels }, rate)).loss,
      end: () => {
        trainer.destroy();
      },
    };
  },
};
