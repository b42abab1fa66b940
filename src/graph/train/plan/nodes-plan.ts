// A training graph as dispatches over one arena of values and one buffer of state: plain data, made once, run every step.
import type {
  Lower,
  LoweredNode,
  Lowering,
  Operand,
  TrainStep,
} from '../../../gpu-kernels/kernels/training/lowering.ts';
import { trainingKernels } from '../../../gpu-kernels/kernels/training/index.ts';
import { elements, type Shape } from '../../../gpu-kernels/shape.ts';
import { lossGradient, lossValue } from '../loss-ops.ts';
import type { TrainNode, TrainNodes } from '../train-nodes.ts';
import { aligned, placeValues, type Lifetime } from './arena.ts';
import * as losses from './loss-kernels.ts';

export interface NodesDispatch {
  readonly kernel: string;
  /** Node whose lowering it belongs to. */
  readonly node: string;
  /** Index into `modules`. */
  readonly module: number;
  readonly workgroups: readonly [number, number, number];
  /** Of values in floats; then that of the table in words, if there is one, and the kernel's sizes. */
  readonly places: readonly number[];
}

/** Where a tensor begins, in floats. */
export interface TensorPlace {
  readonly at: number;
  readonly length: number;
  /** In the state's buffer, not in the arena. */
  readonly state: boolean;
}

export interface NodesPlan {
  /** WGSL texts, each once. */
  readonly modules: readonly string[];
  readonly dispatches: readonly NodesDispatch[];
  readonly tables: Uint32Array;
  readonly arenaFloats: number;
  readonly stateFloats: number;
  /** Input nodes, one behind the other from the arena's begin. */
  readonly inputs: ReadonlyMap<string, TensorPlace>;
  /** Values asked for. */
  readonly kept: ReadonlyMap<string, TensorPlace>;
  /** Tensors by name. */
  readonly state: ReadonlyMap<string, TensorPlace>;
}

export const kernels: Readonly<Record<string, Lower>> = {
  ...trainingKernels,
  [lossValue.name]: losses.loss as Lower,
  [lossGradient.name]: losses.lossGradient as Lower,
};

/** Lowered steps with the node that each belongs to. */
class Collector implements Lowering {
  readonly steps: (TrainStep & { readonly node: string })[] = [];
  readonly aliases = new Map<string, Operand>();
  node = '';
  readonly #shared = new Map<string, readonly Operand[]>();

  emit(step: TrainStep): void {
    this.steps.push({ ...step, node: this.node });
  }
  scratch(hint: string, shape: Shape): Operand {
    return { id: `${hint}~${this.steps.length}`, shape };
  }
  alias(id: string, to: Operand): void {
    this.aliases.set(id, to);
  }
  shared(key: string, make: () => readonly Operand[]): readonly Operand[] {
    let made = this.#shared.get(key);
    if (!made) this.#shared.set(key, (made = make()));
    return made;
  }
}

/** Lowers `node`, or several that belong together, and says which it took; undefined: none. */
export type Fusion = (l: Lowering, node: TrainNode, operand: (id: string) => Operand) => boolean;

export interface PlanRequest {
  /** Values to read afterwards. */
  readonly keep: Iterable<string>;
  /** Tensors of the state with their shapes, in order; those that only the nodes name come behind them. */
  readonly tensors?: ReadonlyMap<string, Shape>;
  /** Floats in front of the inputs that whoever runs the plan writes himself. */
  readonly header?: number;
  /** Tried before the table of kernels. */
  readonly fuse?: Fusion;
}

/** Throws Error where an op has no kernel for training. */
export function planNodes(g: TrainNodes, { keep, tensors, header = 0, fuse }: PlanRequest): NodesPlan {
  const l = new Collector();
  const resolve = (operand: Operand): Operand => l.aliases.get(operand.id) ?? operand;
  const inputs = new Map<string, TensorPlace>();
  let base = aligned(header);
  const shapes = new Map(tensors);
  const operand = (id: string): Operand => {
    const shape = g.shape(id);
    return { ...resolve({ id, shape }), shape };
  };
  for (const node of g.nodes) {
    const output = { id: node.id, shape: g.shape(node.id) };
    if (node.formula.name === 'input') {
      const length = elements(output.shape);
      inputs.set(node.id, { at: base, length, state: false });
      base += aligned(length);
      continue;
    }
    l.node = node.id;
    if (fuse?.(l, node, operand)) continue;
    const lower = kernels[node.formula.name];
    if (!lower) throw new Error(`the op "${node.formula.name}" has no kernel for training on the GPU`);
    const own = g.paramShapes(node);
    const params = Object.entries(node.params).map(([role, name]): [string, Operand] => {
      if (g.standsIn(name)) return [role, operand(name)];
      const shape = own[role] as Shape;
      if (!shapes.has(name)) shapes.set(name, shape);
      return [role, { id: name, shape, state: true }];
    });
    const lowered: LoweredNode = {
      id: node.id,
      attrs: node.attrs,
      inputs: node.inputs.map(operand),
      params: Object.fromEntries(params),
      output,
    };
    lower(l, lowered);
  }
  const kept = new Map([...keep].map((id) => [id, operand(id)]));
  const steps = needed(l.steps, new Set([...kept.values()].map(({ id }) => id)));
  const lives = lifetimes(steps, kept.values(), inputs);
  const { places, floats } = placeValues(lives, base);
  const state = new Map<string, TensorPlace>();
  let stateFloats = 0;
  for (const [name, shape] of shapes) {
    state.set(name, { at: stateFloats, length: elements(shape), state: true });
    stateFloats += aligned(elements(shape));
  }
  const placeOf = ({ id, state: inState, shape }: Operand): TensorPlace => {
    if (inState) return state.get(id) as TensorPlace;
    const input = inputs.get(id);
    if (input) return input;
    const at = places.get(id);
    if (at === undefined) throw new Error(`the value "${id}" is read but never made`);
    return { at, length: elements(shape), state: false };
  };
  const modules = new Map<string, number>();
  const tables: number[] = [];
  const known = new Map<string, number>();
  const tableAt = (words: readonly number[]): number => {
    const key = words.join();
    let at = known.get(key);
    if (at === undefined) {
      known.set(key, (at = tables.length));
      for (const word of words) tables.push(word);
    }
    return at;
  };
  const dispatches = steps.map((step): NodesDispatch => {
    let module = modules.get(step.wgsl);
    if (module === undefined) modules.set(step.wgsl, (module = modules.size));
    const own = [...step.writes, ...step.reads].map((value) => placeOf(value).at);
    if (step.table) own.push(tableAt(step.table));
    own.push(...(step.sizes ?? []));
    return { kernel: step.kernel, node: step.node, module, workgroups: step.workgroups, places: own };
  });
  return {
    modules: [...modules.keys()],
    dispatches,
    tables: Uint32Array.from(tables),
    arenaFloats: floats,
    stateFloats,
    inputs,
    kept: new Map([...kept].map(([id, value]) => [id, placeOf(value)])),
    state,
  };
}

type Collected = Collector['steps'][number];

/** Steps that something kept depends on. */
function needed(steps: readonly Collected[], kept: ReadonlySet<string>): Collected[] {
  const read = new Set(kept);
  const result: Collected[] = [];
  for (const step of steps.toReversed()) {
    if (!step.writes.some(({ id }) => read.has(id))) continue;
    for (const { id, state } of step.reads) if (!state) read.add(id);
    result.push(step);
  }
  return result.reverse();
}

function lifetimes(
  steps: readonly Collected[],
  kept: Iterable<Operand>,
  inputs: ReadonlyMap<string, TensorPlace>,
): Lifetime[] {
  const lives = new Map<string, { floats: number; first: number; last: number }>();
  const touch = ({ id, shape, state }: Operand, index: number): void => {
    if (state || inputs.has(id)) return;
    const life = lives.get(id);
    if (life) life.last = index;
    else lives.set(id, { floats: elements(shape), first: index, last: index });
  };
  steps.forEach((step, index) => [...step.writes, ...step.reads].forEach((value) => touch(value, index)));
  for (const value of kept) touch(value, steps.length);
  return [...lives].map(([id, life]) => ({ id, ...life }));
}
