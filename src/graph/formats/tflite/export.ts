// Graph + weights → TFLite, float32: our maps are channel-last as TFLite's are, so every value keeps its shape.
import type { Shape } from '../../../gpu-kernels/op.ts';
import type { OpName } from '../../../gpu-kernels/ops/index.ts';
import type { GraphNode, InferredGraph, Params } from '../../ir/graph.ts';
import type { TfliteForm } from './form.ts';
import { foldedNorms } from './fold.ts';
import { elementwiseForms } from './write-elementwise.ts';
import { moveForms } from './write-moves.ts';
import { windowForms } from './write-windows.ts';
import { TfliteWriter } from './writer.ts';

/** The float form of each op that has one. */
export const tfliteForms: Readonly<Partial<Record<OpName, TfliteForm>>> = {
  ...windowForms,
  ...elementwiseForms,
  ...moveForms,
};

/** `metadata` becomes the file's. Throws Error naming the node where an op has no TFLite form, or a tensor that is missing. */
export function exportTflite(
  source: InferredGraph,
  sourceParams: Params,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { graph, params } = foldedNorms(source, sourceParams);
  const w = new TfliteWriter();
  const places = new Map<string, number>();
  const shapeOf = (id: string): Shape => graph.facts.get(id)?.shape ?? [];
  let fresh = 0;
  for (const node of graph.nodes) {
    const output = w.value(node.id, shapeOf(node.id));
    places.set(node.id, output);
    if (node.op === 'input') continue;
    const form = tfliteForms[node.op];
    if (!form) throw new Error(`"${node.id}" is of the kind ${node.op}, which has no TFLite form here`);
    form({
      w,
      id: node.id,
      attrs: node.attrs as never,
      inputs: node.inputs.map((id) => places.get(id)!),
      shapes: node.inputs.map(shapeOf),
      output,
      shape: shapeOf(node.id),
      param: (role) => parameter(node, role, params),
      between: (shape) => w.value(`${node.id}/${fresh++}`, shape),
    });
  }
  const at = (ids: readonly string[]): number[] => ids.map((id) => places.get(id)!);
  return w.encode(graph.name, at(graph.inputs), at(graph.outputs), metadata);
}

function parameter(node: GraphNode, role: string, params: Params): Float32Array | undefined {
  const name = node.params[role];
  if (name === undefined) return undefined;
  const tensor = params.get(name);
  if (!tensor) throw new Error(`the weights lack "${name}"`);
  return tensor;
}
