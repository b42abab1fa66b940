// A matte: how much of every pixel is the person in front.
import { defineTask, sigmoid, type NetOutput, type TaskNet } from '../task.ts';

/** A net whose last line has an activation of its own gives shares; another gives logits. */
export const givesLogits = ({ graph }: TaskNet): boolean => {
  const last = graph.nodes.find(({ id }) => id === graph.outputs[0]);
  return !graph.nodes.some(({ id, op }) => op === 'sigmoid' && (id === last?.id || last?.inputs.includes(id) === true));
};

export const matte = defineTask({
  kind: 'matte',
  title: 'Matte',
  sentence({ graph }) {
    const [, height = 0, width = 0] = graph.facts.get(graph.outputs[0] ?? '')?.shape ?? [];
    return `It says of every pixel how much of it is in front, on a map of ${height} × ${width}.`;
  },
  metric: 'mIoU',
  settings: { score: 0.5, iou: 1, most: 1 },
  fit: 'stretch',
  read(net, outputs) {
    const { shape, values } = outputs[0] as NetOutput;
    const [, height = 1, width = 1] = shape;
    return { kind: 'matte', width, height, share: givesLogits(net) ? values.map(sigmoid) : values };
  },
});
