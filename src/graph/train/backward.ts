// Walks a graph backwards and adds the nodes of its derivatives, only where something that is trained lies below.
import { derivatives } from '../../gpu-kernels/gradients/index.ts';
import { add } from '../../gpu-kernels/ops/arithmetic.ts';
import type { TrainNodes } from './train-nodes.ts';

export interface WantedGradients {
  /** Whether the derivative to a parameter is wanted, by its name. */
  readonly parameter: (name: string) => boolean;
  /** Input nodes whose derivative is wanted. */
  readonly inputs?: ReadonlySet<string>;
}

export interface Gradients {
  /** Name of a parameter → node of its derivative, in the checkpoint's layout. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Id of an input node → node of its derivative. */
  readonly inputs: ReadonlyMap<string, string>;
}

/**
 * Adds the derivatives of everything wanted behind the nodes that are there. `dys`: node → id of its upstream derivative, of those where
 * the walk begins. A value with several readers, and a parameter with several users, gets the sum. Throws where an op has no derivative.
 */
export function addGradients(g: TrainNodes, dys: ReadonlyMap<string, string>, wanted: WantedGradients): Gradients {
  const forward = [...g.nodes];
  const needed = new Set<string>();
  const wantsParam = (name: string): boolean => (g.standsIn(name) ? needed.has(name) : wanted.parameter(name));
  for (const { id, inputs, params } of forward)
    if (
      wanted.inputs?.has(id) ||
      inputs.some((input) => needed.has(input)) ||
      Object.values(params).some((name) => wantsParam(name))
    )
      needed.add(id);
  const upstream = new Map<string, string[]>();
  const toParameters = new Map<string, string[]>();
  const push = (map: Map<string, string[]>, key: string, id: string): void =>
    void (map.get(key)?.push(id) ?? map.set(key, [id]));
  const sum = (ids: readonly string[]): string => ids.reduce((total, id) => g.add(add, {}, [total, id]));
  for (const [id, dy] of dys) push(upstream, id, dy);
  const toInputs = new Map<string, string>();
  for (const node of forward.toReversed()) {
    const arrived = upstream.get(node.id);
    if (!arrived || !needed.has(node.id)) continue;
    const dy = sum(arrived);
    if (wanted.inputs?.has(node.id)) toInputs.set(node.id, dy);
    const derivative = derivatives[node.formula.name];
    if (!derivative) throw new Error(`the op "${node.formula.name}" of "${node.id}" has no derivative`);
    const partials = derivative(g, g.differentiated(node), dy);
    node.inputs.forEach((input, i) => {
      const partial = partials.inputs[i];
      if (partial && needed.has(input)) push(upstream, input, partial());
    });
    for (const [role, name] of Object.entries(node.params)) {
      const partial = partials.params?.[role];
      if (partial && wantsParam(name)) push(g.standsIn(name) ? upstream : toParameters, name, partial());
    }
  }
  return {
    parameters: new Map([...toParameters].map(([name, ids]) => [name, sum(ids)])),
    inputs: toInputs,
  };
}
