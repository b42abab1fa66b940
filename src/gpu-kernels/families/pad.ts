// `pad`: elements before and after each axis, fixed, mirrored or repeated.
import { pad as op, type PadAttrs } from '../ops/pad.ts';
import type { FamilyOf } from './family.ts';
import { shapeOf, stored } from './riders.ts';

export const pad: FamilyOf<PadAttrs> = {
  reference(step, data) {
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const x = Float32Array.from(data.inputs[0]!);
    return stored(step, Float64Array.from(op.reference([x], {}, { inputs: [input], output, attrs: step.attrs })), data);
  },
};
