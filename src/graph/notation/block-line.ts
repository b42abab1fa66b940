// Reads one block line by its block's own definition; what is wrong becomes a problem, and the rest of the line still counts.
import type { ArgumentValue, BlockLine } from '../architecture.ts';
import type { Range } from '../ir/graph.ts';
import {
  acceptable,
  argumentsOf,
  findArgument,
  printArgument,
  readArgument,
  type Vocabulary,
} from './argument-text.ts';
import { readBare } from './bare-name.ts';
import { limits } from '../limits.ts';
import { meantRepeats, plainText } from './meant.ts';
import { nearest } from './nearest.ts';
import { clamp, guessNumber, readInteger } from './number-text.ts';
import { quote, removal, replaceWith, type ProblemList } from './problem-list.ts';
import type { Token } from './scan.ts';
import { notationOfTimm } from './timm-lines.ts';

type Values = Readonly<Record<string, ArgumentValue>>;

/** A line cut into its fixed parts: the plus, the word, and everything behind. */
export interface LineParts {
  readonly plus: Range | undefined;
  /** Undefined for a line that is a lone plus. */
  readonly word: Token | undefined;
  readonly rest: readonly Token[];
}

/** `+ uib` and `+uib` mean the same. */
export function splitLine(tokens: readonly Token[]): LineParts {
  const [first, ...rest] = tokens;
  if (!first?.text.startsWith('+')) return { plus: undefined, word: first, rest };
  const plus = { from: first.from, to: first.from + 1 };
  if (first.text === '+') return { plus, word: rest[0], rest: rest.slice(1) };
  return { plus, word: { text: first.text.slice(1), from: first.from + 1, to: first.to }, rest };
}

/**
 * The block line, or undefined when its word is unknown or a required argument is missing or wrong.
 * `before` holds the arguments of the lines above, for fixes that fill in what is missing.
 */
export function readBlockLine(
  parts: LineParts,
  vocabulary: Vocabulary,
  problems: ProblemList,
  before: Values,
  headerWords: readonly string[],
): BlockLine | undefined {
  const { plus, word, rest } = parts;
  if (!word) {
    if (plus) problems.error('A "+" needs a block behind it.', plus, removal(plus, 'Remove the +'));
    return undefined;
  }
  if (plus && headerWords.includes(word.text)) {
    const range = { from: plus.from, to: word.from };
    problems.error(`"${word.text}" is a header line; it takes no "+".`, range, replaceWith(range, '', 'Remove the +'));
    return undefined;
  }
  const block = vocabulary.get(word.text);
  if (!block) {
    unknownWord(word, rest, vocabulary, problems, headerWords);
    return undefined;
  }

  const definitions = argumentsOf(block);
  const args: Record<string, ArgumentValue> = {};
  const argRanges: Record<string, Range> = {};
  const given = new Set<string>();
  let repeats: number | undefined;
  let repeatsRange: Range | undefined;
  for (const token of rest) {
    if (problems.full) return undefined;
    const range = { from: token.from, to: token.to };
    if (block.bare !== undefined && !token.text.startsWith(`${block.bare}=`)) {
      readBare(token, block.bare, definitions, { args, argRanges, given }, word.text, problems);
      continue;
    }
    if (/^x-?\d/.test(token.text) && !definitions.some(({ key }) => key === 'x')) {
      if (repeatsRange) {
        problems.error('The repeats are given twice.', token, removal(token, 'Remove the second'));
      } else {
        repeatsRange = range;
        repeats = readRepeats(token, block.place === 'head', problems);
      }
      continue;
    }
    const times = definitions.some(({ key }) => key === /^[A-Za-z]*/.exec(token.text)?.[0])
      ? undefined
      : meantRepeats(token.text);
    if (times !== undefined && times > 0) {
      const fix = repeatsRange ? removal(token, 'Remove the second') : replaceWith(token, `x${times}`);
      problems.error(`Repeats are written "x${times}", not ${quote(token.text)}.`, token, fix);
      repeatsRange ??= range;
      repeats ??= block.place === 'head' ? 1 : Math.min(times, limits.blocks);
      continue;
    }
    const missing = definitions.find(({ key, required }) => required && !given.has(key) && !mentions(rest, key));
    const argument = findArgument(token, definitions, word.text, missing, problems);
    if (!argument) {
      if (missing && readInteger(token.text) !== undefined) given.add(missing.key);
      continue;
    }
    const { key } = argument;
    if (given.has(key)) {
      problems.error(`"${key}" is given twice.`, token, removal(token, `Remove ${quote(token.text)}`));
      continue;
    }
    given.add(key);
    const value = readArgument(token, argument, problems);
    if (value === undefined) continue;
    args[key] = value;
    argRanges[key] = range;
  }

  const end = rest.at(-1)?.to ?? word.to;
  const absent = definitions.filter(({ key, required }) => required && args[key] === undefined);
  for (const argument of absent.filter(({ key }) => !given.has(key))) {
    const wish = before[argument.key];
    const example =
      argument.key === block.bare
        ? 'head'
        : printArgument(argument.key, acceptable(argument, typeof wish === 'number' ? wish : undefined));
    problems.error(`"${word.text}" needs its ${argument.label}, for example "${example}".`, word, {
      label: `Add ${example}`,
      range: { from: end, to: end },
      insert: ` ${example}`,
    });
  }
  if (absent.length > 0) return undefined;
  return {
    word: block.word,
    repeats: repeats ?? 1,
    sameStage: plus !== undefined,
    args,
    range: { from: plus?.from ?? word.from, to: end },
    argRanges,
    wordRange: { from: word.from, to: word.to },
    ...(repeatsRange && { repeatsRange }),
  };
}

/** True when some token of the line gives this key a value. */
const mentions = (tokens: readonly Token[], key: string): boolean =>
  tokens.some(({ text }) => text.startsWith(key) && /^=?\d/.test(text.slice(key.length)));

function readRepeats(token: Token, once: boolean, problems: ProblemList): number {
  const value = /^x[1-9]\d{0,5}$/.test(token.text) ? Number(token.text.slice(1)) : 0;
  if (once && value !== 1) {
    problems.error('A head line stands once; it cannot repeat.', token, removal(token, `Remove ${quote(token.text)}`));
    return 1;
  }
  if (value >= 1 && value <= limits.blocks) return value;
  const guess = Math.round(clamp(guessNumber(token.text) ?? 1, 1, limits.blocks));
  problems.error(
    `Repeats go from x1 to x${limits.blocks}, not ${quote(token.text)}.`,
    token,
    replaceWith(token, `x${guess}`),
  );
  return 1;
}

/** What other tools and papers call the same. */
const elsewhere: Readonly<Record<string, string>> = {
  classifier: 'linear',
  dense: 'linear',
  fc: 'linear',
  head: 'linear',
  avgpool: 'pool',
  gap: 'pool',
  globalpool: 'pool',
  global_pool: 'pool',
  bottleneck: 'mbconv',
  invertedresidual: 'mbconv',
  inverted_residual: 'mbconv',
  ib: 'mbconv',
  depthwise: 'ds',
  dw: 'ds',
  separable: 'ds',
  dwconv: 'ds',
  fusedib: 'fused',
  fusedmbconv: 'fused',
  fused_mbconv: 'fused',
  edgeresidual: 'fused',
  stem: 'conv',
  conv2d: 'conv',
  convbn: 'conv',
  convbnrelu: 'conv',
  resolution: 'input',
  size: 'input',
  activation: 'act',
  padding: 'pad',
  epsilon: 'eps',
  multiplier: 'width',
  params: 'expect',
};

function unknownWord(
  word: Token,
  rest: readonly Token[],
  vocabulary: Vocabulary,
  problems: ProblemList,
  headerWords: readonly string[],
): void {
  const [next] = rest;
  const times = meantRepeats(word.text);
  if (times !== undefined && next && vocabulary.has(next.text)) {
    const both = { from: word.from, to: next.to };
    const insert = `${next.text} x${times}`;
    return problems.error(`Repeats stand behind the word: "${insert}".`, both, replaceWith(both, insert));
  }
  const plain = plainText(word.text).toLowerCase();
  if (plain !== word.text && (vocabulary.has(plain) || headerWords.includes(plain)))
    return problems.error(`${quote(word.text)} is written "${plain}".`, word, replaceWith(word, plain));
  const timm = notationOfTimm(word.text, vocabulary);
  if (timm !== undefined) {
    const message = `${quote(word.text)} is timm's spelling; in this notation it is "${timm}".`;
    return problems.error(message, word, replaceWith(word, timm));
  }
  const known = [...vocabulary.keys(), ...(rest.length > 0 ? headerWords : [])];
  const other = Object.hasOwn(elsewhere, word.text.toLowerCase()) ? elsewhere[word.text.toLowerCase()] : undefined;
  const near = other !== undefined && known.includes(other) ? other : nearest(word.text, known);
  const hint = near ? `Did you mean "${near}"?` : `Blocks: ${[...vocabulary.keys()].join(', ')}.`;
  problems.error(
    `Unknown word ${quote(word.text)}. ${hint}`,
    word,
    near === undefined ? undefined : replaceWith(word, near),
  );
}
