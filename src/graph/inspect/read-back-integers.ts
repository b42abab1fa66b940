// An ONNX or TFLite file of a quantized net, read as any other program's is and run beside the integers that it was written from.
import { fromNode, toNode } from '../formats/convert/values.ts';
import { runReference, spread } from '../ir/reference.ts';
import { integerProgram } from '../quant/integer-program.ts';
import type { QuantizedNet } from '../quant/quantize.ts';
import { runProgram } from '../quant/run-program.ts';
import { generateTensor } from './golden.ts';
import { heldBy, opened } from './read-back.ts';

/** Steps of an output, on average over it. Tables and averages of other programs may round a byte the other way, which later layers carry on. */
const meanSteps = 1;

export interface IntegersBack {
  /** Of any output, in steps of it: one step is a 255th of its calibrated range, or of six deviations where it has none. */
  readonly mean: number;
  readonly most: number;
}

/** Throws Error, whose message ends a sentence that says that the net cannot be written, where the file does not read back or answers differently. */
export function readBackIntegers(net: QuantizedNet, bytes: Uint8Array): IntegersBack {
  const { graph } = net;
  const { model, back } = opened(bytes);
  const input = graph.inputs[0] as string;
  const picture = generateTensor('convert', input, graph.facts.get(input)?.shape ?? []);
  const { program, constants } = integerProgram(net);
  const before = runProgram(program, constants, picture);
  const fed = back.inputs.map((place): [string, Float32Array] => [
    place.node,
    toNode(place, fromNode(heldBy(graph, model, input), picture)),
  ]);
  const after = runReference(back.graph, back.params, new Map(fed));
  let [mean, most] = [0, 0];
  program.outputs.forEach(({ node, value }, i) => {
    const place = back.outputs[i];
    const [wanted, found] = [before.get(node), after.get(place?.node ?? '')];
    const held = heldBy(graph, model, node);
    if (!wanted || !found || !place || String(place.shape) !== String(held.shape))
      throw new Error(`it reads back with other shapes at "${node}"`);
    const [a, b] = [fromNode(held, Float32Array.from(wanted)).data, fromNode(place, found).data];
    const step = net.quantizations.get(value.id)?.scale ?? spread(a).std / 40;
    const apart = Float64Array.from(a, (real, at) => Math.abs(real - b[at]!) / step);
    mean = Math.max(mean, apart.reduce((sum, own) => sum + own, 0) / apart.length);
    most = apart.reduce((largest, own) => Math.max(largest, own), most);
  });
  if (!(mean <= meanSteps)) throw new Error(`it reads back with values that differ by ${mean} steps on average`);
  return { mean, most };
}
