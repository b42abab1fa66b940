// One logit: a yes or no by its sigmoid, or a number that was fitted; no share of anything.
import { outputKind, unnamedSentence } from './outputs.ts';
import { defineTask, ranked, sigmoid, type NetOutput } from '../task.ts';

export const one = defineTask({
  kind: 'one',
  title: 'Yes or no',
  sentence: ({ graph }) => unnamedSentence(outputKind(graph), 1),
  metric: 'accuracy',
  settings: { score: 0, iou: 1, most: 1 },
  fit: 'crop',
  read: ({ graph }, outputs) => ({
    kind: 'one',
    top: ranked((outputs[0] as NetOutput).values, 1, outputKind(graph) === 'probability' ? (value) => value : sigmoid),
  }),
});
