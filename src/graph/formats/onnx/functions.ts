// Replaces calls of a file's local functions by their bodies, so that everything after the reader sees one flat graph.
import { ModelError, modelLimits, nodeLabel, quoted, type ModelNode } from '../model/model.ts';

export interface LocalFunction {
  /** Domain and name, as in {@link ModelNode.kind}. */
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly ModelNode[];
}

/** `nodes` with every call inlined; values inside a body get names of their own. Throws {@link ModelError} for a function that calls itself. */
export function inlined(nodes: readonly ModelNode[], functions: readonly LocalFunction[]): readonly ModelNode[] {
  if (functions.length === 0) return nodes;
  const byKind = new Map(functions.map((called) => [called.kind, called]));
  refuseRecursion(byKind);
  const flat: ModelNode[] = [];
  let calls = 0;
  const place = (node: ModelNode, rename: (value: string) => string): void => {
    const called = byKind.get(node.kind);
    if (!called) {
      if (flat.length >= modelLimits.entries)
        throw new ModelError(
          `The graph has more than ${modelLimits.entries} nodes once its functions are written out.`,
        );
      flat.push({ ...node, index: flat.length, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) });
      return;
    }
    if (node.inputs.length > called.inputs.length || node.outputs.length > called.outputs.length)
      throw new ModelError(`${nodeLabel(node)} passes more values than the function ${quoted(called.kind)} takes.`);
    const call = ++calls;
    const bound = new Map<string, string>();
    called.inputs.forEach((name, i) => bound.set(name, rename(node.inputs[i] ?? '')));
    called.outputs.forEach((name, i) => {
      const result = node.outputs[i];
      if (result !== undefined && result !== '') bound.set(name, rename(result));
    });
    for (const inner of called.nodes)
      place(inner, (value) => (value === '' ? '' : (bound.get(value) ?? `${value}\0${call}`)));
  };
  for (const node of nodes) place(node, (value) => value);
  return flat;
}

/** Depth-first over the calls; a function on the path of itself is a cycle. */
function refuseRecursion(byKind: ReadonlyMap<string, LocalFunction>): void {
  const done = new Set<string>();
  const path = new Set<string>();
  const visit = (kind: string): void => {
    const called = byKind.get(kind);
    if (!called || done.has(kind)) return;
    if (path.has(kind)) throw new ModelError(`The function ${quoted(kind)} calls itself.`);
    if (path.size >= modelLimits.subgraphDepth)
      throw new ModelError(`Functions call each other more than ${modelLimits.subgraphDepth} deep.`);
    path.add(kind);
    for (const node of called.nodes) visit(node.kind);
    path.delete(kind);
    done.add(kind);
  };
  for (const kind of byKind.keys()) visit(kind);
}
