// The values of a header line: one of them, a name out of a list, a number between two others; each with its problem and fix.
import type { Header } from '../architecture.ts';
import type { Range } from '../ir/graph.ts';
import { withCommas } from '../limits.ts';
import { meantNumber, meantWord } from './meant.ts';
import { nearest } from './nearest.ts';
import { clamp, guessNumber, printNumber, readInteger, readNumber } from './number-text.ts';
import { quote, replaceWith, type ProblemList } from './problem-list.ts';
import type { Token } from './scan.ts';

export type Writable = { -readonly [K in keyof Header]: Header[K] };

/** What a knob's reader gets: the tokens behind its word (all of them foreign) and where to say what is wrong. */
export interface Values {
  readonly word: Token;
  readonly tokens: readonly Token[];
  readonly problems: ProblemList;
}

/** The single value of a line, or undefined with a problem when there is none or more than one. */
export function single({ word, tokens, problems }: Values, example: string): Token | undefined {
  const [first, second] = tokens;
  if (!first) {
    problems.error(`"${word.text}" needs a value, for example "${word.text} ${example}".`, word, {
      label: `Add ${example}`,
      range: { from: word.to, to: word.to },
      insert: ` ${example}`,
    });
  } else if (second) {
    problems.error(`"${word.text}" takes one value.`, rest(tokens, 1), {
      label: 'Remove the rest',
      range: { from: first.to, to: rest(tokens, 1).to },
      insert: '',
    });
  }
  return first;
}

export const rest = (tokens: readonly Token[], start: number): Range => ({
  from: tokens[start]?.from ?? 0,
  to: tokens.at(-1)?.to ?? 0,
});

export function name<T extends string>(values: Values, names: readonly T[], fallback: T): T | undefined {
  const token = single(values, fallback);
  if (!token) return undefined;
  const known = names.find((candidate) => candidate === token.text);
  if (known) return known;
  const near = meantWord(token.text, names) ?? nearest(token.text, names);
  values.problems.error(
    `Unknown ${values.word.text} ${quote(token.text)}. Known: ${names.join(', ')}.`,
    token,
    near === undefined ? undefined : replaceWith(token, near),
  );
  return undefined;
}

export function quantity(
  token: Token,
  problems: ProblemList,
  what: string,
  kind: 'int' | 'number',
  min: number,
  max: number,
  fallback: number,
): number | undefined {
  const value = kind === 'int' ? readInteger(token.text) : readNumber(token.text);
  if (value !== undefined && value >= min && value <= max) return value;
  const guess = clamp(
    value ?? meantNumber(token.text, kind === 'int') ?? guessNumber(token.text) ?? fallback,
    min,
    max,
  );
  const insert = printNumber(kind === 'int' ? Math.round(guess) : guess);
  const kindWords = kind === 'int' ? 'a whole number' : 'a plain number';
  const bounds = `between ${printNumber(min)} and ${withCommas(max)}`;
  problems.error(
    `${what} must be ${kindWords} ${bounds}, not ${quote(token.text)}.`,
    token,
    replaceWith(token, insert),
  );
  return undefined;
}
