// The arms of the study of few bits: weights of 8, 4 and 3 bits, a scale a channel or a tensor, rounded or trained on.
import { weightBits, type WeightBits } from '../../quant/scheme.ts';
import type { StudyArm } from './findings.ts';

export interface QatSetting {
  readonly bits: WeightBits;
  readonly perTensor: boolean;
}

export const ways = ['ptq', 'longer', 'frozen', 'batch'] as const;
type Way = (typeof ways)[number];
const wayLabels: Readonly<Record<Way, string>> = {
  ptq: 'rounded',
  longer: 'trained as long in floats, rounded',
  frozen: 'trained, norms frozen',
  batch: 'trained, batch norms',
};

export const settings: readonly QatSetting[] = weightBits.flatMap((bits) =>
  [false, true].map((perTensor) => ({ bits, perTensor })),
);
export const keyOf = ({ bits, perTensor }: QatSetting): string => `${bits}-${perTensor ? 'tensor' : 'channel'}`;
/** What is run unasked: where rounding costs nothing, something and much. */
const usual = new Set([
  'ptq-8-channel',
  'frozen-8-channel',
  'ptq-4-tensor',
  'frozen-4-tensor',
  ...ways.map((way) => `${way}-3-channel`),
]);

export const FLOAT: StudyArm = { id: 'float', label: 'Float' };
/** What training alone gains, without the rounding in it. */
export const LONGER: StudyArm = { id: 'longer', label: 'Float, trained as long' };
export const arms: readonly StudyArm[] = [
  FLOAT,
  LONGER,
  ...settings.flatMap((setting) =>
    ways.map((way): StudyArm => {
      const id = `${way}-${keyOf(setting)}`;
      const label = `${setting.bits} bits a ${setting.perTensor ? 'tensor' : 'channel'}, ${wayLabels[way]}`;
      return { id, label, ...(!usual.has(id) && { usual: false as const }) };
    }),
  ),
];
