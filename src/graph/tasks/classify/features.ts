// A net without a classifier: pooled values, tokens or a map, of which the largest are shown.
import { defineTask, ranked, type NetOutput } from '../task.ts';

export const features = defineTask({
  kind: 'features',
  title: 'Features',
  sentence: () =>
    'The net ends without a classifier, so these are features and no classes: the largest values, with their channels.',
  metric: 'none',
  settings: { score: 0, iou: 1, most: 5 },
  fit: 'crop',
  read: (_net, outputs, { most }) => ({
    kind: 'features',
    top: ranked((outputs[0] as NetOutput).values, most, () => null),
  }),
});
