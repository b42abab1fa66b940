// Rules that both formats share: one op of one operand, and arithmetic of two of which one may be a constant.
import { binary, unary, withConstant, type BinaryOp } from './elementwise.ts';
import type { Val } from './emitter.ts';
import type { Context, Rule } from './rule.ts';

export const one =
  (op: Parameters<typeof unary>[2], attrs?: unknown): Rule =>
  (c) => [unary(c.e, c.x(), op, attrs)];

export const func = (of: string): Rule => one('function', { of });

/** @param after What the file's format does with the result: a fused activation. */
export const arithmeticRule =
  (op: BinaryOp, after: (c: Context, x: Val) => Val = (_, x) => x): Rule =>
  (c) => {
    const [a, b] = [c.constant(0), c.constant(1)];
    if (b) return [after(c, withConstant(c.e, op, c.x(0), b, false))];
    if (a) return [after(c, withConstant(c.e, op, c.x(1), a, true))];
    return [after(c, binary(c.e, op, c.x(0), c.x(1)))];
  };
