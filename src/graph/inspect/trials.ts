// What a net answers to made-up inputs, and the unit in which another form of it may differ: the deviation of its answers.
import type { Shape } from '../../gpu-kernels/op.ts';
import { generateTensor } from './golden.ts';
import type { InferredGraph, Params } from '../ir/graph.ts';
import { runReference, spread } from '../ir/reference.ts';

interface Trial {
  /** In the order of the graph's inputs. */
  readonly inputs: readonly Float32Array[];
  /** By node. */
  readonly outputs: ReadonlyMap<string, Float32Array>;
}

export interface Trials {
  readonly all: readonly Trial[];
  /** Output node → what a difference is divided by. */
  readonly units: ReadonlyMap<string, number>;
}

/** A smooth picture: bands across it, another phase for each channel. */
function bands(shape: Shape): Float32Array {
  const channels = shape.at(-1) ?? 1;
  const [height, width] = shape.length === 4 ? [shape[1] ?? 1, shape[2] ?? 1] : [1, shape.at(-2) ?? 1];
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, i) => {
    const pixel = Math.floor(i / channels);
    const [x, y] = [(pixel % width) / width, (Math.floor(pixel / width) % height) / height];
    return 0.5 + 0.5 * Math.sin(6 * x + 4 * y + (i % channels));
  });
}

/**
 * The reference's answers to noise and, where an output is (nearly) the same everywhere there, to a smooth picture as well: a mask that
 * is 0 at every pixel of noise says nothing of its own deviation.
 */
export function trialsOf(graph: InferredGraph, params: Params): Trials {
  const shapeOf = (id: string): Shape => graph.facts.get(id)?.shape ?? [];
  const answered = (inputs: readonly Float32Array[]): Trial => ({
    inputs,
    outputs: runReference(graph, params, new Map(graph.inputs.map((id, i) => [id, inputs[i] as Float32Array]))),
  });
  const all = [answered(graph.inputs.map((id) => generateTensor('convert', id, shapeOf(id))))];
  const deviation = (id: string, trials: readonly Trial[]): number =>
    spread(trials.flatMap(({ outputs }) => [...(outputs.get(id) as Float32Array)])).std;
  if (graph.outputs.some((id) => deviation(id, all) < nearlyNone))
    all.push(answered(graph.inputs.map((id) => bands(shapeOf(id)))));
  const opOf = new Map(graph.nodes.map(({ id, op }) => [id, op]));
  const units = graph.outputs.map((id): [string, number] => {
    const own = deviation(id, all.slice(0, 1));
    if (own >= nearlyNone) return [id, own];
    // Between 0 and 1 a tenth is what an answer that is no constant deviates by.
    return [id, Math.max(deviation(id, all), opOf.get(id) === 'sigmoid' ? 0.1 : 0) || 1];
  });
  return { all, units: new Map(units) };
}

/** Of numbers that anybody reads. */
const nearlyNone = 1e-6;

/** The largest difference of an output that another form of the net gave; NaN where one is no number. */
export function difference(wanted: ArrayLike<number>, given: ArrayLike<number>, unit: number): number {
  let worst = 0;
  for (let at = 0; at < wanted.length; at++)
    worst = Math.max(worst, Math.abs((wanted[at] as number) - (given[at] as number)) / unit);
  return worst;
}
