// Functions that no op of ours is named after, said with those that are: powers, exponential units, thresholds, casts to whole numbers.
import type { Tensor } from '../model/tensor.ts';
import { affine, binary, clipped, unary, withConstant } from './elementwise.ts';
import type { Emitter, Val } from './emitter.ts';

const fn = (e: Emitter, x: Val, of: string, hint = ''): Val => unary(e, x, 'function', { of }, hint);
/** Smallest normal float32: the logarithm of 0 has no value that every GPU agrees on. */
const smallest = 2 ** -126;

/** e^(ln x · exponent) for x ≥ 0; `exponent` is a value or a constant. */
const byLogarithm = (e: Emitter, x: Val, times: (logarithm: Val) => Val): Val =>
  fn(e, times(fn(e, clipped(e, x, smallest, Infinity), 'log', 'log')), 'exp');

/** x to a fixed power; whole ones by squares and products, so that negative numbers keep their sign. */
export function power(e: Emitter, x: Val, exponent: number): Val {
  if (exponent === 0) return affine(e, affine(e, x, 0, 0, 'none'), 1, 1);
  if (exponent === 0.5) return fn(e, x, 'sqrt');
  if (exponent < 0) return fn(e, power(e, x, -exponent), 'reciprocal');
  if (!Number.isInteger(exponent) || exponent > 64)
    return byLogarithm(e, x, (log) => affine(e, log, exponent, 0, 'scaled'));
  let result: Val | undefined;
  let square = x;
  for (let rest = exponent; ; square = fn(e, square, 'square', 'square')) {
    if (rest % 2 === 1) result = result ? binary(e, 'mul', result, square) : square;
    rest = Math.floor(rest / 2);
    if (rest === 0) return result!;
  }
}

/** x to powers that are computed or differ from element to element. */
export const powers = (e: Emitter, x: Val, exponent: Val | Tensor): Val =>
  byLogarithm(e, x, (log) =>
    'data' in exponent ? withConstant(e, 'mul', log, exponent, false) : binary(e, 'mul', log, exponent),
  );

/** A positive constant to computed powers. */
export const powersOf = (e: Emitter, base: Tensor, exponent: Val): Val =>
  fn(e, withConstant(e, 'mul', exponent, { ...base, data: Float32Array.from(base.data, Math.log) }, false), 'exp');

/** γ · (x where positive, α · (e^(x / β) − 1) elsewhere). */
export function exponentialUnit(e: Emitter, x: Val, alpha: number, beta = 1, gamma = 1): Val {
  const below = fn(e, affine(e, clipped(e, x, -Infinity, 0), 1 / beta, 0, 'scaled'), 'exp', 'exp');
  const above = unary(e, x, 'relu', {}, 'above');
  const sum = binary(e, 'add', above, affine(e, below, alpha, -alpha, 'below'));
  return affine(e, sum, gamma, 0);
}

/** x / (1 + |x|). */
export const softSign = (e: Emitter, x: Val): Val =>
  binary(e, 'mul', x, fn(e, affine(e, fn(e, x, 'abs', 'abs'), 1, 1, 'one more'), 'reciprocal', 'share'));

/** Towards zero: what a cast to whole numbers does. */
export const truncated = (e: Emitter, x: Val): Val =>
  binary(
    e,
    'add',
    fn(e, unary(e, x, 'relu', {}, 'above'), 'floor', 'floor'),
    fn(e, clipped(e, x, -Infinity, 0), 'ceil', 'ceil'),
  );
