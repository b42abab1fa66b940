// Runs a training graph on the CPU by its ops' own references: the oracle of training kernels, and what trains where there is no GPU.
// Values between nodes are float64: one input of a kink, or one value of a quantized net, that float32 puts on the other side of its
// boundary moves every gradient below it by more than the rounding itself.
import { inDoubles, numbers } from '../../gpu-kernels/numbers.ts';
import { elements, type Shape } from '../../gpu-kernels/shape.ts';
import type { TrainNode, TrainNodes } from './train-nodes.ts';

export type TrainTensors = ReadonlyMap<string, Float32Array>;

/**
 * Values of `keep`, by node id, as float64 (in the type of float32, whose interface is the same). `given`: one array an input node, and one a parameter by its name. Other values are dropped after their
 * last reader. Throws RangeError where one is missing or of the wrong length.
 */
export function runNodes(g: TrainNodes, given: TrainTensors, keep: Iterable<string>): Map<string, Float32Array> {
  return finish(nodeByNode(g, given, keep));
}

/** Does all of a piecewise work at once. */
export function finish<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** The same with a stop after each node. */
export function* nodeByNode(
  g: TrainNodes,
  given: TrainTensors,
  keep: Iterable<string>,
): Generator<{ readonly node: TrainNode; readonly value: Float32Array }, Map<string, Float32Array>> {
  const last = new Map<string, number>();
  g.nodes.forEach(({ id, inputs, params }, index) => {
    for (const read of [id, ...inputs, ...Object.values(params)]) last.set(read, index);
  });
  for (const id of keep) last.set(id, g.nodes.length);
  const endingAt: string[][] = g.nodes.map(() => []);
  for (const [id, index] of last) endingAt[index]?.push(id);
  const values = new Map<string, Float32Array>();
  for (const [index, node] of g.nodes.entries()) {
    const value = evaluate(g, node, given, values);
    values.set(node.id, value);
    for (const id of endingAt[index] as string[]) values.delete(id);
    yield { node, value };
  }
  return values;
}

function evaluate(g: TrainNodes, node: TrainNode, given: TrainTensors, values: TrainTensors): Float32Array {
  const { formula, attrs, inputs } = node;
  const tensor = (name: string, shape: Shape, from: TrainTensors = values): Float32Array => {
    const found = from.get(name);
    if (!found) throw new RangeError(`"${name}", which "${node.id}" reads, is missing`);
    if (found.length !== elements(shape))
      throw new RangeError(`"${name}" has ${found.length} values; [${shape.join(', ')}] needs ${elements(shape)}`);
    return found;
  };
  const output = g.shape(node.id);
  if (formula.name === 'input') return inDoubles(() => numbers(tensor(node.id, output, given)));
  const shapes = g.paramShapes(node);
  const params = Object.fromEntries(
    Object.entries(node.params).map(([role, name]) => [
      role,
      tensor(name, shapes[role] as Shape, g.standsIn(name) ? values : given),
    ]),
  );
  const operands = inputs.map((id) => tensor(id, g.shape(id)));
  const value = inDoubles(() =>
    formula.reference(operands, params, { inputs: inputs.map((id) => g.shape(id)), output, attrs }),
  );
  overflow(value);
  return value;
}

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** What no float32 holds is infinite: a run that leaves its numbers on a device leaves them here too. */
function overflow(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value > LARGEST_FLOAT32 || value < -LARGEST_FLOAT32) values[i] = Math.sign(value) * Infinity;
  }
}
