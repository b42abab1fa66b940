// A net as a step of training: forward in training form, the loss, and the derivative of everything trained, in one graph. Pure.
import { input as inputOp } from '../../gpu-kernels/ops/input.ts';
import type { Shape } from '../../gpu-kernels/shape.ts';
import type { GraphNode, InferredGraph } from '../ir/graph.ts';
import { addGradients } from './backward.ts';
import { addFakeQuantized, type FakeQuant } from './fake-quant-form.ts';
import { targetLength, targetsOf, type Loss, type TargetName } from './loss.ts';
import { lossGradient, lossValue } from './loss-ops.ts';
import { TrainNodes } from './train-nodes.ts';
import { addForward, type StateUpdate } from './training-form.ts';

export interface TrainOptions {
  readonly loss: Loss;
  /** Prefixes of what is trained (`blocks.6`, `classifier`); everything else is a constant. Absent: all. */
  readonly trainable?: readonly string[];
  /** `batch`: norms of trained layers use the batch's statistics. `frozen`: all use their running ones. */
  readonly norm?: 'batch' | 'frozen';
  /** Rounds as the integer net does; norms go by its `bn`. */
  readonly fakeQuant?: FakeQuant;
  /** Adds the derivative to the picture too. */
  readonly inputGradient?: boolean;
}

export interface TrainedParameter {
  readonly name: string;
  readonly shape: Shape;
  /** Node of its derivative, in the checkpoint's layout. */
  readonly gradient: string;
}

export interface TrainGraph {
  readonly nodes: TrainNodes;
  /** Input nodes: the picture's, then one a target. */
  readonly input: string;
  readonly targets: readonly { readonly name: TargetName; readonly id: string }[];
  readonly output: string;
  readonly loss: string;
  /** In the order of the checkpoint. */
  readonly parameters: readonly TrainedParameter[];
  readonly updates: readonly StateUpdate[];
  readonly inputGradient?: string;
}

/** Tables that their nets keep as they are, though they count them as parameters (T2T-ViT). */
function isFixed(node: GraphNode): boolean {
  if (node.op === 'performer_attention') return true;
  return node.op === 'position_embedding' && !(node.attrs as { readonly trainable: boolean }).trainable;
}

/** Names of what can be trained, with their shapes, in the order of the checkpoint. */
export function trainableParameters(graph: InferredGraph, prefixes?: readonly string[]): ReadonlyMap<string, Shape> {
  const names = new Map<string, Shape>();
  for (const node of graph.nodes) {
    if (isFixed(node)) continue;
    for (const { name, shape, trainable } of graph.facts.get(node.id)?.params ?? [])
      if (trainable && (prefixes?.some((prefix) => name === prefix || name.startsWith(`${prefix}.`)) ?? true))
        names.set(name, shape);
  }
  return names;
}

/** The step of a net that takes a whole batch (see `withBatch`). Throws where the net has no `[N, C]` result or an op no derivative. */
export function trainGraph(graph: InferredGraph, options: TrainOptions): TrainGraph {
  const { loss, trainable, norm = 'batch' } = options;
  const output = graph.outputs[0] as string;
  const shape = graph.facts.get(output)?.shape as Shape;
  if (shape.length !== 2)
    throw new RangeError(
      `"${graph.name}" ends in [${shape.join(', ')}]; only nets with one row of outputs a picture can be trained`,
    );
  const trained = trainableParameters(graph, trainable);
  const nodes = new TrainNodes();
  const inTraining = ({ params }: GraphNode): boolean =>
    norm === 'batch' && Object.values(params).some((name) => trained.has(name));
  const updates = options.fakeQuant
    ? addFakeQuantized(nodes, graph, options.fakeQuant)
    : addForward(nodes, graph, inTraining);
  const [rows, columns] = shape as readonly [number, number];
  const targets = targetsOf(loss).map((name) => {
    const own = targetLength(name, rows, columns) === rows ? [rows] : [rows, columns];
    return { name, id: nodes.addAs(`target:${name}`, inputOp, { shape: own }, []) };
  });
  const operands = [output, ...targets.map(({ id }) => id)];
  const lossId = nodes.addAs('loss', lossValue, loss, operands);
  const dz = nodes.addAs('loss:gradient', lossGradient, loss, operands);
  const input = graph.inputs[0] as string;
  const gradients = addGradients(nodes, new Map([[output, dz]]), {
    parameter: (name) => trained.has(name),
    ...(options.inputGradient && { inputs: new Set([input]) }),
  });
  const inputGradient = gradients.inputs.get(input);
  return {
    nodes,
    input,
    targets,
    output,
    loss: lossId,
    parameters: [...trained].flatMap(([name, own]) => {
      const gradient = gradients.parameters.get(name);
      return gradient === undefined ? [] : [{ name, shape: own, gradient }];
    }),
    updates,
    ...(inputGradient !== undefined && { inputGradient }),
  };
}
