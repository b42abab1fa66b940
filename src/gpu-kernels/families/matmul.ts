// `matmul`: products of computed matrices, one for each of the axes before the last two.
import { matmul as op, type MatmulAttrs } from '../ops/matmul.ts';
import type { FamilyOf } from './family.ts';
import { shapeOf, stored } from './riders.ts';

export const matmul: FamilyOf<MatmulAttrs> = {
  reference(step, data) {
    const inputs = step.inputs.slice(0, 2).map(shapeOf);
    const output = shapeOf(step.outputs[0]);
    const values = data.inputs.slice(0, 2).map((numbers) => Float32Array.from(numbers));
    return stored(step, Float64Array.from(op.reference(values, {}, { inputs, output, attrs: step.attrs })), data);
  },
};
