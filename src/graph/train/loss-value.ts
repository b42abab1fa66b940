// Value and derivative of every loss in float64: the meaning that loss kernels and whole training steps are held against.
import { classTargets, logSoftmax } from './class-targets.ts';
import { targetLength, targetsOf, type Loss, type Targets } from './loss.ts';

export interface LossValue {
  readonly value: number;
  /** Derivative to the outputs, `[rows, columns]`. */
  readonly gradient: Float64Array;
}

/** The loss of outputs `z` `[rows, columns]`. Throws RangeError where a target is missing or has another length. */
export function lossOf(loss: Loss, z: ArrayLike<number>, targets: Targets, columns: number): LossValue {
  const rows = z.length / columns;
  for (const name of targetsOf(loss)) {
    const given = targets[name]?.length ?? 0;
    const wanted = targetLength(name, rows, columns);
    if (given !== wanted)
      throw new RangeError(`the loss ${loss.name} needs ${wanted} values of "${name}", not ${given}`);
  }
  switch (loss.name) {
    case 'ce':
    case 'soft_ce':
    case 'kl':
    case 'kl_sparse':
      return entropy(loss, z, targets, rows, columns);
    case 'focal':
      return focal(loss, z, targets.label as ArrayLike<number>, rows, columns);
    case 'ccc':
      return concordance(z, targets.target as ArrayLike<number>, rows, columns);
    case 'kd_landmark': {
      const { target, tough, tolerant } = targets as Required<Targets>;
      return mean(z, (value, i) => landmark(value, target[i] as number, tough[i] as number, tolerant[i] as number));
    }
    default: {
      const target = targets.target as ArrayLike<number>;
      return mean(z, (value, i) => distance(loss, value - (target[i] as number)));
    }
  }
}

type Pair = readonly [value: number, slope: number];

/** Mean of a loss of single elements. */
function mean(z: ArrayLike<number>, of: (value: number, index: number) => Pair): LossValue {
  const gradient = new Float64Array(z.length);
  let sum = 0;
  for (let i = 0; i < z.length; i++) {
    const [value, slope] = of(z[i] as number, i);
    sum += value;
    gradient[i] = slope / z.length;
  }
  return { value: sum / z.length, gradient };
}

function distance(loss: Extract<Loss, { name: 'mse' | 'l1' | 'smooth_l1' }>, e: number): Pair {
  if (loss.name === 'mse') return [e * e, 2 * e];
  if (loss.name === 'l1') return [Math.abs(e), Math.sign(e)];
  if (Math.abs(e) < loss.beta) return [(0.5 * e * e) / loss.beta, e / loss.beta];
  return [Math.abs(e) - 0.5 * loss.beta, Math.sign(e)];
}

/** KL and cross-entropies: −Σ t·log softmax(z/T), plus Σ t·log t where the loss is a divergence; times T². */
function entropy(
  loss: Extract<Loss, { name: 'ce' | 'soft_ce' | 'kl' | 'kl_sparse' }>,
  z: ArrayLike<number>,
  targets: Targets,
  rows: number,
  columns: number,
): LossValue {
  const temperature = loss.name === 'kl' ? loss.temperature : 1;
  const divergence = loss.name === 'kl' || loss.name === 'kl_sparse';
  const gradient = new Float64Array(z.length);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const log = logSoftmax(z, row * columns, columns, temperature);
    const wanted = classTargets(loss, targets, row, columns);
    const total = wanted.reduce((a, b) => a + b, 0);
    for (let c = 0; c < columns; c++) {
      const t = wanted[c] as number;
      if (t > 0) sum += temperature ** 2 * t * ((divergence ? Math.log(t) : 0) - (log[c] as number));
      gradient[row * columns + c] = (temperature * (total * Math.exp(log[c] as number) - t)) / rows;
    }
  }
  return { value: sum / rows, gradient };
}

function focal(
  { alpha, gamma }: Extract<Loss, { name: 'focal' }>,
  z: ArrayLike<number>,
  label: ArrayLike<number>,
  rows: number,
  columns: number,
): LossValue {
  const gradient = new Float64Array(z.length);
  let sum = 0;
  for (let i = 0; i < z.length; i++) {
    const hit = label[Math.floor(i / columns)] === i % columns;
    // With s = ±1 towards the truth, p_t = sigmoid(s·z) and BCE = −log p_t = softplus(−s·z).
    const s = hit ? 1 : -1;
    const x = s * (z[i] as number);
    const p = 1 / (1 + Math.exp(-x));
    const q = 1 / (1 + Math.exp(x));
    const cross = Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    const weight = hit ? alpha : 1 - alpha;
    sum += weight * q ** gamma * cross;
    gradient[i] = (-weight * s * q ** gamma * (gamma * p * cross + q)) / rows;
  }
  return { value: sum / rows, gradient };
}

function concordance(z: ArrayLike<number>, target: ArrayLike<number>, rows: number, columns: number): LossValue {
  const gradient = new Float64Array(z.length);
  let sum = 0;
  for (let c = 0; c < columns; c++) {
    let [meanZ, meanG] = [0, 0];
    for (let i = c; i < z.length; i += columns) {
      meanZ += (z[i] as number) / rows;
      meanG += (target[i] as number) / rows;
    }
    let [varZ, varG, cov] = [0, 0, 0];
    for (let i = c; i < z.length; i += columns) {
      const [dz, dg] = [(z[i] as number) - meanZ, (target[i] as number) - meanG];
      varZ += (dz * dz) / rows;
      varG += (dg * dg) / rows;
      cov += (dz * dg) / rows;
    }
    const bottom = varZ + varG + (meanZ - meanG) ** 2;
    sum += (2 * cov) / bottom / columns;
    for (let i = c; i < z.length; i += columns) {
      const [dz, dg] = [(z[i] as number) - meanZ, (target[i] as number) - meanG];
      const top = (2 * dg) / rows;
      const below = (2 * (dz + meanZ - meanG)) / rows;
      gradient[i] = -(top - (2 * cov * below) / bottom) / bottom / columns;
    }
  }
  return { value: 1 - sum, gradient };
}

/** Weight of the assistive loss beyond its target and between that and β: tough and tolerant teacher. */
const assist = { tough: [1.9, -0.45], tolerant: [1.8, -0.4] } as const;
/** β lies at this share of the teacher's distance from the truth. */
const BETA = 0.15;

/**
 * KD-Loss of one coordinate: 2·main + tough + tolerant. main = 3·|e| within d = |tolerant − g|, else e² + 3d − d². A teacher's target t'
 * and weight count as constants in the derivative.
 */
export function landmark(z: number, g: number, tough: number, tolerant: number): Pair {
  const e = z - g;
  const s = Math.sign(e);
  const d = Math.abs(tolerant - g);
  const far = Math.abs(e) > d;
  let value = 2 * (far ? e * e + 3 * d - d * d : 3 * Math.abs(e));
  let slope = 2 * (far ? 2 * e : 3 * s);
  for (const [teacher, [beyond, between]] of [
    [tough, assist.tough],
    [tolerant, assist.tolerant],
  ] as const) {
    const reach = Math.abs(teacher - g);
    const aim = g + s * reach;
    const weight = Math.abs(e) > reach ? beyond : Math.abs(e) >= BETA * reach ? between : 0;
    value += weight * Math.abs(aim - z);
    slope += weight * Math.sign(z - aim);
  }
  return [value, slope];
}
