// The rounding rule against 64-bit integers: float64 arithmetic must reproduce BigInt for every accumulator, multiplier and shift.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, commonFactors } from '../../../src/gpu-kernels/families/int8/add.ts';
import { quantizeOne } from '../../../src/gpu-kernels/families/int8/border.ts';
import { isSmall, multiplierOf, requantize } from '../../../src/gpu-kernels/families/int8/requantize.ts';

/** The rule as it is written, in exact integers; BigInt's shift rounds down. */
const exact = (acc: number, m0: number, shift: number): bigint =>
  (BigInt(acc) * BigInt(m0) + (1n << BigInt(shift - 1))) >> BigInt(shift);

const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0, 1, -1),
  fc.integer({ min: -70000, max: 70000 }),
);
const m0 = fc.oneof(
  fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
  fc.constantFrom(2 ** 30, 2 ** 31 - 1, 0, 1, 2 ** 30 + 65535, 2 ** 30 + 65536),
);
const shift = fc.integer({ min: 17, max: 62 });

describe('requantize', () => {
  it('equals BigInt arithmetic', () => {
    fc.assert(
      fc.property(int32, m0, shift, (acc, m, n) => BigInt(requantize(acc, m, n)) === exact(acc, m, n)),
      { numRuns: 20000 },
    );
  });

  it('equals BigInt arithmetic where the product is an exact half', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), fc.integer({ min: 31, max: 45 }), (odd, n) => {
        const acc = 2 * odd + 1;
        const m = 2 ** 30;
        // (2k + 1)·2³⁰ / 2ⁿ is a half exactly when n = 31.
        return BigInt(requantize(acc, m, n)) === exact(acc, m, n) && (n !== 31 || requantize(acc, m, n) === odd + 1);
      }),
      { numRuns: 3000 },
    );
  });

  it('finds a multiplier within 2⁻³¹ of every factor', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -31, max: 2 ** 14 - 1, noNaN: true }), (factor) => {
        const { m0: m, shift: n } = multiplierOf(factor);
        return n >= 17 && n <= 62 && m >= 2 ** 30 && m < 2 ** 31 && Math.abs(m / 2 ** n / factor - 1) <= 2 ** -31;
      }),
      { numRuns: 5000 },
    );
    expect(multiplierOf(0.5)).toEqual({ m0: 2 ** 30, shift: 31 });
    expect(multiplierOf(1 - 2 ** -40)).toEqual({ m0: 2 ** 30, shift: 30 });
    expect(multiplierOf(0)).toEqual({ m0: 0, shift: 62 });
    expect(isSmall(multiplierOf(0.2499))).toBe(true);
    expect(isSmall(multiplierOf(0.25))).toBe(false);
    for (const wrong of [-1, NaN, Infinity, 2 ** 14]) expect(() => multiplierOf(wrong)).toThrow(RangeError);
  });
});

describe('add', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  it('stays inside int32 and equals BigInt arithmetic', () => {
    fc.assert(
      fc.property(
        byte,
        byte,
        byte,
        byte,
        byte,
        fc.double({ min: 1e-6, max: 1e5, noNaN: true }),
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        (a, b, leftZero, rightZero, outputZero, x, y) => {
          const { integers, shift: n } = commonFactors([x, y]);
          const [left, right] = integers as [number, number];
          const sum =
            BigInt(a - leftZero) * BigInt(left) + BigInt(b - rightZero) * BigInt(right) + (1n << BigInt(n - 1));
          const q = Number(sum >> BigInt(n)) + outputZero;
          const attrs = { leftZero, rightZero, left, right, shift: n, outputZero, low: 0, high: 255 };
          return BigInt.asIntN(32, sum) === sum && add(a, b, attrs) === Math.min(255, Math.max(0, q));
        },
      ),
      { numRuns: 10000 },
    );
  });

  it('keeps 20 bits of the larger factor', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 2 ** 19, noNaN: true }), (x) => {
        const { integers, shift: n } = commonFactors([x, x / 3]);
        return Math.abs((integers[0] as number) / 2 ** n / x - 1) <= 2 ** -20;
      }),
    );
    expect(() => commonFactors([2 ** 20, 1])).toThrow(RangeError);
  });
});

describe('quantize', () => {
  it('maps real zero to the zero point exactly, and halves to even', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.float({ min: Math.fround(1e-6), max: Math.fround(1e6), noNaN: true }),
        (zero, inverse) => quantizeOne(0, { inverse, zero }) === zero,
      ),
    );
    expect([0.5, 1.5, 2.5, -0.5, -1.5].map((x) => quantizeOne(x, { inverse: 1, zero: 100 }))).toEqual([
      100, 102, 102, 100, 98,
    ]);
  });
});
