// Reads timm's block strings (`ir_r2_k3_s2_e6_c24_se0.25`) into fields that keep their order, so that printing gives the same string.
import { limits } from '../limits.ts';
import { nearest } from './nearest.ts';
import { printNumber, readInteger, readNumber } from './number-text.ts';
import { quote } from './problem-list.ts';

/** Block types of timm's `_efficientnet_builder.py`. */
export const timmTypes = ['ir', 'ds', 'dsa', 'er', 'cn', 'uir', 'mqa', 'mha'] as const;
export type TimmType = (typeof timmTypes)[number];

/** `n` codes → activation. */
export const timmActivations = { re: 'relu', r6: 'relu6', hs: 'hswish', sw: 'swish', mi: 'mish' } as const;
export type TimmActivation = keyof typeof timmActivations;

/** Keys with a number, and whether it is whole, any, or a list (`k3.5.7`). */
const numberKeys = {
  r: 'int',
  s: 'int',
  c: 'int',
  e: 'number',
  se: 'number',
  k: 'ints',
  a: 'ints',
  p: 'ints',
  gs: 'int',
  cc: 'int',
  fc: 'int',
  d: 'int',
  h: 'int',
  v: 'int',
} as const;
export type TimmNumberKey = keyof typeof numberKeys;

export type TimmField =
  | { readonly key: TimmNumberKey; readonly value: number | readonly number[] }
  | { readonly key: 'n'; readonly value: TimmActivation }
  | { readonly key: 'skip' | 'noskip'; readonly value: true };

export interface TimmBlock {
  readonly type: TimmType;
  /** In the string's order; each key once. */
  readonly fields: readonly TimmField[];
}

export type TimmRead =
  { readonly ok: true; readonly block: TimmBlock } | { readonly ok: false; readonly problem: string };

const required: Readonly<Record<TimmType, readonly TimmNumberKey[]>> = {
  ir: ['r', 'k', 's', 'e', 'c'],
  er: ['r', 'k', 's', 'e', 'c'],
  uir: ['r', 'k', 's', 'e', 'c'],
  ds: ['r', 'k', 's', 'c'],
  dsa: ['r', 'k', 's', 'c'],
  cn: ['r', 'k', 's', 'c'],
  mqa: ['r', 'k', 's', 'h', 'd', 'c'],
  mha: ['r', 'k', 's', 'h', 'd', 'c'],
};

/** Reads one block string. Only canonical numbers are accepted (`0.25`, not `.25` or `0.250`), so that printing is exact. */
export function readTimmBlock(text: string): TimmRead {
  const fail = (problem: string): TimmRead => ({ ok: false, problem: `${quote(text)}: ${problem}` });
  if (text.length > 200) return fail('a block string has at most 200 characters.');
  const [word = '', ...parts] = text.split('_');
  const type = timmTypes.find((known) => known === word);
  if (!type) {
    const near = nearest(word, timmTypes);
    return fail(
      `unknown block type ${quote(word)}${near ? `; did you mean "${near}"?` : `. Known: ${timmTypes.join(', ')}.`}`,
    );
  }
  const fields: TimmField[] = [];
  for (const part of parts) {
    const field = readField(part);
    if (typeof field === 'string') return fail(field);
    if (fields.some(({ key }) => key === field.key)) return fail(`"${field.key}" is given twice.`);
    fields.push(field);
  }
  const missing = required[type].find((key) => !fields.some((field) => field.key === key));
  return missing ? fail(`"${missing}" is missing.`) : { ok: true, block: { type, fields } };
}

/** The field, or what is wrong with it. */
function readField(part: string): TimmField | string {
  if (part === 'skip' || part === 'noskip') return { key: part, value: true };
  if (part.startsWith('n')) {
    const code = part.slice(1);
    if (Object.hasOwn(timmActivations, code)) return { key: 'n', value: code as TimmActivation };
    return `unknown activation ${quote(part)}; known: ${Object.keys(timmActivations)
      .map((known) => `n${known}`)
      .join(', ')}.`;
  }
  const letters = /^[a-z]*/.exec(part)?.[0] ?? '';
  if (!Object.hasOwn(numberKeys, letters)) return `unknown field ${quote(part)}.`;
  const key = letters as TimmNumberKey;
  const kind = numberKeys[key];
  const texts = kind === 'ints' ? part.slice(key.length).split('.') : [part.slice(key.length)];
  const numbers = texts.map(kind === 'number' ? readNumber : readInteger);
  const canonical = numbers.every(
    (number, i) => number !== undefined && number <= limits.argument && printNumber(number) === texts[i],
  );
  if (!canonical || texts.length > limits.listLength) return `${quote(part)} is not a plain number behind "${key}".`;
  return { key, value: texts.length === 1 ? (numbers[0] as number) : (numbers as number[]) };
}

/** A field's value; undefined when the string does not say it. */
export function timmValue(block: TimmBlock, key: TimmNumberKey): number | readonly number[] | undefined {
  const field = block.fields.find((candidate) => candidate.key === key);
  return field && (field.value as number | readonly number[]);
}
