// Comparisons, choices and places of the largest as arithmetic: true is 1 and false is 0.
import { broadcastShape, map2 } from '../model/math/broadcast.ts';
import type { Tensor } from '../model/tensor.ts';
import { affine, binary, clipped, unary, withConstant } from './elementwise.ts';
import type { Emitter, Val } from './emitter.ts';
import { extremeOver } from './maps.ts';
import type { Context, Rule } from './rule.ts';

/** 1 where x is above 0: twice enlarged, so that whatever is not 0 reaches 1 and nothing overflows. */
export function positive(e: Emitter, x: Val): Val {
  const near = clipped(e, affine(e, x, 2 ** 60, 0, 'enlarged'), 0, 1);
  return clipped(e, affine(e, near, 2 ** 60, 0, 'enlarged'), 0, 1);
}
const not = (e: Emitter, x: Val): Val => affine(e, x, -1, 1, 'not');
export const apart = (e: Emitter, x: Val): Val => positive(e, unary(e, x, 'function', { of: 'abs' }, 'apart'));

function difference(c: Context): Val {
  const [a, b] = [c.constant(0), c.constant(1)];
  if (b) return withConstant(c.e, 'sub', c.x(0), b, false);
  return a ? withConstant(c.e, 'sub', c.x(1), a, true) : binary(c.e, 'sub', c.x(0), c.x(1));
}

const compare =
  (truth: (e: Emitter, difference: Val) => Val): Rule =>
  (c) => [truth(c.e, difference(c))];
const reversed = (e: Emitter, x: Val): Val => affine(e, x, -1, 0, 'reversed');

const largestFloat = 3.4028234663852886e38;
/** What is not chosen is multiplied by 0, which infinities do not survive. */
const finite = (tensor: Tensor): Tensor => ({
  ...tensor,
  type: 'float32',
  data: Float32Array.from(tensor.data, (x) => Math.max(-largestFloat, Math.min(largestFloat, x))),
});

/** chosen · a + (1 − chosen) · b. */
export const choice: Rule = (c) => {
  const chosen = c.constant(0);
  const part = (index: number, bit: Val | Tensor): Val | Tensor => {
    const constant = c.constant(index);
    const own = constant ? finite(constant) : c.x(index);
    if (!('data' in bit))
      return 'data' in own ? withConstant(c.e, 'mul', bit, own, false) : binary(c.e, 'mul', bit, own);
    return 'data' in own ? c.e.constant(product(bit, own)) : withConstant(c.e, 'mul', own, bit, false);
  };
  const bit = chosen ?? c.x(0);
  const other = 'data' in bit ? { ...bit, data: Float32Array.from(bit.data, (x) => 1 - x) } : not(c.e, bit);
  const [a, b] = [part(1, bit), part(2, other)] as [Val, Val];
  return [binary(c.e, 'add', a, b)];
};

/** Two constants, element by element. */
function product(a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShape([a.shape, b.shape]) ?? [];
  const result: Tensor = { type: 'float32', shape, data: new Float32Array(shape.reduce((n, size) => n * size, 1)) };
  map2(result, a, b, (x, y) => x * y);
  return result;
}

/** n − max over the axis of (n − i) where element i is the largest: the first of several; `last`: max of i, the last of them. */
function placeOfLargest(e: Emitter, x: Val, axis: number, keep: boolean, largest: boolean, last = false): Val {
  const count = x.shape[axis]!;
  const most = extremeOver(e, x, [axis], true, largest);
  const same = not(e, apart(e, binary(e, 'sub', x, most)));
  const shape = x.shape.map((_, i) => (i === axis ? count : 1));
  const places: Tensor = {
    type: 'float32',
    shape,
    data: Float32Array.from({ length: count }, (_, i) => (last ? i : count - i)),
  };
  const marked = withConstant(e, 'mul', same, places, false);
  const found = extremeOver(e, marked, [axis], keep, true);
  return last ? found : affine(e, found, -1, count, 'place');
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
    const last = c.call.number('select_last_index', 0) === 1;
    const x = c.x(0);
    const axis = c.call.axis(c.call.number('axis', 0), x.shape.length);
    return [placeOfLargest(c.e, x, axis, c.call.number('keepdims', 1) !== 0, largest, last)];
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
