// The header lines: one table that reads and prints each knob, so the two cannot disagree.
import { activationNames, defaultHeader, normNames, taskNames, type Header } from '../architecture.ts';
import { families } from '../blocks/naming.ts';
import { limits, withCommas } from '../limits.ts';
import { name, quantity, rest, single, type Values, type Writable } from './header-values.ts';
import { meantNumber, meantNumbers, plainText } from './meant.ts';
import { clamp, printNumber, readInteger } from './number-text.ts';
import { quote, removal, replaceWith } from './problem-list.ts';
import type { Token } from './scan.ts';

interface Knob {
  readonly word: string;
  /** How the line is written, for messages and documentation. */
  readonly form: string;
  /** Sets its fields; leaves them alone and adds a problem when the values are wrong. */
  read(values: Values, header: Writable): void;
  /** The values of the line, or undefined when the header says the default. */
  print(header: Header): string | undefined;
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
  const wave = channels === 1 && height === 1;
  const widest = wave ? limits.samples : limits.side;
  if (sides.length === 3 && good(channels, limits.channels) && good(height, limits.side) && good(width, widest)) {
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
  {
    word: 'task',
    form: 'task NAME',
    read(values, header) {
      header.task = name(values, taskNames, 'classify') ?? header.task;
    },
    print: (header) => header.task,
  },
  {
    word: 'rate',
    form: 'rate HZ',
    read(values, header) {
      const token = single(values, '16000');
      const value = token && quantity(token, values.problems, 'rate', 'int', 1000, 384_000, 16_000);
      if (value !== undefined) header.rate = value;
    },
    print: (header) => (header.rate === undefined ? undefined : String(header.rate)),
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
