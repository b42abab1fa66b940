// Height of the inspector as a share of the Build pane, remembered from one visit to the next.
import * as v from 'valibot';
import { readStored, writeStored } from '../../parts/stored.ts';

export const inspectorSplit = { from: 0.12, to: 0.8, initial: 0.5 } as const;
const share = v.pipe(v.number(), v.minValue(inspectorSplit.from), v.maxValue(inspectorSplit.to));

export const storedShare = (): number => readStored('inspector', share) ?? inspectorSplit.initial;
export const storeShare = (value: number): void => writeStored('inspector', value);
