// Whole nets in integers, on the CPU: within one step of the fake-quantized float path, zero exact, per-channel better than per-tensor.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeOne } from '../../../src/gpu-kernels/families/int8/border.ts';
import { mulberry32 } from '../../../src/graph/random.ts';
import { correctedBias } from '../../../src/graph/quant/bias-correction.ts';
import { constantName } from '../../../src/graph/quant/fold.ts';
import { integerProgram } from '../../../src/graph/quant/integer-program.ts';
import { layerId } from '../../../src/graph/quant/layers.ts';
import { quantizeNet, type QuantizedNet } from '../../../src/graph/quant/quantize.ts';
import { runFakeQuantized, runProgram } from '../../../src/graph/quant/run-program.ts';
import { quantizeWeights } from '../../../src/graph/quant/scheme.ts';
import { pictureFor, prepare } from './golden-nets.ts';

const recipe = { calibration: 'max', pictures: 3, perChannel: true, equalized: false, float: [] };

/** Share of all bytes of all integer layers that differ by at most one step between the two paths, and the worst difference. */
function agreement(
  net: QuantizedNet,
  picture: Float32Array,
): { share: number; worst: number; count: number; distinct: number } {
  const ids = net.program.steps.map(layerId).filter((id) => net.quantizations.has(id));
  const { program, constants } = integerProgram(net, ids);
  const integers = runProgram(program, constants, picture, ids);
  const floats = runFakeQuantized(net, picture, ids);
  let [within, count, worst] = [0, 0, 0];
  const seen = new Set<number>();
  const outputs = new Set(net.program.outputs.map(({ value }) => value.id));
  for (const id of ids.filter((own) => !outputs.has(own))) {
    const { scale, zero } = net.quantizations.get(id) as NonNullable<ReturnType<typeof net.quantizations.get>>;
    const [found, expected] = [integers.get(id) as Uint8Array, floats.get(id) as Float32Array];
    for (let i = 0; i < found.length; i++) {
      const difference = Math.abs(
        (found[i] as number) - quantizeOne(expected[i] as number, { inverse: Math.fround(1 / scale), zero }),
      );
      count++;
      seen.add(found[i] as number);
      worst = Math.max(worst, difference);
      if (difference <= 1) within++;
    }
  }
  return { share: within / count, worst, count, distinct: seen.size };
}

describe('integer path against the fake-quantized float path', () => {
  for (const [name, size] of [
    ['mobilenetv1_100', 64],
    ['mobilenetv2_100', 64],
    ['mobilenetv3_small_100', 64],
  ] as const) {
    it(`${name}: at most one step apart on 99.9 % of all layer outputs`, async () => {
      const { folded, calibration } = await prepare(name, size);
      const net = quantizeNet(folded, calibration.ranges('max'), recipe);
      expect([...net.floatLayers]).toEqual([]);
      const { share, count, distinct } = agreement(net, pictureFor(size, 'unseen'));
      expect(count).toBeGreaterThan(100_000);
      // The range is used nearly whole, so the agreement is not that of constants.
      expect(distinct).toBeGreaterThan(240);
      expect(share).toBeGreaterThanOrEqual(0.999);
    });
  }
});

describe('weights', () => {
  for (const [name, count] of [
    ['mobilenetv1_100', 13],
    ['mobilenetv2_100', 17],
    ['mobilenetv3_small_100', 11],
  ] as const)
    it(`${name}: per channel are nearer to the truth than per tensor, on every depthwise layer`, async () => {
      const { folded } = await prepare(name, 64);
      const depthwise = folded.program.steps.filter(({ family }) => family === 'depthwise');
      expect(depthwise.length).toBe(count);
      for (const step of depthwise) {
        const weight = folded.constants.get(constantName(step, 'weight')) as Float32Array;
        const bias = folded.constants.get(constantName(step, 'bias')) as Float32Array;
        const own = weight.length / bias.length;
        const error = (perChannel: boolean): number => {
          const made = quantizeWeights(weight, bias, 0.02, perChannel, own);
          return weight.reduce(
            (sum, real, i) =>
              sum + (real - (made.weight[i] as number) * (made.scale[Math.floor(i / own)] as number)) ** 2,
            0,
          );
        };
        expect(error(true)).toBeLessThanOrEqual(error(false));
      }
    });

  it('round to kernels whose sum is rounded too, each tap to one of its two neighbours', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 }), (taps) => {
        const { weight, scale } = quantizeWeights(taps, [0], 1, true, 9);
        const real = taps.map((tap) => tap / (scale[0] as number));
        const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
        return (
          Math.abs(sum(weight) - sum(real)) <= 0.5 + 1e-6 &&
          weight.every((q, i) => Math.abs(q) <= 127 && Math.abs(q - (real[i] as number)) < 1)
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('leave the mean output where it was: the bias takes their error off', () => {
    const [outputs, inputs, taps] = [6, 5, 9];
    const next = mulberry32(11);
    const weight = Float32Array.from({ length: outputs * inputs * taps }, () => next() - 0.5);
    const bias = Float32Array.from({ length: outputs }, () => next());
    const means = Float64Array.from({ length: inputs }, () => 10 * next());
    const made = quantizeWeights(weight, bias, 0.02, true, taps);
    const corrected = correctedBias(made, weight, taps, 0.02, means);
    const meanOutput = (o: number, weightOf: (i: number) => number, own: number): number =>
      Array.from({ length: inputs * taps }, (_, i) => i).reduce(
        (sum, i) => sum + weightOf(o * inputs * taps + i) * (means[Math.floor(i / taps)] as number),
        own,
      );
    const worst = (biases: Int32Array): number =>
      Math.max(
        ...bias.map((own, o) => {
          const scale = made.scale[o] as number;
          const integer = meanOutput(
            o,
            (i) => (made.weight[i] as number) * scale,
            (biases[o] as number) * 0.02 * scale,
          );
          return Math.abs(integer - meanOutput(o, (i) => weight[i] as number, own)) / (0.02 * scale);
        }),
      );
    expect(worst(made.bias)).toBeGreaterThan(20);
    // One rounding of the bias, one of the correction.
    expect(worst(corrected)).toBeLessThanOrEqual(1.01);
  });

  it('of a dead filter with a large bias keep the bias within int32', () => {
    const { bias, scale } = quantizeWeights(Float32Array.of(0, 1e-12, 0.5), Float32Array.of(3, -2, 0.1), 0.02, true);
    expect([...bias].every((b) => Math.abs(b) <= 2 ** 30)).toBe(true);
    expect((bias[0] as number) * 0.02 * (scale[0] as number)).toBeCloseTo(3, 6);
  });
});
