// `mean`: the average over whole axes.
import { elements } from '../op.ts';
import type { FamilyOf } from './family.ts';
import { loaded, shapeOf, stored } from './riders.ts';

/** The listed axes of the input, neighbours and not the channel, kept with size 1 or dropped as the output shape says. */
export interface MeanAttrs {
  readonly axes: readonly number[];
}

export const mean: FamilyOf<MeanAttrs> = {
  reference(step, data) {
    const { axes } = step.attrs;
    const shape = shapeOf(step.inputs[0]);
    const x = loaded(step, data);
    const run = elements(shape.slice(axes[0], (axes.at(-1) as number) + 1));
    const below = elements(shape.slice((axes.at(-1) as number) + 1));
    const values = new Float64Array(x.length / run);
    for (let i = 0; i < x.length; i++) {
      const at = Math.floor(i / (run * below)) * below + (i % below);
      values[at] = values[at]! + x[i]! / run;
    }
    return stored(step, values, data);
  },
};
