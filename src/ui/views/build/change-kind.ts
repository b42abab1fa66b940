// Another block in a line's place: what both blocks take stays (channels, stride, repeats, kernel), the rest is as is usual for the new one.
import type { Architecture, ArgumentValue, BlockLine } from '../../../graph/architecture.ts';
import { blocks } from '../../../graph/blocks/index.ts';
import { acceptable, argumentsOf } from '../../../graph/notation/argument-text.ts';
import { proposeLine } from './new-line.ts';

/** Words that may stand where a block of this word stands. */
export function kindsLike(word: string): readonly string[] {
  const place = blocks.get(word)?.place;
  return [...blocks.values()].filter((block) => block.place === place).map((block) => block.word);
}

/** The line at `index` with another word. */
export function asKind(line: BlockLine, word: string, architecture: Architecture, index: number): BlockLine {
  const [from, to] = [blocks.get(line.word), blocks.get(word)];
  if (!from || !to || line.word === word) return line;
  const before = new Map(argumentsOf(from).map((argument) => [argument.key, argument]));
  const kept: Record<string, ArgumentValue> = {};
  for (const argument of argumentsOf(to)) {
    const { key, kind, label } = argument;
    const value = line.args[key];
    const old = before.get(key);
    // `kernel` and `middle kernel` are one thing; `start kernel` and `expand groups` are two under one letter.
    if (value === undefined || !old || !(label.endsWith(old.label) || old.label.endsWith(label))) continue;
    // A single size is written alike where the other block also takes several.
    const fits = typeof value === 'number' ? acceptable(argument, value) === value : old.kind === kind;
    if (fits) kept[key] = value;
  }
  const { args } = proposeLine(word, architecture, index);
  return { ...line, word, args: { ...args, ...kept } };
}
