// Classes that exclude each other: softmax over an output's logits; a net with several exits answers once an exit.
import { defineTask } from '../task.ts';
import { topAnswers } from './labels.ts';

export const classify = defineTask({
  kind: 'classify',
  title: 'Classify',
  sentence({ graph }) {
    const classes = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1) ?? 0;
    const what = `the logits of ${classes.toLocaleString('en-US')} classes that exclude each other`;
    return graph.outputs.length === 1
      ? `Its output is ${what}.`
      : `Each of its ${graph.outputs.length} exits gives ${what}; the last is the surest.`;
  },
  metric: 'top-1',
  settings: { score: 0, iou: 1, most: 5 },
  fit: 'crop',
  read: (_net, outputs, { most }) => ({
    kind: 'classes',
    heads: outputs.map(({ name, values }) => ({
      name,
      top: topAnswers(values, most).map(({ index, probability }) => ({
        index,
        value: values[index] as number,
        probability,
      })),
    })),
  }),
});
