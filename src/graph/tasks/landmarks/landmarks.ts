// Points of a face in its crop, two or three numbers each, and whether there is a face at all.
import { defineTask, sigmoid, type NetOutput } from '../task.ts';

/** Numbers a point: face meshes have a depth, and so many points that no other count is meant. */
export const valuesOf = (count: number): 2 | 3 => (count % 3 === 0 && count > 400 ? 3 : 2);

export const landmarks = defineTask({
  kind: 'landmarks',
  title: 'Landmarks',
  sentence({ graph }) {
    const shape = graph.facts.get(graph.outputs.at(-1) ?? '')?.shape ?? [];
    const count = shape.reduce((a, b) => a * b, 1);
    const each = valuesOf(count);
    return `It places ${count / each} points, ${each === 3 ? 'x, y and depth' : 'x and y'} each, in the crop of a face.`;
  },
  metric: 'NME',
  settings: { score: 0.5, iou: 1, most: 1 },
  fit: 'stretch',
  read({ graph }, outputs) {
    const all: NetOutput | undefined = outputs.find(({ name }) => name === 'points') ?? outputs.at(-1);
    const presence = outputs.find(({ name }) => name === 'presence')?.values[0];
    const values = all?.values ?? new Float32Array();
    const each = valuesOf(values.length);
    const size = graph.facts.get(graph.inputs[0] ?? '')?.shape[2] ?? 1;
    // Meshes count in pixels of the input, with depth on the same scale; others in fractions of it.
    const unit = each === 3 ? size : 1;
    return {
      kind: 'points',
      points: Array.from({ length: values.length / each }, (_, i) =>
        Array.from(values.subarray(i * each, (i + 1) * each), (value) => value / unit),
      ),
      ...(presence !== undefined && { presence: sigmoid(presence) }),
    };
  },
});
