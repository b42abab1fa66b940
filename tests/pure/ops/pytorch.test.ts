// Every op against what PyTorch and timm compute, a few against their formula in plain Python (test-data/ops/pytorch.json, made by make-cases.py beside this file).
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import { ops } from '../../../src/gpu-kernels/ops/index.ts';
import { opNamed, runOp } from './run-op.ts';

interface Case {
  readonly op: string;
  readonly attrs: unknown;
  readonly inputs: readonly Shape[];
  readonly gain: number;
  readonly params: Readonly<Record<string, Shape>>;
  readonly shape: Shape;
  readonly output: readonly number[];
}

const file = new URL('../../../test-data/ops/pytorch.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] };

/** The closed form that make-cases.py fills operands and parameters with. */
function fill(shape: Shape, seed: number, gain = 1, variance = false): Float32Array {
  return Float32Array.from({ length: elements(shape) }, (_, i) => {
    const value = (((37 * i + 101 * seed) % 65) - 32) / 16;
    return variance ? Math.abs(value) + 0.5 : gain * value;
  });
}

describe.each(
  cases.map((entry, index) => ({
    ...entry,
    title: `${index} ${entry.op} ${JSON.stringify(entry.attrs).slice(0, 60)}`,
  })),
)('$title', (entry) => {
  test('parameters have the names and shapes of the checkpoint', () => {
    const op = opNamed(entry.op);
    const specs = op.params?.(entry.inputs, v.parse(op.attrs, entry.attrs)) ?? {};
    expect(Object.fromEntries(Object.entries(specs).map(([role, spec]) => [role, spec.shape]))).toEqual(entry.params);
  });

  test('shape and values agree', () => {
    const inputs = entry.inputs.map((shape, i) => fill(shape, i, entry.gain));
    const params = Object.fromEntries(
      Object.entries(entry.params).map(([role, shape], i) => [
        role,
        fill(shape, inputs.length + i, 1, role === 'running_var'),
      ]),
    );
    const { shape, values } = runOp(entry.op, entry.attrs, entry.inputs, inputs, params);
    expect(shape).toEqual(entry.shape);
    expect(values).toHaveLength(entry.output.length);
    // Outputs are float32 and the file has eight digits; timm's EvoNorm takes its variances in float32.
    const worst = entry.output.reduce(
      (w, y, i) => Math.max(w, Math.abs((values[i] as number) - y) / Math.max(1, Math.abs(y))),
      0,
    );
    expect(worst).toBeLessThan(entry.op.startsWith('evonorm') ? 1e-6 : 1.5e-7);
  });
});

/** Ops that only imported nets have: ONNX Runtime is their measure (tests/pure/formats/onnx.test.ts). */
const imported = [
  'affine',
  'clip',
  'leaky_relu',
  'function',
  'constant',
  'matmul',
  'pad',
  'rearrange',
  'quantize',
  'requantize',
];

test('every op that computes something has a case', () => {
  const covered = new Set([...cases.map((entry) => entry.op), ...imported]);
  expect(Object.keys(ops).filter((name) => !covered.has(name))).toEqual(['input']);
});
