// The table of tasks: which one a net is for, and what its outputs say. A task is one file and one line here.
import type { TaskName } from '../architecture.ts';
import type { InferredGraph } from '../ir/graph.ts';
import { listen } from './audio/listen.ts';
import { values } from './audio/values.ts';
import { classify } from './classify/classify.ts';
import { exits } from './classify/exits.ts';
import { features } from './classify/features.ts';
import { one } from './classify/one.ts';
import { outputKind } from './classify/outputs.ts';
import { detect } from './detect/detect.ts';
import { face } from './detect/face.ts';
import { hasPoints } from './detect/settings.ts';
import { landmarks } from './landmarks/landmarks.ts';
import { matte } from './segment/matte.ts';
import { segment } from './segment/segment.ts';
import type { NetOutput, Task, TaskNet } from './task.ts';
import { tensors } from './tensors.ts';

/** By the text's `task` line, which names what the net is for; the outputs say the rest. */
const named: Readonly<Record<TaskName, (net: TaskNet) => Task>> = {
  classify: ({ graph }) => (graph.outputs.length > 1 ? exits : classify),
  detect: (net) => (hasPoints(net) ? face : detect),
  segment: ({ graph }) => (outputShape(graph, 0).at(-1) === 1 ? matte : segment),
  landmarks: () => landmarks,
  tags: () => listen,
  values: () => values,
};

/** The task of a net. One without a task and with several outputs shows its tensors; with one it is what that output is. */
export function taskOf(net: TaskNet): Task {
  const task = net.architecture?.header.task;
  if (task !== undefined) return named[task](net);
  if (net.graph.outputs.length > 1) return tensors;
  const byKind = { classes: classify, probabilities: classify, one, probability: one, features };
  return byKind[outputKind(net.graph)];
}

const outputShape = (graph: InferredGraph, index: number) => graph.facts.get(graph.outputs[index] ?? '')?.shape ?? [];

/** A net's outputs by name and shape, from values by node. */
export const outputsOf = (graph: InferredGraph, values: (node: string) => Float32Array): readonly NetOutput[] =>
  graph.outputs.map((node, i) => ({
    name: graph.outputNames?.[i] ?? (graph.outputs.length === 1 ? 'logits' : node),
    shape: outputShape(graph, i),
    values: values(node),
  }));
