// A net whose text does not say what its outputs mean: they are shown as they are.
import { defineTask, type NetOutput, type TensorFacts } from './task.ts';

const shown = 8;

function factsOf({ name, shape, values }: NetOutput): TensorFacts {
  let [sum, squares, min, max] = [0, 0, Infinity, -Infinity];
  for (const value of values) {
    sum += value;
    squares += value * value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / values.length;
  const std = Math.sqrt(Math.max(0, squares / values.length - mean * mean));
  return { name, shape, mean, std, min, max, first: Array.from(values.subarray(0, shown)) };
}

export const tensors = defineTask({
  kind: 'tensors',
  title: 'Outputs',
  sentence: ({ graph }) =>
    `The net gives ${graph.outputs.length} outputs and its text does not say what they mean, so they are shown as numbers; a line such as “task detect” says it.`,
  metric: 'none',
  settings: { score: 0, iou: 1, most: shown },
  fit: 'crop',
  read: (_net, outputs) => ({ kind: 'tensors', tensors: outputs.map(factsOf) }),
});
