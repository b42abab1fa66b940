// Numbers that were fitted: arousal, dominance and valence of a voice where there are three of a wave.
import { defineTask, type NetOutput } from '../task.ts';

/** In the order of the published nets (arXiv 2408.13920). */
const ofVoice = ['arousal', 'dominance', 'valence'];

export const values = defineTask({
  kind: 'values',
  title: 'Values',
  sentence({ graph, architecture }) {
    const count = graph.facts.get(graph.outputs[0] ?? '')?.shape.at(-1) ?? 0;
    const voice = architecture?.header.rate !== undefined && count === ofVoice.length;
    return voice
      ? 'It gives arousal, dominance and valence of a voice, 0 to 1 each, if its weights were trained for that.'
      : `It gives ${count} fitted ${count === 1 ? 'number' : 'numbers'}.`;
  },
  metric: 'CCC',
  settings: { score: 0, iou: 1, most: 16 },
  fit: 'crop',
  read({ architecture }, outputs) {
    const { values: found, name } = outputs[0] as NetOutput;
    const voice = architecture?.header.rate !== undefined && found.length === ofVoice.length;
    return {
      kind: 'values',
      values: Array.from(found, (value, i) => ({ name: voice ? (ofVoice[i] as string) : `${name} ${i}`, value })),
    };
  },
});
