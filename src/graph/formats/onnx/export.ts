// Graph + weights → ONNX (operator sets 13 to 20), channel-first as every ONNX runtime expects: for export, for the WASM fallback and for racing peers.
import type { Shape } from '../../../gpu-kernels/op.ts';
import { channelFirst } from '../../../gpu-kernels/ops/channel-first.ts';
import { ops } from '../../../gpu-kernels/ops/index.ts';
import type { InferredGraph, Params } from '../../ir/graph.ts';
import { OnnxBuilder } from './builder.ts';
import { onnxOpsets } from './opsets.ts';
import { encodeOnnx } from './proto.ts';

/**
 * The net as a `.onnx` file: input `[N, C, H, W]` float32 under its node's id, outputs under theirs, weights under their state-dict names.
 * `metadata` becomes the file's metadata_props. Throws Error naming the node when one has no ONNX form, or the tensor when one is missing.
 */
export function exportOnnx(
  graph: InferredGraph,
  params: Params,
  metadata: Readonly<Record<string, string>> = {},
  opset: number = onnxOpsets.newest,
): Uint8Array {
  // A node and a tensor may share a name with us (`cls_token`), not in ONNX.
  const builder = new OnnxBuilder(graph.facts.keys(), opset);
  const shapeOf = (id: string): Shape => graph.facts.get(id)?.shape ?? [];
  for (const node of graph.nodes) {
    if (node.op === 'input') continue;
    const facts = graph.facts.get(node.id);
    const values = (role: string): Float32Array | undefined => {
      const name = node.params[role];
      if (name === undefined) return undefined;
      const tensor = params.get(name);
      if (!tensor) throw new Error(`the weights lack "${name}"`);
      return tensor;
    };
    ops[node.op].onnx.write({
      builder,
      id: node.id,
      attrs: node.attrs,
      params: node.params,
      inputs: node.inputs,
      inputShapes: node.inputs.map(shapeOf),
      output: node.id,
      outputShape: shapeOf(node.id),
      values,
      param(role, shape) {
        const name = node.params[role];
        const data = values(role);
        if (name === undefined || !data) throw new Error(`${node.id} has no parameter "${role}"`);
        const stored = facts?.params.find((param) => param.role === role)?.shape ?? [data.length];
        return shape
          ? builder.constant(`${name} ${shape.join('x')}`, shape, data)
          : builder.constant(name, stored, data);
      },
    });
  }
  // An older form may hold as an attribute what a constant said.
  const read = new Set(builder.nodes.flatMap(({ inputs }) => inputs));
  const value = (id: string) => ({ name: id, shape: channelFirst(shapeOf(id)) });
  return encodeOnnx({
    name: graph.name,
    opset: builder.opset,
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    nodes: builder.nodes,
    initializers: builder.initializers.filter(({ name }) => read.has(name)),
    metadata,
  });
}
