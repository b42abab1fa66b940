// Faces: boxes with points (eyes, nose, mouth, ears), as BlazeFace finds them.
import { defineTask } from '../task.ts';
import { readBoxes } from './read-boxes.ts';
import { detectorOf } from './settings.ts';

export const face = defineTask({
  kind: 'face',
  title: 'Face',
  sentence: (net) =>
    `It finds faces: ${((detectorOf(net)?.anchors.length ?? 0) / 4).toLocaleString('en-US')} anchors, each with a box, points and a score.`,
  metric: 'mAP (COCO)',
  settings: { score: 0.5, iou: 0.3, most: 20 },
  fit: 'stretch',
  read: readBoxes,
});
