// Optimizers on the CPU: what an update kernel must do to parameters and its state, as PyTorch and timm do it.
import * as v from 'valibot';

const rate = v.pipe(v.number(), v.finite(), v.minValue(0));
const below1 = v.pipe(rate, v.ltValue(1));
const common = {
  weight_decay: v.optional(rate, 0),
  /** `matrices`: only tensors of two or more axes whose name does not end in `.bias` decay. */
  decay: v.optional(v.picklist(['all', 'matrices']), 'all'),
};

export const optimizerSchema = v.variant('name', [
  v.strictObject({
    name: v.literal('sgd'),
    momentum: v.optional(below1, 0),
    nesterov: v.optional(v.boolean(), false),
    ...common,
  }),
  v.strictObject({
    name: v.literal('adamw'),
    betas: v.optional(v.strictTuple([below1, below1]), [0.9, 0.999]),
    eps: v.optional(rate, 1e-8),
    ...common,
  }),
  /** timm's RMSpropTF: eps inside the root, mean square from 1, rate inside the momentum buffer. */
  v.strictObject({
    name: v.literal('rmsprop_tf'),
    alpha: v.optional(below1, 0.9),
    momentum: v.optional(below1, 0),
    eps: v.optional(rate, 1e-10),
    ...common,
  }),
]);
export type OptimizerOptions = v.InferOutput<typeof optimizerSchema>;

/** Parameters, gradients and state in one precision: float32 as on the GPU, or float64. */
export type Reals = Float32Array | Float64Array;

export interface TrainedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Reals;
}

/** Whether weight decay applies to a tensor. */
export const decays = ({ decay }: OptimizerOptions, { name, shape }: Omit<TrainedTensor, 'values'>): boolean =>
  decay === 'all' || (shape.length >= 2 && !name.endsWith('.bias'));

/** l2 norm over all gradients. */
export function globalNorm(gradients: Iterable<Reals>): number {
  let sum = 0;
  for (const gradient of gradients) for (const value of gradient) sum += value * value;
  return Math.sqrt(sum);
}

/** Factor that brings gradients of norm `norm` to at most `limit` (PyTorch's clip_grad_norm_). */
export const clipFactor = (norm: number, limit: number | undefined): number =>
  limit !== undefined && norm > limit ? limit / (norm + 1e-6) : 1;

/** Steps a set of tensors; its state starts when it is made. */
export class Optimizer {
  /** Updates so far. */
  steps = 0;
  readonly #first: readonly Reals[];
  readonly #second: readonly Reals[];

  constructor(
    readonly options: OptimizerOptions,
    readonly tensors: readonly TrainedTensor[],
  ) {
    const like = ({ values }: TrainedTensor): Reals =>
      values instanceof Float64Array ? new Float64Array(values.length) : new Float32Array(values.length);
    this.#first = tensors.map(like);
    this.#second = tensors.map((tensor) => (options.name === 'rmsprop_tf' ? like(tensor).fill(1) : like(tensor)));
  }

  /** What it remembers of earlier steps, as it stands: one array a tensor. */
  get memories(): { readonly first: readonly Reals[]; readonly second: readonly Reals[] } {
    return { first: this.#first, second: this.#second };
  }

  /** One update at rate `lr`; gradients in the order of the tensors, multiplied by `factor` (clipping) first. */
  step(gradients: readonly Reals[], lr: number, factor = 1): void {
    this.steps++;
    this.tensors.forEach((tensor, i) => {
      const decay = decays(this.options, tensor) ? this.options.weight_decay : 0;
      const gradient = gradients[i] as Reals;
      if (gradient.length !== tensor.values.length)
        throw new RangeError(
          `the gradient of "${tensor.name}" has ${gradient.length} values, not ${tensor.values.length}`,
        );
      this.#update(tensor.values, gradient, this.#first[i] as Reals, this.#second[i] as Reals, lr, factor, decay);
    });
  }

  #update(p: Reals, g: Reals, first: Reals, second: Reals, lr: number, factor: number, decay: number): void {
    const o = this.options;
    if (o.name === 'sgd') {
      for (let i = 0; i < p.length; i++) {
        const slope = (g[i] as number) * factor + decay * (p[i] as number);
        const v = o.momentum * (first[i] as number) + slope;
        first[i] = v;
        p[i] = (p[i] as number) - lr * (o.nesterov ? slope + o.momentum * v : v);
      }
    } else if (o.name === 'adamw') {
      const [b1, b2] = o.betas;
      const [c1, c2] = [1 - b1 ** this.steps, 1 - b2 ** this.steps];
      for (let i = 0; i < p.length; i++) {
        const slope = (g[i] as number) * factor;
        const m = b1 * (first[i] as number) + (1 - b1) * slope;
        const s = b2 * (second[i] as number) + (1 - b2) * slope * slope;
        first[i] = m;
        second[i] = s;
        p[i] = (p[i] as number) * (1 - lr * decay) - (lr * (m / c1)) / (Math.sqrt(s / c2) + o.eps);
      }
    } else {
      for (let i = 0; i < p.length; i++) {
        const slope = (g[i] as number) * factor + decay * (p[i] as number);
        const r = o.alpha * (second[i] as number) + (1 - o.alpha) * slope * slope;
        const b = o.momentum * (first[i] as number) + (lr * slope) / Math.sqrt(r + o.eps);
        second[i] = r;
        first[i] = b;
        p[i] = (p[i] as number) - b;
      }
    }
  }
}

/** Exponential moving average: e ← d·e + (1 − d)·value, in place. */
export function average(mean: Reals, values: Reals, decay: number): void {
  for (let i = 0; i < mean.length; i++) mean[i] = decay * (mean[i] as number) + (1 - decay) * (values[i] as number);
}
