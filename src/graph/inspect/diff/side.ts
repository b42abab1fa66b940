// One of two nets that are compared node by node: what it says in text, and its constants. Of a model file or of a net of ours.
import { foldByName } from '../../formats/fold-by-name.ts';
import { outlineOf, type Outline, type OutlineValue } from '../../formats/model/outline.ts';
import type { Model, ModelTensor } from '../../formats/model/model.ts';
import type { InferredGraph, Params } from '../../ir/graph.ts';

export interface NetSide {
  /** Kinds are compared as they stand where both sides spell them alike. */
  readonly spelling: 'onnx' | 'tflite' | 'own';
  readonly outline: Outline;
  /** Undefined for a value that is computed, or whose numbers are not known. */
  constant(key: string): ModelTensor | undefined;
}

export const sideOfModel = (model: Model): NetSide => ({
  spelling: model.format,
  outline: outlineOf(model),
  constant: (key) => model.constants.get(key),
});

/** `params`: the net's weights, where it has some. */
export function sideOfGraph(graph: InferredGraph, params: Params = new Map()): NetSide {
  const own = graph.nodes.filter(({ op }) => op !== 'input');
  const values = new Map<string, OutlineValue>();
  const describe = (key: string, shape: readonly number[], constant: boolean): void =>
    void values.set(key, { label: key, type: `float32[${shape.join(', ')}]`, constant });
  for (const { id } of graph.nodes) {
    const facts = graph.facts.get(id);
    if (!facts) continue;
    describe(id, facts.shape, false);
    for (const { name, shape } of facts.params) describe(name, shape, params.has(name));
  }
  const blocks = foldByName(own.map(({ id }) => ({ path: id, isProduct: (graph.facts.get(id)?.macs ?? 0) > 0 })));
  const blockOf = blocks.flatMap(({ from, to }, block) => Array.from({ length: to - from }, () => block));
  return {
    spelling: 'own',
    outline: {
      nodes: own.map((node, at) => ({
        name: node.id,
        kind: node.op.replaceAll('_', ' '),
        inputs: [...node.inputs, ...Object.values(node.params)],
        outputs: [node.id],
        attributes: attributesOf(node.attrs),
        block: blockOf[at] ?? 0,
      })),
      blocks,
      values,
      inputs: graph.inputs,
      outputs: graph.outputs,
      facts: [['Format', 'operators of Bottleneck']],
    },
    constant(key) {
      const data = params.get(key);
      const shape = data && shapeOf(graph, key);
      return (
        data &&
        shape && {
          name: key,
          type: 'float32',
          shape,
          bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
        }
      );
    },
  };
}

const shapes = new WeakMap<InferredGraph, ReadonlyMap<string, readonly number[]>>();
function shapeOf(graph: InferredGraph, name: string): readonly number[] | undefined {
  let known = shapes.get(graph);
  if (!known) {
    known = new Map([...graph.facts.values()].flatMap(({ params }) => params.map((one) => [one.name, one.shape])));
    shapes.set(graph, known);
  }
  return known.get(name);
}

function attributesOf(attrs: unknown): (readonly [string, string])[] {
  if (typeof attrs !== 'object' || attrs === null) return [];
  return Object.entries(attrs as Record<string, unknown>).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)] as const],
  );
}
