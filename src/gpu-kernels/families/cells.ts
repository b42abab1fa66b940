// Families of a few large sums: `cells` averages a fixed number of cells of a map, `gram` multiplies every two tokens.
import { adaptiveAvgPool2d } from '../ops/adaptive-pool.ts';
import { gram as gramOp } from '../ops/gram.ts';
import type { FamilyOf, NoAttrs, StepData } from './family.ts';
import { shapeOf, stored } from './riders.ts';
import type { StepShape } from '../step.ts';

/** Rows and columns of cells, by the rule of `cellsOf` in ops/adaptive-pool.ts. */
export interface CellsAttrs {
  readonly size: readonly [number, number];
}

const floats = (data: StepData): Float32Array[] => [Float32Array.from(data.inputs[0] ?? [])];
const signature = (step: StepShape<string, unknown>) => ({
  inputs: [shapeOf(step.inputs[0])],
  output: shapeOf(step.outputs[0]),
});

export const cells: FamilyOf<CellsAttrs> = {
  reference(step, data) {
    const attrs = { size: [...step.attrs.size] as [number, number] };
    const values = adaptiveAvgPool2d.reference(floats(data), {}, { ...signature(step), attrs });
    return stored(step, Float64Array.from(values), data);
  },
};

/** `[N, T, C]` → `[N, T, T]`: x xᵀ. */
export const gram: FamilyOf<NoAttrs> = {
  reference: (step, data) =>
    stored(step, Float64Array.from(gramOp.reference(floats(data), {}, { ...signature(step), attrs: {} })), data),
};
