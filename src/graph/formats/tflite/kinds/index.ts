// Every TFLite operator whose meaning is known here: one table, one row an operator.
import type { Kind } from '../../model/call.ts';
import { axes } from './axes.ts';
import { elementwise } from './elementwise.ts';
import { further } from './further.ts';
import { maps } from './maps.ts';
import { movement } from './movement.ts';
import { slices } from './slices.ts';
import { windowed } from './window.ts';

/** A fused activation that the schema does not define leaves the operator's meaning open. */
const withActivation = (kind: Kind): Kind => ({
  ...kind,
  infer(call) {
    const name = call.text('activation', 'NONE');
    if (name.startsWith('UNKNOWN') || name === 'SIGN_BIT')
      call.skip(`has the fused activation ${name}, which is not run here`);
    return kind.infer(call);
  },
});

export const tfliteKinds: ReadonlyMap<string, Kind> = new Map(
  [windowed, elementwise, axes, maps, movement, slices, further].flatMap((table) =>
    Object.entries(table).map(([name, kind]) => [name, withActivation(kind)] as const),
  ),
);
