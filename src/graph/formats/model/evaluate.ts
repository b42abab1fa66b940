// Walks a model's nodes in order: shapes and types of every value, values of what is constant, and the list of nodes that cannot be followed.
import { Call, NotFollowed, type Kind, type Known } from './call.ts';
import { checkedElements, nodeLabel, quoted, type Model, type ModelNode } from './model.ts';
import { computable, decoded, zeros, type Tensor } from './tensor.ts';

export interface Unsupported {
  readonly node: ModelNode;
  /** Why, as the end of a sentence that begins with the node. */
  readonly reason: string;
}

export interface Evaluation {
  readonly known: ReadonlyMap<string, Known>;
  /** Nodes of kinds that have no meaning here, in order; what depends on them is not followed. */
  readonly unsupported: readonly Unsupported[];
}

export interface EvaluateOptions {
  /** Values of inputs; with all of them every node is computed. */
  readonly feeds?: ReadonlyMap<string, Tensor>;
  /** Shapes of inputs whose file leaves dimensions open. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  /** Results with more elements than this are not computed ahead (default 2^24). */
  readonly foldElements?: number;
  /** Called after each node: throw to stop. */
  readonly progress?: (done: number, of: number) => void;
}

/**
 * Shapes of every value that can be known, values where all operands are constant or fed. Open dimensions of inputs are those of
 * `shapes`, else see {@link closed}. Throws {@link ModelError} for a node that makes no sense whatever the values.
 */
export function evaluate(model: Model, kinds: ReadonlyMap<string, Kind>, options: EvaluateOptions = {}): Evaluation {
  const known = new Map<string, Known>();
  for (const { name, type, shape, quantization } of model.inputs) {
    const fed = options.feeds?.get(name);
    const given = fed?.shape ?? options.shapes?.get(name) ?? (shape && closed(shape));
    if (!given || (!type && !fed)) continue;
    checkedElements(given, `The input ${quoted(name)}`);
    known.set(name, { type: fed?.type ?? type!, shape: given, ...(fed ? { tensor: fed } : {}), quantization });
  }
  for (const [name, constant] of model.constants) {
    const { type, shape, quantization } = constant;
    const lazy = computable(type) && constant.missing === undefined;
    known.set(name, lazy ? lazily(constant, quantization) : { type, shape, quantization });
  }
  const unsupported: Unsupported[] = [];
  const opset = model.opsets.get('') ?? 1;
  model.nodes.forEach((node, place) => {
    options.progress?.(place, model.nodes.length);
    const reason = step(node, model, kinds, known, opset, options.foldElements ?? 2 ** 24);
    if (reason !== undefined) unsupported.push({ node, reason });
  });
  return { known, unsupported };
}

/** Open dimensions: 224 for the rows and columns of what looks like pictures, else 1. */
function closed(shape: readonly number[]): readonly number[] {
  const channel = shape.length === 4 ? [1, 3].find((axis) => [1, 3, 4].includes(shape[axis]!)) : undefined;
  return shape.map((size, axis) => (size >= 0 ? size : channel === undefined || axis === 0 ? 1 : 224));
}

/** Decoded when first read: most weights never are while shapes are inferred. */
function lazily(constant: Parameters<typeof decoded>[0], quantization: Known['quantization']): Known {
  let tensor: Tensor | undefined;
  return {
    type: constant.type,
    shape: constant.shape,
    quantization,
    get tensor() {
      return (tensor ??= decoded(constant));
    },
  };
}

/** Follows one node; a reason where it cannot be, undefined where it was or where it only waits for such a one. */
function step(
  node: ModelNode,
  model: Model,
  kinds: ReadonlyMap<string, Kind>,
  known: Map<string, Known>,
  opset: number,
  foldElements: number,
): string | undefined {
  const kind = kinds.get(node.kind);
  if (!kind) return node.subgraphs > 0 ? 'is control flow, which is not run' : 'is of a kind that is not run here';
  const operands = node.inputs.map((name) => known.get(name));
  const results = node.outputs.map((name) => model.values.get(name)?.quantization);
  const types = node.outputs.map((name) => model.values.get(name)?.type);
  const call = new Call(node, opset, operands, results, types);
  try {
    const outs = kind.infer(call);
    outs.forEach(({ shape }, i) =>
      checkedElements(shape, `The result ${quoted(node.outputs[i] ?? '')} of ${nodeLabel(node)}`),
    );
    const tensors = values(kind, call, outs, foldElements);
    node.outputs.forEach((name, i) => {
      const out = outs[i];
      if (name === '' || !out) return;
      const tensor = tensors?.[i];
      known.set(name, { ...out, quantization: results[i] ?? out.quantization, ...(tensor ? { tensor } : {}) });
    });
  } catch (error) {
    if (!(error instanceof NotFollowed)) throw error;
    // A value upstream is unknown: that node is listed already. A shape that depends on data is this node's own.
    return node.inputs.every((name) => name === '' || known.has(name)) ? error.message : undefined;
  }
  return undefined;
}

function values(kind: Kind, call: Call, outs: readonly Known[], foldElements: number): readonly Tensor[] | undefined {
  if (!kind.run) return undefined;
  if (call.node.inputs.some((name, i) => name !== '' && !hasTensor(call.operands[i]))) return undefined;
  if (outs.some(({ type }) => !computable(type))) return undefined;
  const elements = outs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (elements > foldElements) return undefined;
  const tensors = outs.map(({ type, shape }) => zeros(type, shape));
  kind.run(call, tensors);
  return tensors;
}

const hasTensor = (known: Known | undefined): boolean =>
  known !== undefined &&
  (Object.getOwnPropertyDescriptor(known, 'tensor')?.get !== undefined || known.tensor !== undefined);
