// A file that was just written, read as any other program's is and run beside the net that it was written from: no file is offered without it.
import { channelFirst } from '../../gpu-kernels/ops/channel-first.ts';
import type { Shape } from '../../gpu-kernels/op.ts';
import type { InferredGraph, Params } from '../ir/graph.ts';
import { runReference, spread } from '../ir/reference.ts';
import { convertModel, type Conversion, type HeldValue } from '../formats/convert/convert.ts';
import { channelLast, straight } from '../formats/convert/emitter.ts';
import { fromNode, toNode } from '../formats/convert/values.ts';
import { ModelError, nodeLabel, type Model } from '../formats/model/model.ts';
import type { Tensor } from '../formats/model/tensor.ts';
import { openModel } from '../formats/open.ts';
import { difference, trialsOf } from './trials.ts';

/** TFLite has no batch norm: folded into the convolutions, every layer rounds anew. */
const bounds = { onnx: 1e-5, tflite: 1e-3 } as const;

/** Throws Error with the node where the file that was written is none that opens. */
export function opened(bytes: Uint8Array): { readonly model: Model; readonly back: Conversion } {
  const fault = (why: string): never => {
    throw new Error(`its file does not open again, since ${why.replace(/\.$/, '')}`);
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

/** A value of ours as its file holds it: TFLite's axes are ours, ONNX's maps are channel-first; the graph that was read back may hold either in any order. */
export function heldBy(graph: InferredGraph, { format }: Model, id: string): HeldValue {
  const shape: Shape = graph.facts.get(id)?.shape ?? [];
  const turned = format === 'onnx' && shape.length === 4;
  const order = turned ? channelLast(4) : straight(shape.length);
  return { name: id, node: id, order, shape: turned ? channelFirst(shape) : shape };
}

/**
 * Largest difference of any output of an ONNX or TFLite file from its net's, in standard deviations. Throws Error, whose message ends a sentence
 * that says that the net cannot be written, where the file does not read back or answers differently.
 */
export function readBack(graph: InferredGraph, params: Params, bytes: Uint8Array): number {
  const { model, back } = opened(bytes);
  const own = (id: string): HeldValue => heldBy(graph, model, id);
  const { all, units } = trialsOf(graph, params);
  let worst = 0;
  for (const { inputs, outputs } of all) {
    // An input that nothing reads is not there any more.
    const fed = back.inputs.map((place, i): [string, Float32Array] => {
      const named = graph.inputs.indexOf(place.name);
      const at = named >= 0 ? named : i;
      return [place.node, toNode(place, fromNode(own(graph.inputs[at] as string), inputs[at] as Float32Array))];
    });
    const after = runReference(back.graph, back.params, new Map(fed));
    graph.outputs.forEach((id, i) => {
      const place = back.outputs[i];
      const [wanted, found] = [outputs.get(id), after.get(place?.node ?? '')];
      const held = own(id);
      if (!wanted || !found || !place || String(place.shape) !== String(held.shape))
        throw new Error(`it reads back with other shapes at "${id}"`);
      const unit = units.get(id) as number;
      worst = Math.max(worst, difference(fromNode(held, wanted).data, fromNode(place, found).data, unit));
    });
  }
  if (!(worst < bounds[model.format]))
    throw new Error(`it reads back with values that differ by ${worst} standard deviations`);
  return worst;
}

/** Largest difference of two results, in standard deviations of the first. */
export function farthest(expected: Tensor['data'], actual: ArrayLike<number>): number {
  const { std } = spread(expected);
  let worst = 0;
  for (let i = 0; i < expected.length; i++)
    worst = Math.max(worst, Math.abs(expected[i]! - (actual[i] ?? NaN)) / (std || 1));
  return worst;
}
