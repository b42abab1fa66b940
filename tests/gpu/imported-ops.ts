// Cases of the ops that only imported nets have, for the comparison of every op on the GPU with its reference.
import { functionNames } from '../../src/gpu-kernels/ops/functions.ts';
import type { Shape } from '../../src/gpu-kernels/op.ts';
import type { OpName } from '../../src/gpu-kernels/ops/index.ts';

export interface Case {
  readonly op: OpName;
  readonly attrs?: unknown;
  readonly inputs: readonly Shape[];
}

export function importedCases(random: () => number): readonly Case[] {
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
  ];
}
