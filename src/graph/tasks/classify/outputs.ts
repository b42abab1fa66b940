// What a net's numbers mean: classes that exclude each other, one logit, or features; only the first have probabilities that sum to one.
import { elements } from '../../../gpu-kernels/op.ts';
import type { InferredGraph } from '../../ir/graph.ts';
import { topAnswers, type Answer } from './labels.ts';

export type OutputKind =
  /** Logits of classes, softmax. */
  | 'classes'
  /** One logit: yes or no by its sigmoid, or a number that was fitted. */
  | 'one'
  /** No classifier: pooled values, tokens or a map. */
  | 'features';

/** Steps that leave logits what they are: shape changes, and the mean of a distilled net's two heads. */
const through: ReadonlySet<string> = new Set(['reshape', 'add', 'scale_const']);

export function outputKind(graph: InferredGraph): OutputKind {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  let node = byId.get(graph.outputs[0] ?? '');
  const outputs = elements(graph.facts.get(node?.id ?? '')?.shape ?? []);
  while (node && through.has(node.op)) node = byId.get(node.inputs[0] ?? '');
  const shape = graph.facts.get(node?.id ?? '')?.shape ?? [];
  // One vector a picture; a convolution over the pooled map is a classifier as well as a linear layer is.
  const head = (node?.op === 'linear' || node?.op === 'conv2d') && elements(shape) === shape.at(-1);
  if (!head) return 'features';
  return outputs === 1 ? 'one' : 'classes';
}

/** Number of outputs. */
export const outputCount = (graph: InferredGraph): number =>
  elements(graph.facts.get(graph.outputs[0] ?? '')?.shape ?? []);

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** The most probable classes; for one logit its sigmoid as class 0, which is no share of anything. */
export const answersOf = (
  kind: Exclude<OutputKind, 'features'>,
  logits: ArrayLike<number>,
  count: number,
): readonly Answer[] =>
  kind === 'one' ? [{ index: 0, probability: sigmoid(logits[0] as number) }] : topAnswers(logits, count);

/** The sentence for answers without names: what would name them, or why nothing here can. */
export function unnamedSentence(kind: OutputKind, count: number): string {
  if (kind === 'features')
    return 'The net ends without a classifier, so these are features and no classes: the largest values, with their channels.';
  if (kind === 'one')
    return 'The net has one output: its logit, and the probability that it stands for if it was trained as a yes-or-no answer.';
  if (count === 1000)
    return 'The weights do not say what their classes are; --labels imagenet shows ImageNet’s names if you know that they are ImageNet’s.';
  if (count === 1001)
    return 'The weights do not say what their classes are. TensorFlow’s nets have 1,001: 0 is the background, and class n is ImageNet’s class n − 1.';
  return 'The weights do not say what their classes are.';
}
