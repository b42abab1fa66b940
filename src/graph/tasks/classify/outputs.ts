// What a net's numbers mean: classes that exclude each other, one answer, or features; and whether the net has made shares of its logits itself.
import { elements } from '../../../gpu-kernels/op.ts';
import type { GraphNode, InferredGraph } from '../../ir/graph.ts';
import { ranked, sigmoid } from '../task.ts';
import { topAnswers, type Answer } from './labels.ts';

export type OutputKind =
  /** Logits of classes (or their logarithms of shares), softmax. */
  | 'classes'
  /** The net ends in its own softmax: the values are shares already. */
  | 'probabilities'
  /** One logit: yes or no by its sigmoid, or a number that was fitted. */
  | 'one'
  /** The net ends in its own sigmoid: one share already. */
  | 'probability'
  /** No classifier: pooled values, tokens or a map. */
  | 'features';

/**
 * Steps that leave logits logits and shares shares: shape changes, the mean of a distilled net's two heads, the rounding and scaling of integer
 * nets; a norm without eps is the bias of a product that another program wrote.
 */
const through: ReadonlySet<string> = new Set(['reshape', 'add', 'scale_const', 'quantize', 'requantize']);
const passed = ({ op, attrs }: GraphNode): boolean =>
  through.has(op) ||
  (op === 'batch_norm' && (attrs as { eps?: number }).eps === 0) ||
  (op === 'function' && (attrs as { of?: string }).of === 'log');

export function outputKind(graph: InferredGraph): OutputKind {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  let node = byId.get(graph.outputs[0] ?? '');
  const shape = graph.facts.get(node?.id ?? '')?.shape ?? [];
  const outputs = elements(shape);
  // One vector a picture; a convolution over the pooled map is a classifier as well as a linear layer is.
  if (outputs !== Math.max(...shape)) return 'features';
  let ofLogarithm = false;
  const size = (id: string): number => elements(graph.facts.get(id)?.shape ?? []);
  while (node && (passed(node) || (node.op === 'mul' && node.inputs.some((id) => size(id) === 1)))) {
    ofLogarithm ||= node.op === 'function';
    // Of a product with one number, the scale of integers that were quantized as they came, the other side.
    node = byId.get(node.inputs.find((id) => size(id) > 1) ?? node.inputs[0] ?? '');
  }
  if (node?.op === 'softmax' && outputs > 1) return ofLogarithm ? 'classes' : 'probabilities';
  if (ofLogarithm) return 'features';
  const one = outputs === 1;
  if (one && node?.op === 'sigmoid') return 'probability';
  const sizes = graph.facts.get(node?.id ?? '')?.shape ?? [];
  const head = (node?.op === 'linear' || node?.op === 'conv2d') && elements(sizes) === sizes.at(-1);
  return head ? (one ? 'one' : 'classes') : 'features';
}

/** Number of outputs. */
export const outputCount = (graph: InferredGraph): number =>
  elements(graph.facts.get(graph.outputs[0] ?? '')?.shape ?? []);

/** The most probable classes; for one logit its sigmoid as class 0, which is no share of anything. */
export function answersOf(
  kind: Exclude<OutputKind, 'features'>,
  values: ArrayLike<number>,
  count: number,
): readonly Answer[] {
  if (kind === 'one') return [{ index: 0, probability: sigmoid(values[0] as number) }];
  if (kind === 'classes') return topAnswers(values, count);
  return ranked(values, count, () => null).map(({ index, value }) => ({ index, probability: value }));
}

/** The sentence for answers without names: what would name them, or why nothing here can. */
export function unnamedSentence(kind: OutputKind, count: number): string {
  if (kind === 'features')
    return 'The net ends without a classifier, so these are features and no classes: the largest values, with their channels.';
  if (kind === 'probability') return 'The net has one output, the probability of a yes: it ends in its own sigmoid.';
  if (kind === 'one')
    return 'The net has one output: its logit, and the probability that it stands for if it was trained as a yes-or-no answer.';
  if (count === 1000)
    return 'The weights do not say what their classes are; --labels imagenet shows ImageNet’s names if you know that they are ImageNet’s.';
  if (count === 1001)
    return 'The weights do not say what their classes are. TensorFlow’s nets have 1,001: 0 is the background, and class n is ImageNet’s class n − 1; --labels imagenet names them so.';
  return 'The weights do not say what their classes are.';
}
