// Runs one op's CPU reference with raw attributes, checked by the op's own schema.
import * as v from 'valibot';
import type { Op, Shape } from '../../../src/gpu-kernels/op.ts';

export function evaluate<A>(
  op: Op<A>,
  attrs: unknown,
  inputs: readonly Shape[],
  values: readonly Float32Array[],
  params: Readonly<Record<string, Float32Array>>,
): Float32Array {
  const parsed = v.parse(op.attrs, attrs);
  return op.reference(values, params, { inputs, output: op.shape(inputs, parsed), attrs: parsed });
}
