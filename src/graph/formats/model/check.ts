// The rules that a graph of either format must keep before anything reads it: one source a value, no cycle, sane quantisation.
import { ModelError, modelLimits, nodeLabel, quoted, type ModelNode, type AffineQuantization } from './model.ts';

/** Where values come from besides nodes. */
export interface Sources {
  /** Fed inputs and constants. */
  readonly given: ReadonlySet<string>;
  readonly outputs: readonly string[];
}

/**
 * Checks that every value has exactly one source and returns the nodes in an order in which each is ready when it comes (the file's own
 * order where that is one; `sorted` says whether it was). Throws {@link ModelError} for a value without source, two writers, a cycle.
 */
export function orderNodes(
  nodes: readonly ModelNode[],
  sources: Sources,
): { readonly nodes: readonly ModelNode[]; readonly sorted: boolean } {
  const writer = new Map<string, ModelNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (sources.given.has(output))
        throw new ModelError(
          `${nodeLabel(node)} writes ${quoted(output)}, which is an input or a constant of the graph.`,
        );
      const other = writer.get(output);
      if (other)
        throw new ModelError(`${nodeLabel(node)} writes ${quoted(output)}, which ${nodeLabel(other)} writes as well.`);
      writer.set(output, node);
    }
  }
  // Control flow is listed, not run: what it reads is not followed.
  for (const node of nodes)
    for (const input of node.subgraphs > 0 ? [] : node.inputs)
      if (input !== '' && !sources.given.has(input) && !writer.has(input))
        throw new ModelError(`${nodeLabel(node)} reads ${quoted(input)}, which nothing in the file makes.`);
  for (const output of sources.outputs)
    if (!sources.given.has(output) && !writer.has(output))
      throw new ModelError(`The graph's output ${quoted(output)} is made by nothing in the file.`);
  return topological(nodes, writer);
}

/** Kahn's order, taking the earliest ready node first, so that a sorted file keeps its order. */
function topological(nodes: readonly ModelNode[], writer: ReadonlyMap<string, ModelNode>) {
  const place = new Map(nodes.map((node, i) => [node, i]));
  const waiting = nodes.map(() => 0);
  const readers: number[][] = nodes.map(() => []);
  let sorted = true;
  nodes.forEach((node, i) => {
    for (const input of new Set(node.inputs)) {
      const source = writer.get(input);
      if (!source) continue;
      const from = place.get(source)!;
      if (from >= i) sorted = false;
      readers[from]!.push(i);
      waiting[i]!++;
    }
  });
  if (sorted) return { nodes, sorted };
  const ready = nodes.flatMap((_, i) => (waiting[i] === 0 ? [i] : [])).reverse();
  const order: ModelNode[] = [];
  while (ready.length > 0) {
    const i = ready.pop()!;
    order.push(nodes[i]!);
    for (const reader of readers[i]!) {
      waiting[reader]!--;
      if (waiting[reader] === 0) ready.push(reader);
    }
  }
  if (order.length < nodes.length) {
    const stuck = nodes.find((node) => !order.includes(node))!;
    throw new ModelError(`${nodeLabel(stuck)} is part of a cycle: its operands depend on its own result.`);
  }
  return { nodes: order, sorted };
}

/** Scales finite and above 0, as many as the axis has slices, zero points as many as scales. `where` names the tensor. */
export function checkQuantization(
  quantization: AffineQuantization,
  shape: readonly number[] | undefined,
  where: string,
): void {
  const { scale, zeroPoint, axis } = quantization;
  const bad = scale.find((value) => !(value > 0) || !Number.isFinite(value));
  if (bad !== undefined)
    throw new ModelError(`${where} has a quantisation scale of ${bad}; a scale is finite and above 0.`);
  if (zeroPoint.length !== 0 && zeroPoint.length !== scale.length)
    throw new ModelError(`${where} has ${scale.length} scales and ${zeroPoint.length} zero points.`);
  if (scale.length <= 1 || !shape) return;
  if (axis < 0 || axis >= shape.length)
    throw new ModelError(`${where} is quantised along axis ${axis}, but has ${shape.length} axes.`);
  if (shape[axis] !== scale.length)
    throw new ModelError(`${where} has ${scale.length} scales for ${shape[axis]} slices along axis ${axis}.`);
}

/** Counts what is copied out of a file, so that a small file cannot ask for unbounded memory (many names on one long text). */
export class CopyBudget {
  private left: number = modelLimits.nameBytes;

  take(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0)
      throw new ModelError(
        `The names in this file take more than ${modelLimits.nameBytes / 2 ** 20} MB once they are read.`,
      );
  }
}
