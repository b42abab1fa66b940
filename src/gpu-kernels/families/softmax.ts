// `softmax`: shares of each row, over the channel.
import { softmaxInPlace } from '../ops/softmax.ts';
import type { FamilyOf, NoAttrs } from './family.ts';
import { loaded, shapeOf, stored } from './riders.ts';

export const softmax: FamilyOf<NoAttrs> = {
  reference(step, data) {
    const channels = shapeOf(step.inputs[0]).at(-1) as number;
    const values = Float64Array.from(loaded(step, data));
    for (let row = 0; row < values.length; row += channels) softmaxInPlace(values.subarray(row, row + channels));
    return stored(step, values, data);
  },
};
