// `resize`: nearest or bilinear resampling of a map by PyTorch's rules.
import { resize as op } from '../ops/resize.ts';
import type { FamilyOf } from './family.ts';
import { loaded, shapeOf, stored } from './riders.ts';

/** `alignCorners` as PyTorch. */
export interface ResizeAttrs {
  readonly mode: 'nearest' | 'bilinear';
  readonly alignCorners: boolean;
}

export const resize: FamilyOf<ResizeAttrs> = {
  reference(step, data) {
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const x = Float32Array.from(loaded(step, data));
    return stored(step, Float64Array.from(op.reference([x], {}, { inputs: [input], output, attrs: step.attrs })), data);
  },
};
