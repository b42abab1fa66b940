// Integer products against a literal sum of 64-bit integers, the packed bias against the definition with zero points.
import { describe, expect, it } from 'vitest';
import { int8Packers } from '../../../src/gpu-kernels/packing/int8-packers.ts';
import { accumulate, finish } from '../../../src/gpu-kernels/families/int8/product.ts';
import { padAxis, windowOutput } from '../../../src/gpu-kernels/ops/padding.ts';
import { Random } from '../../gpu/kernels/random-steps.ts';

const bytes = (random: Random, length: number): Uint8Array => Uint8Array.from({ length }, () => random.whole(0, 255));
const signed = (random: Random, length: number): Int8Array => Int8Array.from({ length }, () => random.whole(-127, 127));

describe('accumulate', () => {
  it('equals the sum in BigInt for windows, strides, dilations and groups', () => {
    const random = new Random(11);
    for (let n = 0; n < 300; n++) {
      const groups = random.pick(1, 1, 2, 3);
      const [own, outOwn] = [random.whole(1, 5), random.whole(1, 4)];
      const [k, stride, dilation] = [random.whole(1, 3), random.whole(1, 3), random.whole(1, 2)];
      const size = random.whole(k * dilation, 7);
      const pad = padAxis(random.pick<'same' | 0 | 1>('same', 0, 1), 0, size, k, stride, dilation);
      const out = windowOutput(size, k, stride, dilation, pad);
      if (out < 1) continue;
      const zero = random.pick(0, 255, 128, 17);
      const [channels, outChannels] = [own * groups, outOwn * groups];
      const input = bytes(random, size * size * channels);
      const weight = signed(random, outChannels * own * k * k);
      const bias = Int32Array.from({ length: outChannels }, () => random.whole(-(2 ** 30), 2 ** 30));
      const taps = {
        kernel: [k, k],
        stride: [stride, stride],
        dilation: [dilation, dilation],
        pads: [pad[0], pad[0]],
        groups,
      } as const;
      const found = accumulate(input, [1, size, size, channels], zero, { weight, bias }, taps, [
        1,
        out,
        out,
        outChannels,
      ]);
      for (let i = 0; i < found.length; i++) {
        const o = i % outChannels;
        const [ox, oy] = [Math.floor(i / outChannels) % out, Math.floor(i / outChannels / out)];
        let sum = BigInt(bias[o] as number);
        for (let c = 0; c < own; c++)
          for (let ky = 0; ky < k; ky++)
            for (let kx = 0; kx < k; kx++) {
              const [y, x] = [oy * stride + ky * dilation - pad[0], ox * stride + kx * dilation - pad[0]];
              if (y < 0 || x < 0 || y >= size || x >= size) continue;
              const q = input[(y * size + x) * channels + Math.floor(o / outOwn) * own + c] as number;
              sum += BigInt(q - zero) * BigInt(weight[((o * own + c) * k + ky) * k + kx] as number);
            }
        expect(BigInt(found[i] as number)).toBe(sum);
      }
    }
  });

  it('refuses a sum beyond int32 and names the channel', () => {
    const taps = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pads: [0, 0], groups: 1 } as const;
    const weights = { weight: Int8Array.of(127), bias: Int32Array.of(2 ** 31 - 1) };
    expect(() => accumulate(Uint8Array.of(1), [1, 1], 0, weights, taps, [1, 1])).toThrow('channel 0');
  });
});

describe('packed constants', () => {
  it('make up for flipped bytes: Σ(q − 128)·w + packed bias = Σ(q − zero)·w + bias', () => {
    const random = new Random(5);
    for (let n = 0; n < 200; n++) {
      const channels = random.whole(1, 40);
      const inputZero = random.whole(0, 255);
      const [q, weight, bias] = [bytes(random, channels), signed(random, channels), random.whole(-(2 ** 30), 2 ** 30)];
      const pack = int8Packers.int8Constants as NonNullable<(typeof int8Packers)[string]>;
      const sources = [weight, Int32Array.of(bias)].map((data) => ({ data, shape: [1, data.length] }));
      const words = pack(sources, { inputZero, outputZero: 3, low: 0 });
      const flipped = q.reduce((sum, byte, i) => sum + (byte - 128) * (weight[i] as number), words[4] as number);
      expect(flipped).toBe(q.reduce((sum, byte, i) => sum + (byte - inputZero) * (weight[i] as number), bias));
    }
  });
});

describe('finish', () => {
  it('clamps per channel, then applies tables and a residual in order', () => {
    const table = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
    const add = {
      kind: 'add',
      input: 1,
      leftZero: 0,
      rightZero: 0,
      left: 2 ** 10,
      right: 2 ** 10,
      shift: 10,
      outputZero: 0,
      low: 0,
      high: 200,
    } as const;
    const attrs = {
      inputZero: 0,
      outputZero: 10,
      low: 10,
      small: false,
      reach: 0,
      after: [{ kind: 'table', weight: 'table' }, add],
    } as const;
    // Factor 1: m0 = 2³⁰, shift 30.
    const weights = {
      m0: Int32Array.of(2 ** 30, 2 ** 30),
      shift: Int32Array.of(30, 30),
      cap: Int32Array.of(50, 255),
      table,
    };
    const found = finish(Float64Array.of(-7, 245, 60, 3), attrs, {
      inputs: [new Uint8Array(4), Uint8Array.of(1, 1, 0, 2)],
      weights,
    });
    // −7 → 10 → 245 + 1; 245 → 255 → 0 + 1; 60 → 50 → 205 + 0; 3 → 13 → 242 + 2; capped at 200.
    expect([...found]).toEqual([200, 1, 200, 200]);
  });
});
