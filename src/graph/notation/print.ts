// Architecture → its one canonical text, laid out like the table of a paper.
import type { Architecture, BlockLine, Header } from '../architecture.ts';
import { blocks as knownBlocks } from '../blocks/index.ts';
import { argumentsOf, printArgument, type Vocabulary } from './argument-text.ts';
import { knobs } from './header.ts';

/**
 * The canonical text: comments of the header, header lines that differ from their default (`family` and `input` always), a blank
 * line, the blocks. Arguments stand in one order for all words, those of at least a third of the lines in columns of their own;
 * head lines are not aligned. A comment line stays above its block, a comment behind a line stays behind it.
 */
export function print(architecture: Architecture, vocabulary: Vocabulary = knownBlocks): string {
  const { header, blocks, comments = [], closingComments = [] } = architecture;
  const blockLines = blocks.length === 0 ? [] : ['', ...printBlocks(blocks, vocabulary)];
  return `${[...comments, ...headerLines(header), ...blockLines, ...closingComments].join('\n')}\n`;
}

/** Header lines that differ from their default; `family` and `input` always. */
export const headerLines = (header: Header): readonly string[] =>
  knobs.flatMap(({ word, print: values }) => {
    const text = values(header);
    return text === undefined ? [] : [`${word} ${text}`];
  });

/** One block line by itself, without alignment. */
export const printLine = (line: BlockLine, vocabulary: Vocabulary = knownBlocks): string => {
  const order = keyOrder(vocabulary);
  const repeats = line.repeats === 1 ? [] : [`x${line.repeats}`];
  return [`${line.sameStage ? '+ ' : ''}${line.word}`, ...repeats, ...printArguments(line, order, vocabulary)].join(
    ' ',
  );
};

function printBlocks(lines: readonly BlockLine[], vocabulary: Vocabulary): string[] {
  const order = keyOrder(vocabulary);
  const apart = ({ word }: BlockLine) => ['head', 'part'].includes(vocabulary.get(word)?.place ?? '');
  const aligned = lines.filter((line) => !apart(line));
  const columns = order.filter((key) => {
    const users = aligned.filter(
      ({ args }) => args[key] !== undefined && args[key] !== true && typeof args[key] !== 'string',
    );
    return users.length * 3 >= aligned.length && users.length > 0;
  });
  const tail = order.filter((key) => !columns.includes(key));
  const width = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));
  const cell = ({ args }: BlockLine, key: string) => (args[key] === undefined ? '' : printArgument(key, args[key]));
  const repeatsOf = ({ repeats }: BlockLine) => (repeats === 1 ? '' : ` x${repeats}`);
  const words = lines.map(({ word, sameStage }) => (sameStage ? '+ ' : '') + word);
  const wordWidth = width(words);
  const repeatsWidth = width(lines.map(repeatsOf));
  const columnWidths = columns.map((key) => width(aligned.map((line) => cell(line, key))));

  return lines.flatMap((line, i) => {
    const table = columns.map((key, at) => cell(line, key).padEnd(columnWidths[at] ?? 0));
    const parts = apart(line)
      ? printArguments(line, order, vocabulary)
      : [...table, ...printArguments(line, tail, vocabulary)];
    const start = (words[i] ?? '').padEnd(wordWidth) + repeatsOf(line).padEnd(repeatsWidth);
    const text = `${start}  ${parts.join(' ')}`.trimEnd();
    return [...(line.comments ?? []), line.note === undefined ? text : `${text}  ${line.note}`];
  });
}

const printArguments = ({ word, args }: BlockLine, order: readonly string[], vocabulary: Vocabulary): string[] =>
  order.flatMap((key) => {
    const value = args[key];
    if (value === undefined) return [];
    return [vocabulary.get(word)?.bare === key ? String(value) : printArgument(key, value)];
  });

/**
 * One order of keys that agrees with each block's own: the lists are merged one after another, a new key going behind the key
 * before it. Numbers come first, then words, then flags.
 */
export function keyOrder(vocabulary: Vocabulary): readonly string[] {
  const known = orders.get(vocabulary);
  if (known) return known;
  const order: string[] = [];
  const rank = new Map<string, number>();
  for (const block of vocabulary.values()) {
    let at = 0;
    for (const { key, kind } of argumentsOf(block)) {
      const found = order.indexOf(key);
      if (found < 0) order.splice(at, 0, key);
      at = found < 0 ? at + 1 : Math.max(at, found + 1);
      if (!rank.has(key)) rank.set(key, kind === 'flag' ? 2 : kind === 'word' || kind === 'names' ? 1 : 0);
    }
  }
  const sorted = order.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  orders.set(vocabulary, sorted);
  return sorted;
}

const orders = new WeakMap<Vocabulary, readonly string[]>();
