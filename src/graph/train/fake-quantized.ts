// A net in the arithmetic that quantization-aware training sees, asked without training: its outputs, and every value that would be bytes.
import { gridOf, rangeQuant, roundEven } from '../../gpu-kernels/gradients/fake-quant.ts';
import type { InferredGraph } from '../ir/graph.ts';
import type { Interval } from '../quant/scheme.ts';
import { addFakeQuantized, rangeName, roundingPoints, type FakeQuant } from './fake-quant-form.ts';
import { runNodes, type TrainTensors } from './run.ts';
import { TrainNodes } from './train-nodes.ts';

/** State that training begins with where ranges are known: by value of the net, as calibration gives them. */
export function startRanges(
  graph: InferredGraph,
  ranges: ReadonlyMap<string, Interval>,
): ReadonlyMap<string, Float32Array> {
  return new Map(
    [...roundingPoints(graph)].map(([point, value]) => {
      const range = ranges.get(value);
      if (!range) throw new RangeError(`the value "${value}" was not calibrated`);
      return [rangeName(point), Float32Array.of(range.low, range.high)];
    }),
  );
}

/** The ranges that training ends with, by value of the net: what the integer net is made from. */
export function trainedRanges(graph: InferredGraph, state: TrainTensors): ReadonlyMap<string, Interval> {
  return new Map(
    [...roundingPoints(graph)].map(([point, value]) => {
      const [low, high] = state.get(rangeName(point)) as Float32Array;
      return [value, { low: Math.min(0, low as number), high: Math.max(0, high as number) }];
    }),
  );
}

/** `graph` takes as many inputs as `input` holds. */
export function runFakeQuantizedForm(
  graph: InferredGraph,
  form: FakeQuant,
  state: TrainTensors,
  input: Float32Array,
): { readonly output: Float32Array; readonly bytes: ReadonlyMap<string, Uint8Array> } {
  const g = new TrainNodes();
  addFakeQuantized(g, graph, form, true);
  const names = new Map(g.nodes.map(({ id, params }) => [id, params['value']]));
  const rounded = g.nodes.filter(({ formula }) => formula.name === rangeQuant.name);
  const output = graph.outputs[0] as string;
  const values = runNodes(g, new Map([...state, [graph.inputs[0] as string, input]]), [
    output,
    ...rounded.map(({ id }) => id),
  ]);
  const points = roundingPoints(graph);
  const bytes = rounded.map(({ id, inputs }): [string, Uint8Array] => {
    const name = names.get(inputs[1] as string) as string;
    const [low, high] = state.get(name) as Float32Array;
    const { scale, zero } = gridOf(low as number, high as number);
    const value = [...points].find(([point]) => rangeName(point) === name)?.[1] as string;
    return [value, Uint8Array.from(values.get(id) as Float32Array, (real) => roundEven(real / scale) + zero)];
  });
  return { output: new Float32Array(values.get(output) as Float32Array), bytes: new Map(bytes) };
}
