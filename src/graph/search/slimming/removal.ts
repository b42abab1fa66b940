// In which order channels go, and what each costs: the error that is left behind the layers that read them once these are fitted again, in closed form
// (optimal brain surgeon, Hassibi and Stork 1993, with a whole column of weights for a weight).
import { factorOf, inverseOf, solved } from './cholesky.ts';
import { covarianceOf, type Rows } from './samples.ts';

/** A layer that reads the channels. */
export interface Reader {
  /** Its inputs. */
  readonly rows: Rows;
  /** Its weights `[out, in]`, each output in the unit in which its error counts. */
  readonly weight: Float32Array;
  /** Variance of what the error adds to. */
  readonly variance: number;
}

export interface Removal {
  /** Channels, the first to go first. */
  readonly order: readonly number[];
  /** Error over variance, summed over the readers, once the first n are gone; `errors[0]` is 0. */
  readonly errors: readonly number[];
  /** The same once all are gone. */
  readonly all: number;
}

/** Kept from the diagonal for what few samples do not tell: more of it where there are fewer rows than channels. */
export const ridgeOf = (covariance: Float64Array, size: number, rows: number): number => {
  let trace = 0;
  for (let i = 0; i < size; i++) trace += covariance[i * size + i]!;
  return (trace / size) * (0.003 + (0.1 * size) / rows) + 1e-9;
};

/** Channels that go together, as widths go in such steps, and how many are looked at for them. */
const [group, candidates] = [8, 32];

interface State {
  /** Weights `[out, in]` as they are fitted now; of channels that went they are 0. */
  readonly w: Float64Array;
  readonly outputs: number;
  /** Inverse covariance of the channels that are left. */
  readonly h: Float64Array;
  readonly variance: number;
  /** Variance of all that the layer gives. */
  readonly whole: number;
}

/** The first `count` channels to go. */
export function removalOf(readers: readonly Reader[], count: number): Removal {
  const size = readers[0]!.rows.length;
  const states = readers.map((reader) => stateOf(reader, size));
  let left = Array.from({ length: size }, (_, i) => i);
  const order: number[] = [];
  const errors = [0];
  while (order.length < count) {
    const chosen = cheapest(states, left, size, Math.min(group, count - order.length));
    for (const { channel, cost } of chosen) {
      order.push(channel);
      errors.push(errors.at(-1)! + cost);
    }
    const gone = chosen.map(({ channel }) => channel);
    left = left.filter((channel) => !gone.includes(channel));
    for (const state of states) eliminate(state, gone, left, size);
  }
  return { order, errors, all: states.reduce((sum, { whole, variance }) => sum + whole / variance, 0) };
}

function stateOf({ rows, weight, variance }: Reader, size: number): State {
  const covariance = covarianceOf(rows, rows);
  const outputs = weight.length / size;
  let whole = 0;
  for (let i = 0; i < size; i++)
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let j = 0; j < size; j++) sum += covariance[i * size + j]! * weight[o * size + j]!;
      whole += weight[o * size + i]! * sum;
    }
  const ridge = ridgeOf(covariance, size, rows.count);
  for (let i = 0; i < size; i++) covariance[i * size + i] = covariance[i * size + i]! + ridge;
  const h = inverseOf(factorOf({ size, values: covariance })).values;
  return { w: Float64Array.from(weight), outputs, h, variance, whole };
}

/** `count` channels, each the cheapest once those before it are gone: exact among the candidates that are cheapest by themselves. */
function cheapest(
  states: readonly State[],
  left: readonly number[],
  size: number,
  count: number,
): readonly { channel: number; cost: number }[] {
  const costs = new Float64Array(size);
  for (const { w, outputs, h, variance } of states) {
    const squares = new Float64Array(size);
    for (let o = 0; o < outputs; o++) for (let c = 0; c < size; c++) squares[c] = squares[c]! + w[o * size + c]! ** 2;
    for (const c of left) costs[c] = costs[c]! + squares[c]! / h[c * size + c]! / variance;
  }
  const some = left.toSorted((a, b) => costs[a]! - costs[b]!).slice(0, candidates);
  const parts = states.map(({ w, outputs, h, variance }) => ({
    variance,
    h: some.map((r) => some.map((c) => h[r * size + c]!)),
    w: Array.from({ length: outputs }, (_, o) => some.map((c) => w[o * size + c]!)),
  }));
  const chosen: { channel: number; at: number; cost: number }[] = [];
  while (chosen.length < count) {
    const own = some.map((_, at) =>
      chosen.some((one) => one.at === at)
        ? Infinity
        : parts.reduce(
            (sum, { w, h, variance }) => sum + w.reduce((all, row) => all + row[at]! ** 2, 0) / h[at]![at]! / variance,
            0,
          ),
    );
    const at = own.indexOf(Math.min(...own));
    chosen.push({ channel: some[at]!, at, cost: own[at]! });
    for (const { w, h } of parts) {
      const pivot = h[at]![at]!;
      const row = [...h[at]!];
      for (const values of [...w, ...h]) {
        const factor = values[at]! / pivot;
        row.forEach((value, i) => (values[i] = values[i]! - factor * value));
      }
    }
  }
  return chosen;
}

/** Takes channels out of the inverse, and lets the weights of those that are left make up for them. */
function eliminate({ w, outputs, h }: State, gone: readonly number[], left: readonly number[], size: number): void {
  const count = gone.length;
  const rows = gone.map((channel) => h.slice(channel * size, (channel + 1) * size));
  const factor = factorOf({
    size: count,
    values: Float64Array.from(rows.flatMap((row) => gone.map((channel) => row[channel]!))),
  });
  const factors = new Float64Array(count);
  const subtract = (values: Float64Array, at: number): void => {
    for (let k = 0; k < count; k++) factors[k] = values[at + gone[k]!]!;
    solved(factor, [factors]);
    for (let k = 0; k < count; k++) {
      const [own, row] = [factors[k]!, rows[k]!];
      if (own !== 0) for (let c = 0; c < size; c++) values[at + c] = values[at + c]! - own * row[c]!;
    }
  };
  for (let o = 0; o < outputs; o++) {
    subtract(w, o * size);
    for (const channel of gone) w[o * size + channel] = 0;
  }
  for (const r of left) subtract(h, r * size);
}
