// What a token that the notation does not take says all the same: decimal commas, full-width and look-alike letters, the papers' letters.
// A fix may only write this down in the notation's own way; where nothing is certain there is no meaning, and no fix.
import { readNumber } from './number-text.ts';

/** Cyrillic and Greek letters that look like the Latin ones of arguments. */
const alike: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  һ: 'h',
  і: 'i',
  к: 'k',
  м: 'm',
  о: 'o',
  р: 'p',
  ѕ: 's',
  т: 't',
  х: 'x',
  у: 'y',
  К: 'K',
  С: 'C',
  Е: 'E',
  Х: 'X',
  ο: 'o',
  ρ: 'p',
  κ: 'k',
  ε: 'e',
  ς: 's',
};

/** No word or number is longer; a longer token means nothing, and is not searched for a meaning. */
const mostCharacters = 256;

/** The token in plain letters, digits and signs: full-width forms, look-alikes, unseen characters and signs of lists undone. */
export const plainText = (text: string): string => (text.length > mostCharacters ? text : plain(text));

const plain = (text: string): string =>
  Array.from(text.normalize('NFKC').replace(/\p{Cf}/gu, ''), (letter) => alike[letter] ?? letter)
    .join('')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[×✕✖⨯]/g, 'x')
    .replace(/^[([{]+(?=[^\])}]*$)|(?<=^[^[({]*)[\])}]+$/g, '')
    .replace(/[,;]+$/, '');

/** `x3` in every spelling: `×3`, `3x`, `*3`, `X3`, `x=3`, and `n3` and `r3` of the papers' tables and of timm. */
export function meantRepeats(text: string): number | undefined {
  const [, after, before] =
    /^(?:(?:x|X|\*|n|r|repeats?|times)=?(\d{1,4})|(\d{1,4})(?:x|X|\*))$/.exec(plainText(text)) ?? [];
  const digits = after ?? before;
  return digits === undefined ? undefined : Number(digits);
}

/** Keys of papers and other programs → ours. Each is one that no block here uses for something else. */
const keys: Readonly<Record<string, string>> = {
  t: 'e',
  exp: 'e',
  expand: 'e',
  expansion: 'e',
  ratio: 'e',
  o: 'c',
  out: 'c',
  ch: 'c',
  channels: 'c',
  filters: 'c',
  classes: 'c',
  kernel: 'k',
  ks: 'k',
  stride: 's',
  strides: 's',
  groups: 'g',
  heads: 'h',
  activation: 'act',
  nl: 'act',
};

/** Our key for another program's, case ignored; undefined where it says nothing. */
export const meantKey = (letters: string): string | undefined => {
  const plain = letters.toLowerCase();
  return Object.hasOwn(keys, plain) ? keys[plain] : undefined;
};

const words: Readonly<Record<string, string>> = {
  silu: 'swish',
  hardswish: 'hswish',
  hardsigmoid: 'hsigmoid',
  identity: 'none',
  linear: 'none',
  re: 'relu',
  hs: 'hswish',
  r6: 'relu6',
  sw: 'swish',
  batchnorm: 'bn',
  batchnorm2d: 'bn',
  layernorm: 'ln',
  groupnorm: 'gn',
};

/** The known word that another spelling is: `SiLU` → `swish`, `Hard-Swish` → `hswish`, `BatchNorm2d` → `bn`. */
export function meantWord(text: string, known: readonly string[]): string | undefined {
  const plain = plainText(text).toLowerCase().replace(/[-_ ]/g, '');
  const own = Object.hasOwn(words, plain) ? words[plain] : plain;
  return known.find((word) => word === own);
}

const magnitudes: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9 };

/**
 * The number that a text says: `2,5`, `+3`, `.5`, `75%`, `1/2`, `3,504,872`, `3_504_872`, `3.5M`, `224px`; undefined where it says none,
 * or where a comma may be either sign. `whole`: the number is one of a count, so that commas stand between thousands.
 */
export function meantNumber(text: string, whole: boolean): number | undefined {
  const plain = plainText(text)
    .replace(/^\+/, '')
    .replace(/\u2044/g, '/')
    .replace(/(?<=\d)[_'’\u00a0\u202f](?=\d)/g, '');
  const [, over, under] = /^(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(plain) ?? [];
  if (over !== undefined && under !== undefined) return finite(Number(over) / Number(under));
  if (!whole && /^\d{1,3},\d{3}$/.test(plain)) return undefined;
  const grouped = whole && /^\d{1,3}(,\d{3})+(?!\d)/.test(plain) ? plain.replaceAll(',', '') : plain.replace(',', '.');
  const [, digits, unit = ''] = /^(\d*\.?\d+(?:e-?\d+)?)(%|px|[kKmMgGbB])?$/.exec(grouped) ?? [];
  if (digits === undefined) return undefined;
  const value = readNumber(digits.startsWith('.') ? `0${digits}` : digits);
  if (value === undefined) return undefined;
  if (unit === '%') return value / 100;
  const scaled = value * (unit === 'px' ? 1 : (magnitudes[unit.toLowerCase()] ?? 1));
  // Rounding would say something else.
  return whole && !Number.isInteger(Number(scaled.toFixed(6))) ? undefined : finite(Number(scaled.toPrecision(12)));
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/** `3,5,7`, `[3;5;7]`, `3/5/7` → the list; `3x3` → one number where all are equal. */
export function meantNumbers(text: string): readonly number[] | undefined {
  const inside = plainText(text).replace(/^[[({](.*)[\])}]$/, '$1');
  const square = inside.split(/[xX*]/);
  const parts = square.length > 1 ? square : inside.split(/[,;/|+]/);
  const numbers = parts.map((part) => (/^\d{1,6}(?:\.0+)?$/.test(part.trim()) ? Number(part) : undefined));
  if (numbers.length > 8 || numbers.some((number) => number === undefined)) return undefined;
  if (square.length > 1) return new Set(numbers).size === 1 ? [numbers[0] as number] : undefined;
  return numbers as number[];
}
