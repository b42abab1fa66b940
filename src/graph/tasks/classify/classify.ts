// Classes that exclude each other: softmax over an output's logits, where the net has none of its own; a net with several exits answers once an exit.
import { defineTask } from '../task.ts';
import { answersOf, outputKind } from './outputs.ts';

export const classify = defineTask({
  kind: 'classify',
  title: 'Classify',
  sentence({ graph }) {
    const classes = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1) ?? 0;
    const shares = outputKind(graph) === 'probabilities';
    const what = `the ${shares ? 'probabilities' : 'logits'} of ${classes.toLocaleString('en-US')} classes that exclude each other`;
    return graph.outputs.length === 1
      ? `Its output is ${what}.`
      : `Each of its ${graph.outputs.length} exits gives ${what}; the last is the surest.`;
  },
  metric: 'top-1',
  settings: { score: 0, iou: 1, most: 5 },
  fit: 'crop',
  read({ graph }, outputs, { most }) {
    const kind = outputKind(graph) === 'probabilities' ? 'probabilities' : 'classes';
    return {
      kind: 'classes',
      heads: outputs.map(({ name, values }) => ({
        name,
        top: answersOf(kind, values, most).map((answer) => ({ ...answer, value: values[answer.index] as number })),
      })),
    };
  },
});
