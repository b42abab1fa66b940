// `elementwise`: the first operand and any chain of riders, no window, no product.
import type { Numbers } from '../step.ts';
import type { FamilyOf, NoAttrs } from './family.ts';
import { broadcast, ride, shapeOf, stored } from './riders.ts';

/** The output's shape is the broadcast of all operands. */
export const elementwise: FamilyOf<NoAttrs> = {
  reference(step, data) {
    const output = shapeOf(step.outputs[0]);
    const values = broadcast(data.inputs[0] as Numbers, shapeOf(step.inputs[0]), output);
    return stored(step, ride(step.prologue, values, output, step, data), data);
  },
};
