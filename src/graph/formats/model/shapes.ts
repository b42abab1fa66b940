// Shape rules that both formats share.
import type { Call } from './call.ts';

/** A new shape of the same values; one −1 is what is left, 0 keeps the size unless `allowZero`. */
export function reshaped(call: Call, x: readonly number[], wanted: readonly number[], allowZero: boolean): number[] {
  if (wanted.filter((size) => size === -1).length > 1) call.fail('leaves two sizes open (-1)');
  const shape = wanted.map((size, i) =>
    size === 0 && !allowZero ? (x[i] ?? call.fail('keeps a size that is not there')) : size,
  );
  if (shape.some((size) => size < -1)) call.fail(`asks for the shape [${wanted.join(', ')}]`);
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const total = x.reduce((a, b) => a * b, 1);
  if (shape.includes(-1)) {
    if (known === 0 ? total !== 0 : total % known !== 0)
      call.fail(`cannot make [${wanted.join(', ')}] of ${total} values`);
    return shape.map((size) => (size === -1 ? (known === 0 ? 0 : total / known) : size));
  }
  if (known !== total) call.fail(`cannot make [${wanted.join(', ')}] of ${total} values`);
  return shape;
}
