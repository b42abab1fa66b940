// Training on the CPU, one step after the other: what a GPU's steps are held against, and the way where there is none.
import type { StepResult, TrainerOptions, TrainerState } from './backend.ts';
import { average, clipFactor, globalNorm, Optimizer } from './optimizer.ts';
import { finish, nodeByNode, type TrainTensors } from './run.ts';
import type { TrainGraph } from './train-graph.ts';
import type { TrainNode, TrainNodes } from './train-nodes.ts';
import { updateState } from './training-form.ts';
import type { Targets } from './loss.ts';

export class CpuTrainer {
  /** Parameters and running statistics by name; steps change them in place. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Averaged state. */
  readonly averages: ReadonlyMap<string, Float32Array>;
  readonly #optimizer: Optimizer;

  /** `start` is copied. */
  constructor(
    readonly train: TrainGraph,
    start: ReadonlyMap<string, Float32Array>,
    readonly options: TrainerOptions,
  ) {
    this.state = copyOf(start);
    this.averages = options.ema === undefined ? new Map() : copyOf(start);
    const tensors = train.parameters.map(({ name, shape }) => ({
      name,
      shape,
      values: this.state.get(name) as Float32Array,
    }));
    this.#optimizer = new Optimizer(options.optimizer, tensors);
  }

  /**
   * One step on a batch at rate `lr`. `input` in the layout of the net's input node. Several batches one behind the other, with targets
   * for all of them, make one update by the mean of their gradients; a norm's statistics stay those of each batch.
   */
  step(input: Float32Array, targets: Targets, lr: number): StepResult {
    return finish(this.stepwise(input, targets, lr));
  }

  /** The same, node by node. */
  *stepwise(input: Float32Array, targets: Targets, lr: number): Generator<unknown, StepResult> {
    const { train, state, options } = this;
    const gradientIds = train.parameters.map(({ gradient }) => gradient);
    const statistics = train.updates.map(({ value }) => value);
    const extra = train.inputGradient === undefined ? [] : [train.inputGradient];
    const keep = [train.loss, train.output, ...gradientIds, ...statistics, ...extra];
    const batches = this.#batches(input, targets);
    const seen: Map<string, Float32Array>[] = [];
    for (const given of batches) seen.push(yield* nodeByNode(train.nodes, given, keep));
    const gradients = gradientIds.map((id) => meanOf(seen.map((values) => values.get(id) as Float32Array)));
    const gradientNorm = globalNorm(gradients);
    const loss = seen.reduce((sum, values) => sum + (values.get(train.loss)?.[0] as number), 0) / seen.length;
    const skipped = !Number.isFinite(gradientNorm) || !Number.isFinite(loss);
    if (!skipped) {
      this.#optimizer.step(gradients, lr, clipFactor(gradientNorm, options.clipNorm));
      for (const values of seen) updateState(train.updates, values, state);
      for (const [name, mean] of this.averages) average(mean, state.get(name) as Float32Array, options.ema as number);
    }
    const all = (id: string): Float32Array => joined(seen.map((values) => values.get(id) as Float32Array));
    return {
      loss,
      gradientNorm,
      output: all(train.output),
      gradients: new Map(train.parameters.map(({ name }, i) => [name, gradients[i] as Float32Array])),
      ...(train.inputGradient !== undefined && { inputGradient: all(train.inputGradient) }),
      skipped,
    };
  }

  snapshot(): TrainerState {
    const { first, second } = this.#optimizer.memories;
    const named = (arrays: typeof first): Map<string, Float32Array> =>
      new Map(this.train.parameters.map(({ name }, i) => [name, (arrays[i] as Float32Array).slice()]));
    return {
      updates: this.#optimizer.steps,
      weights: copyOf(this.state),
      averages: copyOf(this.averages),
      first: named(first),
      second: named(second),
    };
  }

  /** Throws RangeError where the state is another net's. */
  restore(from: TrainerState): void {
    const { first, second } = this.#optimizer.memories;
    const own = (arrays: typeof first): Map<string, Float32Array> =>
      new Map(this.train.parameters.map(({ name }, i) => [name, arrays[i] as Float32Array]));
    const pairs = [
      [this.state, from.weights],
      [this.averages, from.averages],
      [own(first), from.first],
      [own(second), from.second],
    ] as const;
    for (const [to, values] of pairs)
      for (const [name, target] of to)
        if (values.get(name)?.length !== target.length)
          throw new RangeError(`the state that was kept has no "${name}" of ${target.length} values`);
    for (const [to, values] of pairs) for (const [name, target] of to) target.set(values.get(name) as Float32Array);
    this.#optimizer.steps = from.updates;
  }

  /** The first layer, in the order of the computation, whose values are not finite on this batch; undefined: none. Node by node. */
  *explaining(input: Float32Array, targets: Targets): Generator<unknown, string | undefined> {
    const { nodes } = this.train;
    for (const [name, values] of this.state)
      if (!values.every(Number.isFinite)) return `"${name}" holds a value that is not finite`;
    for (const given of this.#batches(input, targets))
      for (const { node, value } of nodeByNode(nodes, given, [])) {
        if (!value.every(Number.isFinite)) return this.#inWords(nodes, node);
        yield;
      }
    return undefined;
  }

  #inWords(nodes: TrainNodes, node: TrainNode): string {
    if (node.id.startsWith('loss')) return 'the loss itself is the first value that is not finite';
    const parameter = this.train.parameters.find(({ gradient }) => gradient === node.id);
    if (parameter) return `the gradient of "${parameter.name}" is the first value that is not finite`;
    // Ids with a # are parts of a layer's training form, or of its derivative: they read what the layer reads.
    const layer = node.id.includes('#') ? node.inputs.find((id) => !id.includes('#')) : node.id;
    const isGradient = nodes.nodes.indexOf(node) > nodes.nodes.findIndex(({ id }) => id === 'loss');
    return `${isGradient ? 'the gradient at' : 'the output of'} "${layer ?? node.id}" is the first that is not finite`;
  }

  #batches(input: Float32Array, targets: Targets): TrainTensors[] {
    const { train, state } = this;
    const size = train.nodes.shape(train.input).reduce((a, b) => a * b, 1);
    const count = Math.max(1, input.length / size);
    return Array.from({ length: count }, (_, at) => {
      const given = new Map(state).set(train.input, count === 1 ? input : input.subarray(at * size, (at + 1) * size));
      for (const { name, id } of train.targets) {
        const all = new Float32Array(targets[name] ?? []);
        const own = all.length / count;
        given.set(id, all.subarray(at * own, (at + 1) * own));
      }
      return given;
    });
  }
}

const copyOf = (from: TrainTensors): Map<string, Float32Array> =>
  new Map([...from].map(([name, values]) => [name, values.slice()]));

function meanOf(arrays: readonly Float32Array[]): Float32Array {
  const [first, ...rest] = arrays as [Float32Array, ...Float32Array[]];
  if (rest.length === 0) return first;
  return first.map((value, i) => rest.reduce((sum, other) => sum + (other[i] as number), value) / arrays.length);
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  arrays.reduce((at, values) => (all.set(values, at), at + values.length), 0);
  return all;
}
