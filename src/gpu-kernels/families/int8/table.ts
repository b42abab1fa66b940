// `int8Table`: any element-wise function of one byte, as a table.
import type { FamilyOf, NoAttrs } from '../family.ts';

/** weights `table`: 256 bytes. */
export const int8Table: FamilyOf<NoAttrs> = {
  reference: (_step, { inputs, weights }) => [Uint8Array.from(inputs[0]!, (byte) => weights.table![byte]!)],
};
