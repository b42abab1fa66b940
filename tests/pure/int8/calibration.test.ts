// Calibration: ranges shrink with the percentile, entropy clips outliers, averages move, and zero is always an exact byte.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../../../src/graph/random.ts';
import { calibrationMethods, Observer, type CalibrationMethod } from '../../../src/graph/quant/observers.ts';
import { quantizationOf, toByte, toReal } from '../../../src/graph/quant/scheme.ts';
import { prepare } from './golden-nets.ts';

const byWidth: readonly CalibrationMethod[] = [
  'max',
  'percentile-99.9999',
  'percentile-99.999',
  'percentile-99.99',
  'percentile-99.9',
];

function observe(...batches: readonly Float32Array[]): Observer {
  const observer = new Observer();
  for (const batch of batches) observer.watchRange(batch);
  for (const batch of batches) observer.watchHistogram(batch);
  return observer;
}

const width = (observer: Observer, method: CalibrationMethod): number => {
  const { low, high } = observer.range(method);
  return high - low;
};

/** A bell of standard deviation 1 with a few far outliers. */
function bell(count: number, outlier: number): Float32Array {
  const next = mulberry32(3);
  const values = Float32Array.from({ length: count }, () => next() + next() + next() + next() + next() + next() - 3);
  values[count >> 1] = outlier;
  return values;
}

describe('ranges', () => {
  it('range(max) ≥ range(99.9999) ≥ … ≥ range(99.9), whatever the values', () => {
    const values = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, (list) => {
        const widths = byWidth.map((method) => width(observe(Float32Array.from(list)), method));
        return widths.every((w, i) => i === 0 || w <= (widths[i - 1] as number) + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('hold on every tensor of a net', async () => {
    const { calibration } = await prepare('mobilenetv3_small_100', 32, 2);
    expect(calibration.observers.size).toBeGreaterThan(100);
    for (const observer of calibration.observers.values()) {
      const widths = byWidth.map((method) => width(observer, method));
      for (let i = 1; i < widths.length; i++) expect(widths[i] as number).toBeLessThanOrEqual(widths[i - 1] as number);
      for (const method of calibrationMethods) {
        const { low, high } = observer.range(method);
        expect(low).toBeLessThanOrEqual(0);
        expect(high).toBeGreaterThanOrEqual(0);
        expect(width(observer, method)).toBeLessThanOrEqual(width(observer, 'max'));
      }
    }
  });

  it('a percentile cuts off that share of the values', () => {
    const uniform = Float32Array.from({ length: 100_000 }, (_, i) => i / 99_999);
    const { low, high } = observe(uniform).range('percentile-99.9');
    expect(low).toBe(0);
    expect(high).toBeCloseTo(0.999, 3);
  });

  it('entropy keeps the body of a distribution and drops what stands far outside', () => {
    const observer = observe(bell(100_000, 40));
    expect(width(observer, 'max')).toBeGreaterThan(40);
    const { low, high } = observer.range('entropy');
    expect(high).toBeLessThan(10);
    expect(high).toBeGreaterThan(1.2);
    expect(low).toBeLessThan(-1.2);
  });

  it('the moving average follows the pictures', () => {
    const observer = new Observer();
    for (const high of [1, 1, 11]) observer.watchRange(Float32Array.of(0, high));
    expect(observer.range('average').high).toBeCloseTo(0.9 * 1 + 0.1 * 11, 6);
  });
});

describe('quantization of a range', () => {
  it('makes zero an exact byte and keeps both ends within half a step', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        (a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const quantization = quantizationOf({ low, high });
          const back = (real: number): number => toReal([toByte(real, quantization)], quantization)[0] as number;
          return back(0) === 0 && [low, high].every((end) => Math.abs(back(end) - end) <= 0.51 * quantization.scale);
        },
      ),
    );
    expect(quantizationOf({ low: 0, high: 0 })).toEqual({ scale: 1, zero: 0 });
    expect(() => quantizationOf({ low: 0, high: NaN })).toThrow('not finite');
  });
});
