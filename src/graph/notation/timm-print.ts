// Writes timm's block strings; the inverse of timm-read.ts, field by field.
import { printNumber } from './number-text.ts';
import type { TimmBlock, TimmField } from './timm-read.ts';

/** `print(read(text)) === text` for every string that can be read. */
export const printTimmBlock = (block: TimmBlock): string => [block.type, ...block.fields.map(printField)].join('_');

function printField({ key, value }: TimmField): string {
  if (value === true) return key;
  if (typeof value === 'object') return key + value.map(printNumber).join('.');
  return key + (typeof value === 'number' ? printNumber(value) : value);
}
