// What the text editor can say about a place: completions of words, keys and values, and the documentation of what stands there.
import type { Argument } from '../../../../graph/blocks/block.ts';
import { blocks } from '../../../../graph/blocks/index.ts';
import { activationNames, normNames, taskNames } from '../../../../graph/architecture.ts';
import { families } from '../../../../graph/blocks/naming.ts';
import { argumentsOf, printArgument } from '../../../../graph/notation/argument-text.ts';
import { knobs } from '../../../../graph/notation/header.ts';
import { withCommas } from '../../../../graph/limits.ts';
import { headerWords } from './tokens.ts';

export interface Suggestion {
  readonly label: string;
  readonly apply: string;
  readonly detail: string;
  readonly info: string;
  readonly kind: 'header' | 'block' | 'argument' | 'value';
}

export interface Suggestions {
  /** What an accepted suggestion replaces, as offsets in the line. */
  readonly from: number;
  readonly to: number;
  readonly options: readonly Suggestion[];
}

export interface Doc {
  readonly from: number;
  readonly to: number;
  readonly title: string;
  readonly text: string;
}

const headerDocs: Readonly<Record<string, string>> = {
  family: 'Naming scheme of the parameters, layout of the head, defaults of squeeze-excite.',
  input: 'The picture: channels, height, width.',
  act: 'Activation of every line that names none.',
  norm: 'Normalisation behind every convolution.',
  eps: 'Epsilon of the norm; without it, the norm’s own.',
  pad: 'Padding: same as TensorFlow, or symmetric, k//2 on both sides.',
  width: 'Multiplies channels, which are then rounded by `round`.',
  depth: 'Multiplies the repeats of each stage, rounded up.',
  round:
    'Scaled channels become the nearest multiple of N, at least `min`, one step up when below `limit` of the wish.',
  task: 'What the outputs mean: class scores, boxes, a mask, points, tags or values.',
  rate: 'The input is a wave of this many samples a second: `input 1x1x16000`.',
  expect: 'Trainable parameters that the net must have; another count is a problem.',
};

const headerValues: Readonly<Record<string, readonly string[]>> = {
  family: [...families.keys()],
  act: activationNames,
  norm: normNames,
  pad: ['symmetric', 'same'],
  task: taskNames,
};

/** Suggestions at a column of a line; undefined in a comment and where nothing can follow. `used` are the header words of the text. */
export function suggest(line: string, column: number, used: ReadonlySet<string>): Suggestions | undefined {
  const before = line.slice(0, column);
  if (before.includes('#')) return undefined;
  const from = column - (/[^\s+]*$/.exec(before)?.[0].length ?? 0);
  const to = column + (/^[^\s#]*/.exec(line.slice(column))?.[0].length ?? 0);
  const [word, ...others] = line
    .slice(0, from)
    .replace(/^\s*\+/, '')
    .split(/\s+/)
    .filter(Boolean);
  if (word === undefined) return { from, to, options: words(used, before.trimStart().startsWith('+')) };
  if (headerWords.has(word)) {
    const values = headerValues[word];
    if (!values || others.length > 0) return undefined;
    return { from, to, options: values.map((label) => value(label, word)) };
  }
  const block = blocks.get(word);
  if (!block) return undefined;
  if (block.bare !== undefined) return undefined;
  const definitions = argumentsOf(block);
  const equals = before.slice(from).indexOf('=');
  if (equals > 0) {
    const argument = definitions.find(({ key, kind }) => kind === 'word' && key === before.slice(from, from + equals));
    return (
      argument?.words && {
        from: from + equals + 1,
        to,
        options: argument.words.map((label) => value(label, argument.label)),
      }
    );
  }
  const elsewhere = `${line.slice(0, from)} ${line.slice(to)}`.split('#')[0]?.split(/\s+/).slice(1) ?? [];
  const given = new Set(elsewhere.map((text) => keyOf(text, definitions)));
  const options = definitions.filter(({ key }) => !given.has(key)).map(argumentSuggestion);
  const repeats: Suggestion = {
    label: 'x',
    apply: 'x2',
    detail: 'repeats',
    info: 'How often the block is repeated.',
    kind: 'argument',
  };
  const repeated = block.place === 'head' || elsewhere.some((text) => /^x\d/.test(text));
  return { from, to, options: repeated ? options : [...options, repeats] };
}

/** What stands at a column of a line. */
export function docAt(line: string, column: number): Doc | undefined {
  const hash = line.indexOf('#');
  const parts = [...(hash < 0 ? line : line.slice(0, hash)).matchAll(/[^\s+]\S*/g)];
  const index = parts.findIndex((part) => column >= part.index && column < part.index + part[0].length);
  const part = parts[index];
  const word = parts[0]?.[0] ?? '';
  if (!part) return undefined;
  const place = { from: part.index, to: part.index + part[0].length };
  if (headerWords.has(word)) {
    const form = knobs.find((knob) => knob.word === word)?.form ?? word;
    return index === 0 ? { ...place, title: form, text: headerDocs[word] ?? '' } : undefined;
  }
  const block = blocks.get(word);
  if (!block) return undefined;
  if (index === 0) return { ...place, title: word, text: `${block.doc}\n${block.source}` };
  if (/^x\d+$/.test(part[0]))
    return {
      ...place,
      title: 'repeats',
      text: 'How often the block is repeated; a stride applies to the first repeat only.',
    };
  const definitions = argumentsOf(block);
  const argument = definitions.find(({ key }) => key === keyOf(part[0], definitions));
  return argument && { ...place, title: argument.label, text: argumentInfo(argument) };
}

const keyOf = (text: string, definitions: readonly Argument[]): string =>
  definitions.some(({ key, kind }) => kind === 'flag' && key === text) ? text : (/^[A-Za-z]*/.exec(text)?.[0] ?? '');

function words(used: ReadonlySet<string>, plus: boolean): Suggestion[] {
  const headers = plus ? [] : knobs.filter(({ word }) => !used.has(word));
  return [
    ...[...blocks.values()].map(({ word, doc, source, place, args }): Suggestion => {
      const required = args.filter((argument) => argument.required).map(({ key }) => ` ${key}`);
      return {
        label: word,
        apply: required.length > 0 ? `${word} ` : word,
        detail: place === 'stage' ? '' : place,
        info: `${doc}\n${source}`,
        kind: 'block',
      };
    }),
    ...headers.map(({ word, form }): Suggestion => ({
      label: word,
      apply: `${word} `,
      detail: form.slice(word.length + 1),
      info: headerDocs[word] ?? '',
      kind: 'header',
    })),
  ];
}

function argumentSuggestion(argument: Argument): Suggestion {
  const { key, kind, label, default: otherwise } = argument;
  const apply =
    kind === 'flag'
      ? key
      : kind === 'word' || kind === 'names'
        ? `${key}=`
        : typeof otherwise === 'number'
          ? printArgument(key, otherwise)
          : key;
  return { label: key, apply, detail: label, info: argumentInfo(argument), kind: 'argument' };
}

const value = (label: string, what: string): Suggestion => ({
  label,
  apply: label,
  detail: '',
  info: what,
  kind: 'value',
});

function argumentInfo({ doc, min, max, words: known, default: otherwise, key }: Argument): string {
  const range = min === undefined || max === undefined ? '' : ` ${min} – ${withCommas(max)}.`;
  const list = known ? ` ${known.join(', ')}.` : '';
  const without =
    otherwise === undefined
      ? ''
      : ` Default ${typeof otherwise === 'string' ? otherwise : printArgument(key, otherwise)}.`;
  return `${doc}${range}${list}${without}`;
}
