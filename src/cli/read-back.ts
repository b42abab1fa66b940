// The file that `convert` is about to write, opened again and run: what it answers must be what the net answers.
import { channelFirst } from '../gpu-kernels/ops/channel-first.ts';
import type { Shape } from '../gpu-kernels/op.ts';
import { convertModel, type Conversion, type HeldValue } from '../graph/formats/convert/convert.ts';
import { channelLast, straight } from '../graph/formats/convert/emitter.ts';
import { fromNode, toNode } from '../graph/formats/convert/values.ts';
import { ModelError, nodeLabel, type Model } from '../graph/formats/model/model.ts';
import { openModel } from '../graph/formats/open.ts';
import { generateTensor } from '../graph/inspect/golden.ts';
import type { InferredGraph, Params } from '../graph/ir/graph.ts';
import { runReference, spread } from '../graph/ir/reference.ts';
import { NetError } from './verb.ts';

/** Throws {@link NetError} with the node where the file that was written is none that opens. */
function readBack(graph: InferredGraph, bytes: Uint8Array): { readonly model: Model; readonly back: Conversion } {
  const fault = (why: string): never => {
    throw new NetError(`${graph.name} cannot be written: its file does not open again, since ${why}`);
  };
  try {
    const model = openModel(bytes);
    const back = convertModel(model);
    if ('graph' in back) return { model, back };
    const [first] = back.unconverted;
    return fault(first ? `${nodeLabel(first.node)} ${first.reason}.` : 'an output is missing in it.');
  } catch (error) {
    if (error instanceof ModelError) return fault(error.message);
    throw error;
  }
}

/** Largest difference of any output between the net and its file read back, on a made-up input, in standard deviations. */
export function comparedAgain(graph: InferredGraph, params: Params, bytes: Uint8Array): number {
  const { model, back } = readBack(graph, bytes);
  // TFLite's axes are ours, ONNX's maps are channel-first; the graph that was read back may hold either in any order.
  const own = (id: string): HeldValue => {
    const shape: Shape = graph.facts.get(id)?.shape ?? [];
    const turned = model.format === 'onnx' && shape.length === 4;
    const order = turned ? channelLast(4) : straight(shape.length);
    return { name: id, node: id, order, shape: turned ? channelFirst(shape) : shape };
  };
  const inputs = graph.inputs.map((id) => generateTensor('convert', id, graph.facts.get(id)?.shape ?? []));
  const before = runReference(graph, params, new Map(graph.inputs.map((id, i) => [id, inputs[i] as Float32Array])));
  // An input that nothing reads is not there any more.
  const fed = back.inputs.map((place, i): [string, Float32Array] => {
    const at = Math.max(graph.inputs.indexOf(place.name), back.inputs.length === inputs.length ? i : 0);
    return [place.node, toNode(place, fromNode(own(graph.inputs[at] as string), inputs[at] as Float32Array))];
  });
  const after = runReference(back.graph, back.params, new Map(fed));
  let worst = 0;
  graph.outputs.forEach((id, i) => {
    const place = back.outputs[i];
    const [wanted, found] = [before.get(id), after.get(place?.node ?? '')];
    const held = own(id);
    if (!wanted || !found || !place || String(place.shape) !== String(held.shape))
      throw new NetError(`${graph.name} reads back with other shapes at "${id}".`);
    const [a, b] = [fromNode(held, wanted).data, fromNode(place, found).data];
    const { std } = spread(a);
    for (let at = 0; at < a.length; at++) worst = Math.max(worst, Math.abs(a[at]! - b[at]!) / (std || 1));
  });
  // TFLite has no batch norm: folded into the convolutions, every layer rounds anew.
  if (!(worst < (model.format === 'tflite' ? 1e-3 : 1e-5)))
    throw new NetError(`${graph.name} reads back with values that differ by ${worst} standard deviations.`);
  return worst;
}
