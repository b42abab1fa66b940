// `rearrange`: every element by a table of places.
import type { Numbers } from '../step.ts';
import type { FamilyOf, NoAttrs } from './family.ts';
import { stored } from './riders.ts';

/** weights `index`, of the output's shape: row-major places in the input, −1 for 0. */
export const rearrange: FamilyOf<NoAttrs> = {
  reference(step, data) {
    const [x, index] = [data.inputs[0] as Numbers, data.weights.index as Numbers];
    return stored(
      step,
      Float64Array.from(index, (place) => (place < 0 ? 0 : x[place]!)),
      data,
    );
  },
};
