// A float constant of a TFLite file, aligned for a typed array.
import type { ModelTensor } from '../../../graph/formats/model/model.ts';

/** Throws Error where the tensor is no float32. */
export function float32Of({ name, type, shape, bytes }: ModelTensor): {
  readonly data: Float32Array;
  readonly shape: number[];
} {
  if (type !== 'float32') throw new Error(`tensor ${name} is ${type}, not float32`);
  return { data: new Float32Array(bytes.slice().buffer), shape: [...shape] };
}
