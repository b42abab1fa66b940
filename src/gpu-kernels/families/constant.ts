// `constant`: a tensor of the checkpoint, written where other steps read values.
import type { Numbers } from '../step.ts';
import type { FamilyOf, NoAttrs } from './family.ts';
import { stored } from './riders.ts';

/** weights `value`, of the output's shape. */
export const constant: FamilyOf<NoAttrs> = {
  reference: (step, data) => stored(step, Float64Array.from(data.weights.value as Numbers), data),
};
