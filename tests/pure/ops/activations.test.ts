// Activations: the WGSL text means what the reference means, stays finite, and is typed for scalars and vectors.
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { erf } from '../../../src/gpu-kernels/ops/activations.ts';
import { isPointwise, opNames, ops } from '../../../src/gpu-kernels/ops/index.ts';
import { opNamed, runOp } from './run-op.ts';

const names = opNames.filter((name) => isPointwise(name) && v.safeParse(ops[name].attrs, {}).success);

/** The scalar WGSL expression as a function of x; the subset used is also JavaScript once its builtins are in scope. */
function compile(name: string): (x: number) => number {
  const builtins = {
    abs: Math.abs,
    max: Math.max,
    min: Math.min,
    exp: Math.exp,
    // What an adapter may do: overflow inside tanh becomes NaN.
    tanh: (x: number) => (Math.exp(x) - Math.exp(-x)) / (Math.exp(x) + Math.exp(-x)),
    clamp: (x: number, low: number, high: number) => Math.min(Math.max(x, low), high),
  };
  const expression = opNamed(name).pointwise?.('x', v.parse(opNamed(name).attrs, {}), 'f32') as string;
  const body = new Function(...Object.keys(builtins), 'x', `return ${expression};`);
  return (x) => body(...Object.values(builtins), x) as number;
}

const samples = [
  ...Array.from({ length: 4001 }, (_, i) => (i - 2000) / 100),
  ...[1e-7, 1e-3, 50, 87, 88.8, 89, 100, 1e3, 1e4, 1e9].flatMap((x) => [x, -x]),
];

describe.each(names)('%s', (name) => {
  test('WGSL agrees with the reference and finite x gives finite results', () => {
    const wgsl = compile(name);
    const x = Float32Array.from(samples);
    const { values } = runOp(name, {}, [[1, x.length]], [x]);
    for (let i = 0; i < x.length; i++) {
      const error = Math.abs(wgsl(x[i] as number) - (values[i] as number));
      expect(error, `${name}(${x[i]})`).toBeLessThanOrEqual(1e-7 * Math.max(1, Math.abs(values[i] as number)));
    }
  });

  test('a vector expression is the scalar one with typed constants', () => {
    const scalar = opNamed(name).pointwise?.('value', {}, 'f32') as string;
    const vector = opNamed(name).pointwise?.('value', {}) as string;
    expect(vector.replaceAll(/vec4f\((-?[\d.]+)\)/g, '$1')).toBe(scalar);
    // WGSL has no max(vec4f, f32): every second argument must be typed.
    expect(vector).not.toMatch(/(max|min|clamp)\([^()]*, -?\d/);
  });
});

test('anchor values', () => {
  const at = (name: string, x: number[]) => [...runOp(name, {}, [[1, x.length]], [Float32Array.from(x)]).values];
  expect(at('relu6', [-1, 0, 3, 6, 9])).toEqual([0, 0, 3, 6, 6]);
  expect(at('hswish', [-4, -3, 0, 3, 4])).toEqual([-0, -0, 0, 3, 4]);
  expect(at('hsigmoid', [-3, 0, 3, 30])).toEqual([0, 0.5, 1, 1]);
  expect(at('sigmoid', [-1e4, 0, 1e4])).toEqual([0, 0.5, 1]);
  expect(at('gelu', [-1e4, 0, 1e4])).toEqual([-0, 0, 1e4]);
});

test('erf agrees with tabulated values', () => {
  // Abramowitz & Stegun, table 7.1.
  const table: [number, number][] = [
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
  ];
  for (const [x, y] of table) {
    expect(erf(x)).toBeCloseTo(y, 14);
    expect(erf(-x)).toBeCloseTo(-y, 14);
  }
  expect([erf(0), erf(7), erf(-40)]).toEqual([0, 1, -1]);
});

test('the registry knows every op by its own name, each once', () => {
  expect(new Set(opNames).size).toBe(opNames.length);
  for (const name of opNames) expect(ops[name].name).toBe(name);
});

test('only ops without parameters ride as plain expressions', () => {
  const riding = opNames.filter(isPointwise).map((name) => ops[name]);
  expect(riding.filter((op) => op.params)).toEqual([]);
  expect(opNamed('scale_const').pointwise?.('x', { factor: 2 })).toBe('(x * 2.0)');
  expect(opNamed('scale_const').pointwise?.('x', { factor: 0.125 })).toBe('(x * 0.125)');
});
