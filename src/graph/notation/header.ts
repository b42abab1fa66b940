// The header lines: one table that reads and prints each knob, so the two cannot disagree.
import { activationNames, defaultHeader, normNames, type Header } from '../architecture.ts';
import { families } from '../blocks/naming.ts';
import type { Range } from '../ir/graph.ts';
import { limits, withCommas } from '../limits.ts';
import { meantNumber, meantNumbers, meantWord, plainText } from './meant.ts';
import { nearest } from './nearest.ts';
import { clamp, guessNumber, printNumber, readInteger, readNumber } from './number-text.ts';
import { quote, removal, replaceWith, type ProblemList } from './problem-list.ts';
import type { Token } from './scan.ts';

type Writable = { -readonly [K in keyof Header]: Header[K] };

/** What a knob's reader gets: the tokens behind its word (all of them foreign) and where to say what is wrong. */
interface Values {
  readonly word: Token;
  readonly tokens: readonly Token[];
  readonly problems: ProblemList;
}

interface Knob {
  readonly word: string;
  /** How the line is written, for messages and documentation. */
  readonly form: string;
  /** Sets its fields; leaves them alone and adds a problem when the values are wrong. */
  read(values: Values, header: Writable): void;
  /** The values of the line, or undefined when the header says the default. */
  print(header: Header): string | undefined;
}

/** The single value of a line, or undefined with a problem when there is none or more than one. */
function single({ word, tokens, problems }: Values, example: string): Token | undefined {
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

const rest = (tokens: readonly Token[], start: number): Range => ({
  from: tokens[start]?.from ?? 0,
  to: tokens.at(-1)?.to ?? 0,
});

function name<T extends string>(values: Values, names: readonly T[], fallback: T): T | undefined {
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

function quantity(
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

const nameKnob = (word: string, field: 'family' | 'act' | 'norm', names: readonly string[]): Knob => ({
  word,
  form: `${word} NAME`,
  read(values, header) {
    const value = name(values, names, defaultHeader[field]);
    if (value !== undefined) Object.assign(header, { [field]: value });
  },
  print: (header) => (field !== 'family' && header[field] === defaultHeader[field] ? undefined : header[field]),
});

const multiplierKnob = (word: 'width' | 'depth'): Knob => ({
  word,
  form: `${word} X`,
  read(values, header) {
    const token = single(values, '1');
    const value = token && quantity(token, values.problems, word, 'number', 0.01, limits.multiplier, 1);
    if (value !== undefined) header[word] = value;
  },
  print: (header) => (header[word] === 1 ? undefined : printNumber(header[word])),
});

/** `3x224x224`; a fix for `224`, `224x224` and `3×224×224`. */
function readInput(values: Values, header: Writable): void {
  const token = single(values, '3x224x224');
  if (!token) return;
  const sides = token.text.split('x').slice(0, 4).map(readInteger);
  const [channels = 0, height = 0, width = 0] = sides;
  const good = (side: number, max: number) => side >= 1 && side <= max;
  if (sides.length === 3 && good(channels, limits.channels) && good(height, limits.side) && good(width, limits.side)) {
    header.input = [channels, height, width];
    return;
  }
  const plain = plainText(token.text.slice(0, 64));
  const listed = meantNumbers(plain.replaceAll('x', ','));
  const numbers = (listed ?? (plain.match(/\d+/g) ?? []).map(Number)).slice(-3);
  const pixels = (side: number | undefined) => clamp(side ?? 224, 1, limits.side);
  const guess = [
    numbers.length === 3 ? clamp(numbers[0] ?? 3, 1, limits.channels) : 3,
    pixels(numbers.at(-2) ?? numbers.at(-1)),
    pixels(numbers.at(-1)),
  ];
  values.problems.error(
    `The input is CHANNELSxHEIGHTxWIDTH, up to ${withCommas(limits.channels)} channels and ${withCommas(limits.side)} pixels a side, not ${quote(token.text)}.`,
    token,
    replaceWith(token, guess.join('x')),
  );
}

/** `8 limit=0.9 min=16`; the last two are optional. */
function readRound({ word, tokens, problems }: Values, header: Writable): void {
  const [first, ...options] = tokens;
  if (!first) return void single({ word, tokens, problems }, '8');
  const round: { divisor: number; limit: number; min?: number } = { ...defaultHeader.round };
  round.divisor = quantity(first, problems, 'round', 'int', 1, 1024, 8) ?? round.divisor;
  const seen = new Set<string>();
  for (const option of options) {
    if (problems.full) return;
    const [key = '', ...parts] = option.text.split('=', 3);
    const value = { text: option.text.slice(key.length + 1), from: option.from + key.length + 1, to: option.to };
    const known = (key === 'limit' || key === 'min') && parts.length === 1;
    if (!known || seen.has(key)) {
      const message = known
        ? `"${key}" is given twice.`
        : `"round" knows limit=0.9 and min=16, not ${quote(option.text)}.`;
      problems.error(message, option, removal(option, `Remove ${quote(option.text)}`));
    } else if (key === 'limit') {
      round.limit = quantity(value, problems, 'limit', 'number', 0, 1, 0.9) ?? round.limit;
    } else {
      round.min = quantity(value, problems, 'min', 'int', 1, limits.channels, 8) ?? round.min;
    }
    seen.add(key);
  }
  header.round = round;
}

function printRound({ round }: Header): string | undefined {
  const parts = [printNumber(round.divisor)];
  if (round.limit !== defaultHeader.round.limit) parts.push(`limit=${printNumber(round.limit)}`);
  if (round.min !== undefined) parts.push(`min=${printNumber(round.min)}`);
  return parts.length === 1 && round.divisor === defaultHeader.round.divisor ? undefined : parts.join(' ');
}

function readExpect({ word, tokens, problems }: Values, header: Writable): void {
  const [count] = tokens;
  let [, unit, extra] = tokens;
  // `3 504 872 params`, `3.5 M`: the count goes on behind a blank.
  if (count && unit && /^(\d{3}|[kKmMgGbB])$/.test(unit.text)) {
    const more = tokens
      .slice(1)
      .filter(
        ({ text }, i, all) => all.slice(0, i + 1).every((one) => /^(\d{3}|[kKmMgGbB])$/.test(one.text)) && text !== '',
      );
    const last = more.at(-1) as Token;
    const meant = meantNumber([count, ...more].map(({ text }) => text).join(''), true);
    if (meant !== undefined) {
      const all = { from: count.from, to: rest(tokens, 0).to };
      void last;
      return problems.error(
        `Write the count as one number: "expect ${meant} params".`,
        all,
        replaceWith(all, `${meant} params`),
      );
    }
    [unit, extra] = [tokens[1], tokens[2]];
  }
  if (!count) {
    const message = '"expect" needs a count, for example "expect 3504872 params".';
    return problems.error(message, word, removal(word, 'Remove the line'));
  }
  const value = quantity(count, problems, 'expect', 'int', 0, limits.parameters, 0);
  if (unit?.text !== 'params' || extra) {
    problems.error('Write the unit: "expect N params".', rest(tokens, unit ? 1 : 0), {
      label: 'Write params',
      range: { from: count.to, to: rest(tokens, 0).to },
      insert: ' params',
    });
  }
  if (value !== undefined) header.expectParams = value;
}

/** In the order in which they are printed. */
export const knobs: readonly Knob[] = [
  nameKnob('family', 'family', [...families.keys()]),
  { word: 'input', form: 'input CxHxW', read: readInput, print: (header) => header.input.join('x') },
  nameKnob('act', 'act', activationNames),
  nameKnob('norm', 'norm', normNames),
  {
    word: 'eps',
    form: 'eps X',
    read(values, header) {
      const token = single(values, '0.001');
      const value = token && quantity(token, values.problems, 'eps', 'number', 1e-12, 1, 0.001);
      if (value !== undefined) header.eps = value;
    },
    print: (header) => (header.eps === undefined ? undefined : printNumber(header.eps)),
  },
  {
    word: 'pad',
    form: 'pad NAME',
    read(values, header) {
      header.padding = name(values, ['symmetric', 'same'], 'symmetric') ?? header.padding;
    },
    print: (header) => (header.padding === 'symmetric' ? undefined : header.padding),
  },
  multiplierKnob('width'),
  multiplierKnob('depth'),
  { word: 'round', form: 'round N [limit=X] [min=N]', read: readRound, print: printRound },
  {
    word: 'expect',
    form: 'expect N params',
    read: readExpect,
    print: (header) => (header.expectParams === undefined ? undefined : `${header.expectParams} params`),
  },
];
