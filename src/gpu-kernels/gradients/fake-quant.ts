// Fake quantization: values rounded to the grid of the integer net on the way forward, passed straight through on the way back.
import { elements, type Shape } from '../op.ts';
import { numbers } from '../numbers.ts';
import { derive, formula } from './gradient.ts';

/** To nearest, ties to even. */
export function roundEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** An unsigned byte grid: q = clamp(round(x / scale) + zero, 0, 255). */
export interface Grid {
  readonly scale: number;
  readonly zero: number;
}

/** The grid of a range that is widened to hold 0. */
export function gridOf(low: number, high: number): Grid {
  const [from, to] = [Math.min(low, 0), Math.max(high, 0)];
  const scale = (to - from) / 255 || 1;
  return { scale, zero: Math.min(255, Math.max(0, Math.floor(-from / scale + 0.5))) };
}

/** The step that is nearest to `q` steps from 0. */
const nearestStep = (q: number, { scale, zero }: Grid): number =>
  (Math.min(255, Math.max(0, roundEven(q) + zero)) - zero) * scale;
const onGrid = (x: number, grid: Grid): number => nearestStep(x / grid.scale, grid);
const insideGrid = (x: number, { scale, zero }: Grid): boolean => {
  const q = roundEven(x / scale) + zero;
  return q >= 0 && q <= 255;
};

/** A fixed grid. */
export const fakeQuant = formula<Grid>({
  name: 'fake_quant',
  shape: ([x]) => x as Shape,
  reference: ([x], _params, { attrs }) => (x as Float32Array).map((value) => onGrid(value, attrs)),
});

/** Operands: dy and x. */
const fakeQuantGradient = formula<Grid>({
  name: 'fake_quant_gradient',
  shape: ([dy]) => dy as Shape,
  reference: ([dy, x], _params, { attrs }) =>
    (dy as Float32Array).map((value, i) => (insideGrid((x as Float32Array)[i] as number, attrs) ? value : 0)),
});

export const fakeQuantDerivative = derive(fakeQuant, (g, n, dy) => ({
  inputs: [() => g.add(fakeQuantGradient, n.attrs, [dy, n.inputs[0] as string])],
}));

/**
 * `[low, high]` of the values mixed into the range so far: low ← decay·low + (1 − decay)·lowest; the first batch, before which the range is
 * NaN, sets it.
 */
export const rangeUpdate = formula<{ readonly decay: number }>({
  name: 'range_update',
  shape: () => [2],
  params: () => ({ range: { shape: [2], trainable: false } }),
  reference([x], { range }, { attrs: { decay } }) {
    const values = x as Float32Array;
    const batch = [
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    return numbers(range as Float32Array).map((old, i) => {
      const own = batch[i] as number;
      return Number.isNaN(old) ? own : decay * old + (1 - decay) * own;
    });
  },
});

const gridOfRange = (range: Float32Array): Grid => gridOf(range[0] as number, range[1] as number);

/** Distance from a tie, in parts of the value, within which float32 sums cannot tell on which side of it they are. */
export const tieWidth = 2 ** -22;

/** x, or the tie that it lies at. */
function atTie(x: number): number {
  const tie = Math.floor(x) + 0.5;
  return Math.abs(x - tie) <= tieWidth * Math.abs(x) ? tie : x;
}

export interface RangeQuant {
  /** x is a mean of values on a grid, which often lies exactly between two steps: what is close to a tie counts as one. */
  readonly ties?: boolean;
}

/** On the grid of a range `[low, high]` that is itself a value. Operands: x and the range. */
export const rangeQuant = formula<RangeQuant>({
  name: 'range_quant',
  shape: ([x]) => x as Shape,
  reference([x, range], _params, { attrs: { ties } }) {
    const grid = gridOfRange(range as Float32Array);
    return (x as Float32Array).map((value) => {
      const q = value / grid.scale;
      return nearestStep(ties ? atTie(q) : q, grid);
    });
  },
});

/** Operands: dy, x, range. */
const rangeQuantGradient = formula<Record<never, never>>({
  name: 'range_quant_gradient',
  shape: ([dy]) => dy as Shape,
  reference([dy, x, range]) {
    const grid = gridOfRange(range as Float32Array);
    return (dy as Float32Array).map((value, i) => (insideGrid((x as Float32Array)[i] as number, grid) ? value : 0));
  },
});

/** The range is a constant for the derivative. */
export const rangeQuantDerivative = derive(rangeQuant, (g, n, dy) => ({
  inputs: [() => g.add(rangeQuantGradient, {}, [dy, ...n.inputs])],
}));

/** Per output channel (first axis): s = max|w| / levels, round(w / s)·s. The derivative is 1. */
export const weightQuant = formula<{ readonly levels: number }>({
  name: 'weight_quant',
  shape: ([w]) => w as Shape,
  reference([w], _params, { output, attrs: { levels } }) {
    const values = w as Float32Array;
    const result = numbers(elements(output));
    const run = values.length / (output[0] as number);
    for (let from = 0; from < values.length; from += run) {
      const own = values.subarray(from, from + run);
      const scale = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / levels || 1;
      own.forEach((value, i) => (result[from + i] = roundEven(value / scale) * scale));
    }
    return result;
  },
});

export const weightQuantDerivative = derive(weightQuant, (_g, _n, dy) => ({ inputs: [() => dy] }));
