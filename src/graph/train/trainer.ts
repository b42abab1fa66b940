// Training on the CPU, one step after the other: what a GPU's steps are held against, and the way where there is none.
import { average, clipFactor, globalNorm, Optimizer, type OptimizerOptions } from './optimizer.ts';
import { runNodes } from './run.ts';
import type { TrainGraph } from './train-graph.ts';
import { updateState } from './training-form.ts';
import type { Targets } from './loss.ts';

export interface TrainerOptions {
  readonly optimizer: OptimizerOptions;
  /** Largest l2 norm over all gradients. */
  readonly clipNorm?: number | undefined;
  /** Decay of the averaged weights; absent: none are kept. */
  readonly ema?: number | undefined;
}

export interface StepResult {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  readonly output: Float32Array;
  /** By name of the parameter. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly inputGradient?: Float32Array;
  /** The update was left out: the loss or a gradient is not finite. */
  readonly skipped: boolean;
}

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
    const copy = (): Map<string, Float32Array> => new Map([...start].map(([name, values]) => [name, values.slice()]));
    this.state = copy();
    this.averages = options.ema === undefined ? new Map() : copy();
    const tensors = train.parameters.map(({ name, shape }) => ({
      name,
      shape,
      values: this.state.get(name) as Float32Array,
    }));
    this.#optimizer = new Optimizer(options.optimizer, tensors);
  }

  /** One step on a batch at rate `lr`. `input` in the layout of the net's input node. */
  step(input: Float32Array, targets: Targets, lr: number): StepResult {
    const { train, state, options } = this;
    const given = new Map(state).set(train.input, input);
    for (const { name, id } of train.targets) given.set(id, new Float32Array(targets[name] ?? []));
    const gradientIds = train.parameters.map(({ gradient }) => gradient);
    const extra = train.inputGradient === undefined ? [] : [train.inputGradient];
    const statistics = train.updates.map(({ value }) => value);
    const values = runNodes(train.nodes, given, [train.loss, train.output, ...gradientIds, ...statistics, ...extra]);
    const gradients = gradientIds.map((id) => values.get(id) as Float32Array);
    const gradientNorm = globalNorm(gradients);
    const loss = values.get(train.loss)?.[0] as number;
    const skipped = !Number.isFinite(gradientNorm) || !Number.isFinite(loss);
    if (!skipped) {
      this.#optimizer.step(gradients, lr, clipFactor(gradientNorm, options.clipNorm));
      updateState(train.updates, values, state);
      for (const [name, mean] of this.averages) average(mean, state.get(name) as Float32Array, options.ema as number);
    }
    const inputGradient = train.inputGradient === undefined ? undefined : values.get(train.inputGradient);
    return {
      loss,
      gradientNorm,
      output: values.get(train.output) as Float32Array,
      gradients: new Map(train.parameters.map(({ name }, i) => [name, gradients[i] as Float32Array])),
      ...(inputGradient && { inputGradient }),
      skipped,
    };
  }
}
