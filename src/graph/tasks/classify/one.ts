// One logit: a yes or no by its sigmoid, or a number that was fitted; no share of anything.
import { defineTask, ranked, sigmoid, type NetOutput } from '../task.ts';

export const one = defineTask({
  kind: 'one',
  title: 'Yes or no',
  sentence: () =>
    'The net has one output: its logit, and the probability that it stands for if it was trained as a yes-or-no answer.',
  metric: 'accuracy',
  settings: { score: 0, iou: 1, most: 1 },
  fit: 'crop',
  read: (_net, outputs) => ({ kind: 'one', top: ranked((outputs[0] as NetOutput).values, 1, sigmoid) }),
});
