// Runs a training graph on the CPU by its ops' own references: the oracle of training kernels, and what trains where there is no GPU.
import { elements, type Shape } from '../../gpu-kernels/shape.ts';
import type { TrainNode, TrainNodes } from './train-nodes.ts';

export type TrainTensors = ReadonlyMap<string, Float32Array>;

/**
 * Values of `keep`, by node id. `given`: one array an input node, and one a parameter by its name. Other values are dropped after their
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
  if (formula.name === 'input') return tensor(node.id, output, given);
  const shapes = g.paramShapes(node);
  const params = Object.fromEntries(
    Object.entries(node.params).map(([role, name]) => [
      role,
      tensor(name, shapes[role] as Shape, g.standsIn(name) ? values : given),
    ]),
  );
  return formula.reference(
    inputs.map((id) => tensor(id, g.shape(id))),
    params,
    { inputs: inputs.map((id) => g.shape(id)), output, attrs },
  );
}
