// Weight expressions against the formulas they stand for, half-precision rounding against its definition, packers against their index rule.
import { describe, expect, it } from 'vitest';
import { evaluate, fromHalf, packWeight, toHalf } from '../../../src/gpu-kernels/packing/weight-expr.ts';
import { packers } from '../../../src/gpu-kernels/packing/packers.ts';
import type { WeightExpr } from '../../../src/gpu-kernels/step.ts';
import * as w from '../../../src/graph/lower/weight-exprs.ts';

const store: Record<string, Float32Array> = {
  m: Float32Array.of(1, 2, 3, 4, 5, 6),
  v2: Float32Array.of(10, 100),
  v3: Float32Array.of(1, -1, 2),
  variance: Float32Array.of(3, 8, 15),
  conv: Float32Array.from({ length: 2 * 3 * 2 * 1 }, (_, i) => i),
};
const tensors = (name: string): Float32Array => store[name] as Float32Array;
const param = (name: string, ...shape: number[]): WeightExpr => ({ kind: 'param', name, shape });
const value = (expr: WeightExpr): number[] => [...evaluate(expr, tensors)];

describe('weight expressions', () => {
  it('scale rows and columns', () => {
    expect(value(w.mul(param('m', 2, 3), param('v2', 2), 0))).toEqual([10, 20, 30, 400, 500, 600]);
    expect(value(w.mul(param('m', 2, 3), param('v3', 3), 1))).toEqual([1, -2, 6, 4, -5, 12]);
    expect(value(w.mul(param('conv', 2, 3, 2, 1), param('v3', 3), 1))).toEqual([
      0, 1, -2, -3, 8, 10, 6, 7, -8, -9, 20, 22,
    ]);
  });

  it('fold a norm: scale = gamma / sqrt(variance + eps)', () => {
    expect(value(w.normScale(param('v3', 3), param('variance', 3), 1))).toEqual([1 / 2, -1 / 3, 2 / 4]);
    expect(value(w.sqrt(param('variance', 3), 1))).toEqual([2, 3, 4]);
  });

  it('contract a shift of the input into the bias, group by group', () => {
    expect(value(w.contract(param('m', 2, 3), param('v3', 3), 1))).toEqual([1 - 2 + 6, 4 - 5 + 12]);
    const grouped: WeightExpr = param('m', 2, 3);
    store.v6 = Float32Array.of(1, 1, 1, 2, 2, 2);
    expect(value(w.contract(grouped, param('v6', 6), 2))).toEqual([6, 30]);
    expect(value(w.contract(param('conv', 2, 3, 2, 1), param('v3', 3), 1))).toEqual([1 - 5 + 18, 13 - 17 + 42]);
  });

  it('join, reorder and gather', () => {
    expect(value(w.concat([param('v2', 2), param('v3', 3)], 0))).toEqual([10, 100, 1, -1, 2]);
    expect(value(w.concat([param('m', 2, 3), param('v2', 2, 1)], 1))).toEqual([1, 2, 3, 10, 4, 5, 6, 100]);
    expect(value({ kind: 'transpose', a: param('m', 2, 3), order: [1, 0], shape: [3, 2] })).toEqual([1, 4, 2, 5, 3, 6]);
    expect(value(w.gather(param('m', 2, 3), 1, [2, 0, 2, 1]))).toEqual([3, 1, 3, 2, 6, 4, 6, 5]);
  });

  it('leave zeros out', () => {
    expect(w.add(w.zeros([3]), param('v3', 3))).toEqual(param('v3', 3));
    expect(w.sub(param('v3', 3), w.zeros([3]))).toEqual(param('v3', 3));
    expect(w.concat([w.zeros([2]), w.zeros([1])], 0)).toEqual(w.zeros([3]));
  });

  it('refuse a tensor of another size by name', () => {
    expect(() => value(param('m', 7))).toThrow('"m" has 6 elements');
  });
});

describe('packing', () => {
  it('places each weight by the documented index', () => {
    const data = Float32Array.from({ length: 6 * 5 * 2 }, (_, i) => i + 1);
    const packed = packers.blocks4x4!([{ data, shape: [6, 5, 2, 1] }], {});
    for (let o = 0; o < 6; o++)
      for (let i = 0; i < 5; i++)
        for (let tap = 0; tap < 2; tap++) {
          const at = ((((o >> 2) * 2 + tap) * 2 + (i >> 2)) * 4 + (i & 3)) * 4 + (o & 3);
          expect(packed[at]).toBe(data[(o * 5 + i) * 2 + tap]);
        }
    expect(packed.filter((x) => x !== 0).length).toBe(60);
  });

  it('centres smaller kernels of a mixed convolution', () => {
    const sources = [
      { data: Float32Array.of(1), shape: [1, 1, 1, 1] },
      { data: new Float32Array(9).fill(2), shape: [1, 1, 3, 3] },
    ];
    const packed = packers.mixedTaps!(sources, { size: 3 });
    expect(Array.from({ length: 9 }, (_, tap) => packed[tap * 4])).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(Array.from({ length: 9 }, (_, tap) => packed[tap * 4 + 1])).toEqual(new Array(9).fill(2));
  });

  it('rounds to half precision: to nearest, ties to even, saturating', () => {
    const values = Float32Array.of(
      0,
      -0,
      1,
      -2.5,
      65504,
      1e6,
      -1e6,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -25,
      2 ** -14,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      2049,
      6e-8,
      Infinity,
    );
    const words = new Uint16Array(values.length);
    toHalf(values, words);
    expect([...fromHalf(words)]).toEqual([
      0,
      -0,
      1,
      -2.5,
      65504,
      65504,
      -65504,
      2 ** -24,
      0,
      2 ** -23,
      2 ** -14,
      1,
      1 + 2 ** -9,
      2048,
      2 ** -24,
      65504,
    ]);
    // Every half is its own nearest.
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter((word) => (word & 0x7c00) !== 0x7c00);
    const again = new Uint16Array(all.length);
    toHalf(fromHalf(all), again);
    expect(again).toEqual(all);
  });

  it('refuses a packer whose size is not the plan’s', () => {
    const weight = { packer: 'vector', roles: ['b'], options: {}, elements: 8, sources: [param('v3', 3)] };
    expect(() => packWeight(weight, 'f32', tensors)).toThrow('made 4 elements, the plan has 8');
    expect(new Float32Array(packWeight({ ...weight, elements: 4 }, 'f32', tensors))).toEqual(
      Float32Array.of(1, -1, 2, 0),
    );
    expect(packWeight({ ...weight, elements: 4 }, 'f16', tensors).byteLength).toBe(8);
  });
});
