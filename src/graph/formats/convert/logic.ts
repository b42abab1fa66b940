// Comparisons, choices and places of the largest as arithmetic: true is 1 and false is 0.
import type { Tensor } from '../model/tensor.ts';
import { affine, binary, clipped, unary, withConstant } from './elementwise.ts';
import { Unfit, type Emitter, type Val } from './emitter.ts';
import { extremeOver } from './maps.ts';
import type { Context, Rule } from './rule.ts';

/** 1 where x is above 0: twice enlarged, so that whatever is not 0 reaches 1 and nothing overflows. */
function positive(e: Emitter, x: Val): Val {
  const near = clipped(e, affine(e, x, 2 ** 60, 0, 'enlarged'), 0, 1);
  return clipped(e, affine(e, near, 2 ** 60, 0, 'enlarged'), 0, 1);
}
const not = (e: Emitter, x: Val): Val => affine(e, x, -1, 1, 'not');
const apart = (e: Emitter, x: Val): Val => positive(e, unary(e, x, 'function', { of: 'abs' }, 'apart'));

function difference(c: Context): Val {
  const [a, b] = [c.constant(0), c.constant(1)];
  if (b) return withConstant(c.e, 'sub', c.x(0), b, false);
  return a ? withConstant(c.e, 'sub', c.x(1), a, true) : binary(c.e, 'sub', c.x(0), c.x(1));
}

const compare =
  (truth: (e: Emitter, difference: Val) => Val): Rule =>
  (c) => [truth(c.e, difference(c))];
const reversed = (e: Emitter, x: Val): Val => affine(e, x, -1, 0, 'reversed');

const times = (c: Context, a: Val, index: number): Val => {
  const constant = c.constant(index);
  return constant ? withConstant(c.e, 'mul', a, constant, false) : binary(c.e, 'mul', a, c.x(index));
};

/** chosen · a + (1 − chosen) · b. */
export const choice: Rule = (c) => {
  const chosen: Tensor | undefined = c.constant(0);
  if (chosen) throw new Unfit('chooses by a constant');
  const bit = c.x(0);
  return [binary(c.e, 'add', times(c, bit, 1), times(c, not(c.e, bit), 2))];
};

/** n − max over the axis of (n − i) where element i is the largest: the first of several. */
export function placeOfLargest(e: Emitter, x: Val, axis: number, keep: boolean, largest: boolean): Val {
  const count = x.shape[axis]!;
  const most = extremeOver(e, x, [axis], true, largest);
  const same = not(e, apart(e, binary(e, 'sub', x, most)));
  const shape = x.shape.map((_, i) => (i === axis ? count : 1));
  const places: Tensor = { type: 'float32', shape, data: Float32Array.from({ length: count }, (_, i) => count - i) };
  const marked = withConstant(e, 'mul', same, places, false);
  return affine(e, extremeOver(e, marked, [axis], keep, true), -1, count, 'place');
}

const rules = {
  greater: compare(positive),
  less: compare((e, x) => positive(e, reversed(e, x))),
  greaterOrEqual: compare((e, x) => not(e, positive(e, reversed(e, x)))),
  lessOrEqual: compare((e, x) => not(e, positive(e, x))),
  equal: compare((e, x) => not(e, apart(e, x))),
  notEqual: compare(apart),
  not: ((c) => [not(c.e, c.x(0))]) satisfies Rule,
};

/** Both of two truths, and either: the product, and what is left of the product of their opposites. */
const both: Rule = (c) => [binary(c.e, 'mul', c.operand(0), c.operand(1))];
const either: Rule = (c) => {
  const { e } = c;
  return [not(e, binary(e, 'mul', not(e, c.operand(0)), not(e, c.operand(1))))];
};

const argOf =
  (largest: boolean): Rule =>
  (c) => {
    if (c.call.number('select_last_index', 0) === 1) throw new Unfit('takes the last of several');
    const x = c.x(0);
    const axis = c.call.axis(c.call.number('axis', 0), x.shape.length);
    return [placeOfLargest(c.e, x, axis, c.call.number('keepdims', 1) !== 0, largest)];
  };

const argAt =
  (largest: boolean): Rule =>
  (c) => {
    const x = c.x(0);
    return [placeOfLargest(c.e, x, c.call.axis(c.call.constants(1)[0] ?? 0, x.shape.length), false, largest)];
  };

export const logicRules: Readonly<Record<string, Rule>> = {
  Greater: rules.greater,
  Less: rules.less,
  GreaterOrEqual: rules.greaterOrEqual,
  LessOrEqual: rules.lessOrEqual,
  Equal: rules.equal,
  Not: rules.not,
  And: both,
  Or: either,
  Where: choice,
  ArgMax: argOf(true),
  ArgMin: argOf(false),
};

export const tfliteLogicRules: Readonly<Record<string, Rule>> = {
  GREATER: rules.greater,
  LESS: rules.less,
  GREATER_EQUAL: rules.greaterOrEqual,
  LESS_EQUAL: rules.lessOrEqual,
  EQUAL: rules.equal,
  NOT_EQUAL: rules.notEqual,
  LOGICAL_NOT: rules.not,
  LOGICAL_AND: both,
  LOGICAL_OR: either,
  SELECT: choice,
  SELECT_V2: choice,
  ARG_MAX: argAt(true),
  ARG_MIN: argAt(false),
};
