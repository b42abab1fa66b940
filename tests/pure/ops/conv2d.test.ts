// Convolutions against the definition written out as seven plain loops, over random signatures, and how fast the reference is.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import { noise, opNamed, runOp } from './run-op.ts';

interface Signature {
  readonly input: [number, number, number, number];
  readonly out: number;
  readonly groups: number;
  readonly kernel: [number, number];
  readonly stride: [number, number];
  readonly dilation: [number, number];
  readonly padding: [number, number, number, number];
}

/** Sums in float64, and Σ|x·w| beside them. */
function direct(s: Signature, x: Float32Array, w: Float32Array, bias: Float32Array) {
  const [batch, height, width, channels] = s.input;
  const [perGroup, outPerGroup] = [channels / s.groups, s.out / s.groups];
  const length = (size: number, axis: 0 | 1) =>
    Math.floor(
      (size + s.padding[2 * axis]! + s.padding[2 * axis + 1]! - s.dilation[axis] * (s.kernel[axis] - 1) - 1) /
        s.stride[axis],
    ) + 1;
  const [outH, outW] = [length(height, 0), length(width, 1)];
  const sums: number[] = [];
  const magnitudes: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let oy = 0; oy < outH; oy++)
      for (let ox = 0; ox < outW; ox++)
        for (let o = 0; o < s.out; o++) {
          let [sum, magnitude] = [bias[o]!, Math.abs(bias[o]!)];
          for (let i = 0; i < perGroup; i++)
            for (let ky = 0; ky < s.kernel[0]; ky++)
              for (let kx = 0; kx < s.kernel[1]; kx++) {
                const y = oy * s.stride[0] - s.padding[0] + ky * s.dilation[0];
                const column = ox * s.stride[1] - s.padding[2] + kx * s.dilation[1];
                if (y < 0 || y >= height || column < 0 || column >= width) continue;
                const channel = Math.floor(o / outPerGroup) * perGroup + i;
                const product =
                  x[((n * height + y) * width + column) * channels + channel]! *
                  w[((o * perGroup + i) * s.kernel[0] + ky) * s.kernel[1] + kx]!;
                sum += product;
                magnitude += Math.abs(product);
              }
          sums.push(sum);
          magnitudes.push(magnitude);
        }
  return { shape: [batch, outH, outW, s.out], sums, magnitudes };
}

const small = fc.integer({ min: 1, max: 3 });
const pads = fc.integer({ min: 0, max: 3 });
const signatures = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    size: fc.tuple(fc.integer({ min: 7, max: 11 }), fc.integer({ min: 7, max: 11 })),
    groups: fc.integer({ min: 1, max: 6 }),
    perGroup: fc.constantFrom(1, 1, 2, 3, 5),
    outPerGroup: fc.constantFrom(1, 1, 2, 3),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.tuple(small, small),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    padding: fc.tuple(pads, pads, pads, pads),
  })
  .map(({ batch, size, groups, perGroup, outPerGroup, ...rest }): Signature => ({
    ...rest,
    input: [batch, ...size, groups * perGroup],
    out: groups * outPerGroup,
    groups,
  }));

test('random signatures agree with the definition within float32 rounding', () => {
  fc.assert(
    fc.property(signatures, fc.integer({ min: 1, max: 1000 }), (s, seed) => {
      const { input, ...attrs } = s;
      const x = noise(elements(input), seed);
      const weight = noise((s.out * input[3] * s.kernel[0] * s.kernel[1]) / s.groups, seed + 1);
      const bias = noise(s.out, seed + 2);
      const expected = direct(s, x, weight, bias);
      const actual = runOp('conv2d', { ...attrs, bias: true }, [input], [x], { weight, bias });
      expect(actual.shape).toEqual(expected.shape);
      const exceeding = expected.sums.filter(
        (sum, i) => Math.abs(actual.values[i]! - sum) > 2 ** -24 * Math.abs(sum) + 1e-15 * expected.magnitudes[i]!,
      );
      expect(exceeding).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('padding words resolve per axis', () => {
  const x = noise(6 * 5 * 2, 1);
  const weight = noise(3 * 2 * 3 * 3, 2);
  const attrs = { out: 3, kernel: [3, 3], stride: [2, 2] };
  const same = runOp('conv2d', { ...attrs, padding: 'same' }, [[1, 6, 5, 2]], [x], { weight });
  // 6 rows at stride 2 need one padded row, after; 5 columns need one on each side.
  const explicit = runOp('conv2d', { ...attrs, padding: [0, 1, 1, 1] }, [[1, 6, 5, 2]], [x], { weight });
  expect(same).toEqual(explicit);
});

test.each([
  ['dense 3×3', [1, 28, 28, 64], { out: 64, kernel: 3, padding: 1 }, 28 * 28 * 64 * 64 * 9],
  ['pointwise', [1, 28, 28, 96], { out: 160, kernel: 1 }, 28 * 28 * 96 * 160],
  ['depthwise 3×3', [1, 56, 56, 144], { out: 144, kernel: 3, padding: 1, groups: 144 }, 56 * 56 * 144 * 9],
] as const)(
  '%s: counts its multiply-accumulates and is fast enough for whole nets',
  (name, shape: Shape, attrs, macs) => {
    const parsed = {
      stride: [1, 1],
      dilation: [1, 1],
      groups: 1,
      padding: 0,
      bias: false,
      ...attrs,
      kernel: [attrs.kernel, attrs.kernel],
    };
    expect(opNamed('conv2d').macs([shape], parsed)).toBe(macs);
    const x = noise(elements(shape), 1);
    const weight = noise(elements(opNamed('conv2d').params!([shape], parsed).weight!.shape), 2);
    let best = Infinity;
    for (let run = 0; run < 4; run++) {
      const start = process.cpuUsage();
      runOp('conv2d', attrs, [shape], [x], { weight });
      best = Math.min(best, process.cpuUsage(start).user);
    }
    const gigaMacsPerSecond = macs / best / 1e3;
    console.info(`conv2d reference, ${name}: ${gigaMacsPerSecond.toFixed(2)} GMAC/s`);
    // Processor time, and a tenth of what an idle core reaches: catches a reference that lost its fast path, not a busy machine.
    expect(gigaMacsPerSecond).toBeGreaterThan(0.05);
  },
);
