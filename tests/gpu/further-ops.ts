// Cases of the ops that only imported nets and nets with branches have, for the comparison of every op on the GPU with its reference.
import { functionNames } from '../../src/gpu-kernels/ops/functions.ts';
import type { Shape } from '../../src/gpu-kernels/op.ts';
import type { OpName } from '../../src/gpu-kernels/ops/index.ts';

export interface Case {
  readonly op: OpName;
  readonly attrs?: unknown;
  readonly inputs: readonly Shape[];
}

export function furtherCases(random: () => number): readonly Case[] {
  const whole = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const pick = <T>(...list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const times = (make: (index: number) => Case): Case[] => Array.from({ length: 12 }, (_, i) => make(i));
  const map = (low = 3, high = 12, channels = whole(1, 21)): Shape => [
    whole(1, 2),
    whole(low, high),
    whole(low, high),
    channels,
  ];
  return [
    ...times((): Case => ({ op: 'affine', attrs: { factor: random() * 4 - 2, offset: random() }, inputs: [map()] })),
    ...times((): Case => ({ op: 'clip', attrs: { min: -random(), max: random() }, inputs: [map()] })),
    ...times((): Case => ({ op: 'quantize', attrs: { scale: 0.1 + random(), min: -4, max: 3 }, inputs: [map()] })),
    ...times((): Case => ({ op: 'requantize', attrs: { min: -4, max: 3 }, inputs: [map()] })),
    ...functionNames.map((of): Case => ({ op: 'function', attrs: { of }, inputs: [map()] })),
    ...times((): Case => ({ op: 'constant', attrs: { shape: [...map()] }, inputs: [] })),
    ...times((): Case => ({ op: 'rearrange', attrs: { shape: [...map()] }, inputs: [map(12, 14, 21)] })),
    ...times((i): Case => {
      const [rows, depth, columns] = [whole(1, 9), whole(1, 9), whole(1, 9)];
      const transposed = i % 2 === 0;
      const right = transposed ? [columns, depth] : [depth, columns];
      return {
        op: 'matmul',
        attrs: { transposed },
        inputs: [
          [1, 3, rows, depth],
          [1, 3, ...right],
        ],
      };
    }),
    ...times((i): Case => {
      const mode = pick('constant', 'reflect', 'edge');
      const after = [0, 2, 0, mode === 'reflect' ? 0 : i % 4];
      return { op: 'pad', attrs: { before: [0, 1, 2, 0], after, mode, value: i % 2 }, inputs: [map()] };
    }),
    ...times((): Case => ({ op: 'gram', inputs: [[whole(1, 2), whole(1, 20), whole(1, 30)]] })),
    ...times((): Case => {
      const factor = whole(2, 3);
      return { op: 'pixel_shuffle', attrs: { factor }, inputs: [map(1, 6, factor * factor * whole(1, 5))] };
    }),
    ...times((): Case => ({
      op: 'pad_channels',
      attrs: { channels: whole(10, 30) },
      inputs: [map(1, 9, whole(1, 9))],
    })),
    ...times((): Case => ({
      op: 'adaptive_avg_pool2d',
      attrs: { size: [whole(1, 4), whole(1, 4)] },
      inputs: [map(4, 11)],
    })),
    ...times((): Case => {
      const fft = pick(32, 64);
      const ends = { rate: 16000, low: pick(0, 125), high: pick(7500, 8000) };
      const scale = pick('slaney', 'htk', 'tf');
      const ln = random() < 0.5;
      const level = { log: ln ? 'ln' : 'db', floor: 1e-10, offset: 0.01 };
      const sizes = { fft, window: pick(fft, fft - 7), hop: pick(10, 16), mels: whole(3, 6) };
      return {
        op: 'log_mel',
        attrs: { ...ends, ...sizes, ...level, scale, power: pick(1, 2), unit: pick(true, false) },
        inputs: [[whole(1, 2), 1, whole(100, 300), 1]],
      };
    }),
  ];
}
