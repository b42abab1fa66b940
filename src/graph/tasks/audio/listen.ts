// Sounds that may be heard at once: a sigmoid each.
import { defineTask, ranked, sigmoid, type NetOutput } from '../task.ts';

export const listen = defineTask({
  kind: 'listen',
  title: 'Listen',
  sentence({ graph }) {
    const sounds = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1) ?? 0;
    return `It names sounds: scores of ${sounds} that may be heard at once.`;
  },
  metric: 'mAP',
  settings: { score: 0, iou: 1, most: 5 },
  fit: 'crop',
  // YAMNet's own.
  hopSeconds: 0.48,
  read: (_net, outputs, { most }) => ({ kind: 'tags', top: ranked((outputs[0] as NetOutput).values, most, sigmoid) }),
});
