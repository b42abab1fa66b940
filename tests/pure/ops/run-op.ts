// Runs one op on the CPU from raw attributes, as the graph would: validate, infer the shape, call the reference.
import * as v from 'valibot';
import type { Op, Shape } from '../../../src/gpu-kernels/op.ts';
import { opNamed as registered } from '../../../src/gpu-kernels/ops/index.ts';

export function opNamed(name: string): Op {
  const op = registered(name);
  if (!op) throw new Error(`no op is called "${name}"`);
  return op;
}

export function inferShape(name: string, attrs: unknown, inputs: readonly Shape[]): Shape {
  const op = opNamed(name);
  return op.shape(inputs, v.parse(op.attrs, attrs));
}

export function runOp(
  name: string,
  attrs: unknown,
  shapes: readonly Shape[],
  inputs: readonly Float32Array[],
  params: Readonly<Record<string, Float32Array>> = {},
): { shape: Shape; values: Float32Array } {
  const op = opNamed(name);
  const parsed = v.parse(op.attrs, attrs);
  const output = op.shape(shapes, parsed);
  return { shape: output, values: op.reference(inputs, params, { inputs: shapes, output, attrs: parsed }) };
}

/** Deterministic values in [−1, 1), float32. */
export function noise(count: number, seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}
