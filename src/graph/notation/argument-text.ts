// One argument of a block line, read and printed by its definition: `k3`, `k3.5.7`, `act=relu6`, `noskip`.
import type { ArgumentValue } from '../architecture.ts';
import type { Argument, Block } from '../blocks/block.ts';
import { universalArguments } from '../blocks/universal.ts';
import { limits, withCommas } from '../limits.ts';
import { meantKey, meantNumber, meantNumbers, meantWord, plainText } from './meant.ts';
import { nearest } from './nearest.ts';
import { clamp, guessNumber, printNumber, readInteger, readNumber } from './number-text.ts';
import { quote, removal, replaceWith, type ProblemList } from './problem-list.ts';
import type { Token } from './scan.ts';

/** What the notation needs to know of the blocks: their words, where they stand and their arguments. */
export type Vocabulary = ReadonlyMap<string, Pick<Block, 'word' | 'place' | 'args' | 'bare'>>;

/** A line whose name stands bare (`part head`) takes nothing else. */
export const argumentsOf = (block: Pick<Block, 'args' | 'bare'>): readonly Argument[] =>
  block.bare === undefined ? [...block.args, ...universalArguments] : block.args;

/** The text of one argument; the inverse of {@link readArgument}. */
export function printArgument(key: string, value: ArgumentValue): string {
  if (value === true) return key;
  if (typeof value === 'string') return `${key}=${value}`;
  return key + (typeof value === 'number' ? printNumber(value) : value.map(printNumber).join('.'));
}

export const isName = (text: string): boolean => /^[a-z][a-z0-9_]{0,31}$/.test(text);
const isNames = (text: string): boolean => {
  const names = text.split(',', limits.names + 1);
  return names.length <= limits.names && names.every(isName);
};
/** A name as it would be allowed: `P3` → `p3`, `box-1` → `box_1`. */
export function meantName(text: string, argument: Pick<Argument, 'kind'>): string | undefined {
  const plain = plainText(text).toLowerCase().replace(/[-. ]/g, '_').replace(/[;+|]/g, ',');
  return (argument.kind === 'names' ? isNames : isName)(plain) ? plain : undefined;
}
const isCount = (text: string): boolean => /^=?\d+$/.test(text);
const isWord = ({ kind }: Argument): boolean => kind === 'word' || kind === 'names';

/** A value that the definition accepts: the one nearest to `wish`, else the default, else something ordinary. */
export function acceptable(argument: Argument, wish?: number): ArgumentValue {
  if (argument.kind === 'flag') return true;
  if (isWord(argument))
    return typeof argument.default === 'string' ? argument.default : (argument.words?.[0] ?? 'none');
  const { min, max } = bounds(argument);
  if (wish === undefined && argument.default !== undefined) return argument.default;
  const value = clamp(wish ?? 16, min, max);
  return argument.kind === 'number' ? value : Math.round(value);
}

/** Reads the token by the argument that it names; adds a problem and returns undefined when the value is wrong. */
export function readArgument(token: Token, argument: Argument, problems: ProblemList): ArgumentValue | undefined {
  const { key, kind } = argument;
  const value = token.text.slice(key.length).replace(/^=/, '');
  if (kind === 'flag') {
    if (token.text === key) return true;
    const off = /^(0|false|no|off|none)$/i.test(value);
    const fix = off ? removal(token, `Remove ${quote(token.text)}`) : replaceWith(token, key);
    problems.error(`"${key}" stands alone, without a value.`, token, fix);
    return undefined;
  }
  return isWord(argument) ? readWord(token, argument, value, problems) : readNumbers(token, argument, value, problems);
}

function readWord(token: Token, argument: Argument, value: string, problems: ProblemList): string | undefined {
  const { key, words } = argument;
  const known = words ? words.includes(value) : (argument.kind === 'names' ? isNames : isName)(value);
  if (known && token.text === `${key}=${value}`) return value;
  const meant = known ? value : words ? (meantWord(value, words) ?? nearest(value, words)) : meantName(value, argument);
  const insert = printArgument(key, meant ?? acceptable(argument));
  const list = words
    ? `one of ${words.join(', ')}`
    : `${argument.kind === 'names' ? 'one or several names' : 'a name'} of small letters, digits and _`;
  const message = known ? `Write "${insert}".` : `"${key}" must be ${list}, as in "${insert}".`;
  // Another word in the place of one that means something would change the net.
  problems.error(message, token, meant !== undefined || value === '' ? replaceWith(token, insert) : undefined);
  return undefined;
}

function readNumbers(
  token: Token,
  argument: Argument,
  value: string,
  problems: ProblemList,
): ArgumentValue | undefined {
  const { key, kind, label } = argument;
  const { min, max } = bounds(argument);
  const parts = kind === 'ints' ? value.split('.', limits.listLength + 1) : [value];
  const numbers = parts.map(kind === 'number' ? readNumber : readInteger);
  const wrong = numbers.findIndex((number) => number === undefined || number < min || number > max);
  const joined = token.text[key.length] !== '=';
  if (wrong < 0 && joined && parts.length <= limits.listLength)
    return parts.length === 1 ? numbers[0] : (numbers as number[]);

  const meant = joined && wrong < 0 ? undefined : meantBy(value, kind === 'ints' || kind === 'int', kind === 'ints');
  if (meant?.every((number) => number >= min && number <= max)) {
    const insert = printArgument(key, meant.length === 1 ? (meant[0] as number) : meant);
    problems.error(
      `${label} "${key}" is written "${insert}", not ${quote(token.text)}.`,
      token,
      replaceWith(token, insert),
    );
    return undefined;
  }
  const guesses = parts.slice(0, limits.listLength).map((part) => acceptable(argument, guessNumber(part)) as number);
  const insert = printArgument(key, guesses.length === 1 ? (guesses[0] ?? min) : guesses);
  // Of two numbers neither is what the text says.
  const fix = /^(?!0x)\d+(?:\.\d+)?[,;x×*/|+_]+\d/i.test(value.replace(/^=/, ''))
    ? undefined
    : replaceWith(token, insert);
  if (wrong < 0 && joined) {
    problems.error(`"${key}" takes at most ${limits.listLength} numbers.`, token, fix);
  } else if (wrong < 0) {
    problems.error(`Write "${insert}", without a sign between.`, token, fix);
  } else if (numbers[wrong] === undefined) {
    const what = { int: 'a whole number', number: 'a number', ints: 'whole numbers' }[
      kind as 'int' | 'number' | 'ints'
    ];
    problems.error(
      `${label} "${key}" needs ${what}, for example "${insert}"${value === '' ? '' : `, not ${quote(value)}`}.`,
      token,
      fix,
    );
  } else {
    problems.error(
      `${label} "${key}" must be between ${printNumber(min)} and ${withCommas(max)}, not ${quote(parts[wrong] ?? '')}.`,
      token,
      fix,
    );
  }
  return undefined;
}

/** What a value says that is no number of the notation. */
function meantBy(value: string, whole: boolean, list: boolean): readonly number[] | undefined {
  const plain = value.replace(/^=/, '');
  if (/^\d+(\.\d+)*$/.test(plain) && !(list && /\.0+$/.test(plain))) return undefined;
  const one = meantNumber(plain, whole);
  if (list) return meantNumbers(plain) ?? (one === undefined ? undefined : [one]);
  // A pair of equal sides is one size where the argument is one number.
  const pair = /[x×]/i.test(plain) ? meantNumbers(plain) : undefined;
  return one === undefined ? pair : [one];
}

function bounds(argument: Argument): { min: number; max: number } {
  return { min: argument.min ?? 0, max: argument.max ?? limits.argument };
}

/**
 * The argument that a token means: the whole token for a flag, else the letters before its value.
 * Adds a problem with the nearest known key when there is none; `missing` is what a bare number may stand for.
 */
export function findArgument(
  token: Token,
  args: readonly Argument[],
  word: string,
  missing: Argument | undefined,
  problems: ProblemList,
): Argument | undefined {
  const letters = /^[A-Za-z]*/.exec(token.text)?.[0] ?? '';
  const exact = args.find(({ key }) => key === token.text) ?? args.find(({ key }) => key === letters);
  // `out24` is another program's word for channels, not a name.
  const rest = token.text.slice(letters.length);
  if (exact && !(exact.kind === 'names' && isCount(rest) && meantKey(letters) !== undefined)) return exact;
  const meant = intended(token.text, letters, args, missing);
  const hint = meant ? `Did you mean ${quote(meant)}?` : `It knows ${args.map(({ key }) => key).join(', ')}.`;
  const fix = meant
    ? replaceWith(token, meant, `Change to ${quote(meant)}`)
    : removal(token, `Remove ${quote(token.text)}`);
  problems.error(`"${word}" has no argument ${quote(token.text)}. ${hint}`, token, fix);
  return undefined;
}

/** `actrelu` → `act=relu`; `E6` → `e6`; `nosikp` → `noskip`; a bare `1000` → the `c1000` that is missing. */
function intended(
  text: string,
  letters: string,
  args: readonly Argument[],
  missing: Argument | undefined,
): string | undefined {
  if (missing && readInteger(text) !== undefined) return missing.key + text;
  const plain = plainText(text);
  if (plain !== text) {
    const own = args.find(({ key }) => key === plain || key === /^[a-z]*/.exec(plain)?.[0]);
    if (own) return plain;
  }
  const [, name = '', behind = ''] = /^([A-Za-z]*)=?(.*)$/.exec(plain) ?? [];
  const called = args.find(({ key }) => key === name.toLowerCase());
  const meant = args.find(({ key }) => key === meantKey(name));
  const other = called?.kind === 'names' && isCount(behind) ? meant : (called ?? meant);
  if (other && other.kind !== 'flag' && behind !== '') {
    const word = other.words && meantWord(behind, other.words);
    if (other.kind !== 'word' || word !== undefined)
      return printArgument(other.key, '').replace(/=$/, isWord(other) ? '=' : '') + (word ?? behind);
  }
  // timm's activations: `nre`, `nhs`.
  const activation = args.find(({ key }) => key === 'act');
  const short = /^n(re|r6|hs|sw)$/.exec(plain)?.[1];
  if (activation?.words && short !== undefined)
    return printArgument('act', meantWord(short, activation.words) ?? 'relu');
  const glued = args.find(({ key, words }) => text.startsWith(key) && words?.includes(text.slice(key.length)));
  if (glued) return printArgument(glued.key, text.slice(glued.key.length));
  // A letter or two are near to every other letter: that is no meaning.
  const near =
    letters.length < 3
      ? undefined
      : nearest(
          letters,
          args.map(({ key }) => key).filter(({ length }) => length > 1),
        );
  const definition = args.find(({ key }) => key === near);
  return definition && (definition.kind === 'flag' ? definition.key : definition.key + text.slice(letters.length));
}
