// TFLite operators that mobile nets have now and then, said with ops of ours: resizing by any rule, lengths of vectors, running sums, remainders.
import { oneHotAxis } from '../tflite/kinds/further.ts';
import { resizeAxes, resizeRule } from '../tflite/kinds/maps.ts';
import { affine, binary, clipped, unary, withConstant } from './elementwise.ts';
import { straight, type Val } from './emitter.ts';
import { reduced } from './maps.ts';
import { moved, reshaped } from './moves.ts';
import { furtherRules, runningSum } from './onnx-further.ts';
import { isPlain, resampled } from './resampled.ts';
import type { Context, Rule } from './rule.ts';

const fn = (c: Context, x: Val, of: string, hint = ''): Val => unary(c.e, x, 'function', { of }, hint);

const bilinear: Rule = (c) => {
  const rule = resizeRule(c.call, 'linear');
  const axes = resizeAxes(c.call);
  if (isPlain(c.call.shape(0), axes, rule))
    return c.linear(0, (x) => c.bilinear(x, straight(4), c.shape(0), rule.coordinates));
  return c.linear(0, (x) => resampled(c.e, x, axes, rule));
};

/** x over the length of its vectors along the channel. */
const unitVectors: Rule = (c) => {
  const x = c.x(0);
  const sum = reduced(c.e, fn(c, x, 'square', 'square'), [x.shape.length - 1], true, 'sum');
  const length = fn(c, clipped(c.e, sum, 1e-12, Infinity), 'sqrt', 'length');
  return [binary(c.e, 'mul', x, fn(c, length, 'reciprocal', 'inverse'))];
};

const quotient = (c: Context): Val => {
  const b = c.constant(1);
  const [a, x] = [c.constant(0), b ? c.x(0) : c.x(1)];
  if (b) return withConstant(c.e, 'mul', x, { ...b, data: Float32Array.from(b.data, (y) => 1 / y) }, false);
  const inverse = fn(c, x, 'reciprocal', 'inverse');
  return a ? withConstant(c.e, 'mul', inverse, a, true) : binary(c.e, 'mul', c.x(0), inverse);
};
const wholes = (c: Context): Val => fn(c, quotient(c), 'floor', 'whole');

/** a − b · ⌊a / b⌋. */
const remainder: Rule = (c) => {
  const b = c.constant(1);
  const whole = wholes(c);
  const taken = b ? withConstant(c.e, 'mul', whole, b, false) : binary(c.e, 'mul', whole, c.x(1));
  return [binary(c.e, 'sub', c.operand(0), taken)];
};

/** 1 at the place that a whole number names: how far each place is from it, cut at 1. */
const oneHot: Rule = (c) => {
  const x = c.x(0);
  const axis = oneHotAxis(c.call);
  const shape = c.shape(0);
  const depth = shape[axis]!;
  const unit = shape.map((size, i) => (i === axis ? 1 : size));
  const places = shape.map((_, i) => (i === axis ? depth : 1));
  const data = Float32Array.from({ length: depth }, (_, i) => i);
  const apart = withConstant(c.e, 'sub', reshaped(c.e, x, unit), { type: 'float32', shape: places, data }, false);
  const far = clipped(c.e, fn(c, apart, 'abs', 'apart'), 0, 1);
  const [on, off] = [c.vector(2)[0]!, c.vector(3)[0]!];
  return [affine(c.e, far, off - on, on)];
};

const move: Rule = (c) => c.keeping(0, (x) => moved(c.e, c.kind, c.call, 0, x));

export const tfliteFurther: Readonly<Record<string, Rule>> = {
  POW: furtherRules.Pow!,
  CAST: furtherRules.Cast!,
  ELU: furtherRules.Elu!,
  SIGN: furtherRules.Sign!,
  CUMSUM: runningSum,
  RESIZE_BILINEAR: bilinear,
  L2_NORMALIZATION: unitVectors,
  FLOOR_DIV: (c) => [wholes(c)],
  FLOOR_MOD: remainder,
  ONE_HOT: oneHot,
  GATHER_ND: move,
  REVERSE_V2: move,
};
