// EfficientNet's compound scaling: the formula of the paper, the numbers its authors published, and the way back from a header.
import { expect, test } from 'vitest';
import { presets } from '../../../../src/graph/presets/catalogue.ts';
import { alpha, baseSide, beta, gamma, phiOf, published, scaledBy } from '../../../../src/ui/views/build/compound.ts';

test('the coefficients double the work with each step (α·β²·γ² ≈ 2, arXiv 1905.11946 equation 3)', () => {
  expect(alpha * beta ** 2 * gamma ** 2).toBeCloseTo(1.92, 2);
});

test.each([
  [0, { depth: 1, width: 1, side: 224 }],
  [1, { depth: 1.2, width: 1.1, side: 256 }],
  [3, { depth: 1.73, width: 1.33, side: 344 }],
  [7, { depth: 3.58, width: 1.95, side: 592 }],
])('φ %d', (phi, scaled) => {
  expect(scaledBy(phi, 224)).toEqual(scaled);
});

test('the published nets are those of the presets', () => {
  for (const [phi, { width, depth }] of published.entries()) {
    const knobs = presets.find(({ name }) => name === `efficientnet_b${phi}`)?.knobs;
    if (!knobs) continue;
    expect([knobs.width ?? 1, knobs.depth ?? 1]).toEqual([width, depth]);
  }
  expect(presets.some(({ name }) => name === 'efficientnet_b3')).toBe(true);
});

test('φ and the side at φ = 0 are read back from a header', () => {
  for (let phi = 0; phi <= 10; phi++) {
    for (const base of [128, 192, 224, 256]) {
      const { width, depth, side } = scaledBy(phi, base);
      expect(phiOf({ width, depth, input: [3, side, side] })).toBe(phi);
      expect(baseSide({ width, depth, input: [3, side, side] })).toBe(base);
    }
  }
  for (const [phi, { width, depth, side }] of published.entries()) {
    expect(phiOf({ width, depth, input: [3, side, side] })).toBe(phi);
    expect(baseSide({ width, depth, input: [3, side, side] })).toBe(224);
  }
  expect(phiOf({ width: 1.4, depth: 1, input: [3, 224, 224] })).toBeUndefined();
});
