// A class for every pixel: the largest of its logits.
import { defineTask, type NetOutput } from '../task.ts';
import { classMask } from './classes.ts';

export const segment = defineTask({
  kind: 'segment',
  title: 'Segment',
  sentence({ graph }) {
    const [, height = 0, width = 0, classes = 0] = graph.facts.get(graph.outputs[0] ?? '')?.shape ?? [];
    return `It gives every pixel one of ${classes} classes, on a map of ${height} × ${width}.`;
  },
  metric: 'mIoU',
  settings: { score: 0, iou: 1, most: 21 },
  fit: 'pad',
  read(_net, outputs) {
    const { shape, values } = outputs[0] as NetOutput;
    const [, height = 1, width = 1, classes = 1] = shape;
    return { kind: 'mask', width, height, classes, mask: classMask(values, shape) };
  },
});
