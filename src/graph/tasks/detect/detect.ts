// Objects: boxes with a class and a score each.
import { defineTask } from '../task.ts';
import { readBoxes } from './read-boxes.ts';
import { detectorOf } from './settings.ts';

export const detect = defineTask({
  kind: 'detect',
  title: 'Detect',
  sentence(net) {
    const found = detectorOf(net);
    const anchors = found ? found.anchors.length / 4 : 0;
    const classes = found ? found.logits - Number(found.background) : 0;
    return `It finds objects: ${anchors.toLocaleString('en-US')} anchors, each with a box and scores of ${classes} ${classes === 1 ? 'class' : 'classes'}.`;
  },
  metric: 'mAP (COCO)',
  settings: { score: 0.3, iou: 0.6, most: 100 },
  fit: 'stretch',
  read: readBoxes,
});
