// Where a net lies in a space: its genotype, or the first line that the space does not have.
import type { Architecture, ArgumentValue, BlockLine, Header } from '../../architecture.ts';
import { blocks } from '../../blocks/index.ts';
import { argumentsOf, findArgument, printArgument, readArgument } from '../../notation/argument-text.ts';
import { knobs } from '../../notation/header.ts';
import { ProblemList } from '../../notation/problem-list.ts';
import { parse } from '../../notation/parse.ts';
import type { Gene, Genotype } from '../genes.ts';
import { countOf, wordOf, type Placed, type Slot } from './placed.ts';
import { isChoice, type SpacePart } from './read.ts';

export type Located = { readonly genotype: Genotype } | { readonly difference: string };

/** One repeat of a block line by itself; only the first of a line strides. */
interface Entry {
  readonly line: BlockLine;
  readonly args: BlockLine['args'];
  /** Belongs to the stage of the entry above it. */
  readonly follows: boolean;
}

/** Index of an option by gene. */
type Chosen = ReadonlyMap<number, number>;

export function locate(space: string, placed: readonly Placed[], genes: readonly Gene[], net: string): Located {
  const { architecture, problems } = parse(net);
  const error = problems.find(({ severity }) => severity === 'error');
  if (error) return { difference: error.message };
  const { header } = architecture;
  const lineOf = ({ range }: BlockLine): string => `line ${net.slice(0, range.from).split('\n').length}: `;
  const sourceOf = (part: SpacePart): string =>
    isChoice(part) ? space.slice(part.range.from, part.range.to) : part.text;
  const isKnob = ({ line }: Placed): boolean => knobs.some(({ word }) => word === textOf(line.alternatives[0]?.[0]));
  const head = locateHeader(placed.filter(isKnob), header, sourceOf);
  if ('difference' in head) return head;
  const lines = placed.filter((one) => !isKnob(one) && one.line.alternatives[0]!.length > 0);
  const entries = architecture.blocks.flatMap(entriesOf);

  let furthest = { at: -1, why: '' };
  const fail = (at: number, why: string): undefined => {
    if (at > furthest.at) furthest = { at, why };
    return undefined;
  };
  /** The choices of one slot that make an entry. */
  const slotChoices = (one: Placed, slot: Slot, at: number, isFirst: boolean): Chosen | undefined => {
    const entry = entries[at]!;
    const reasons: string[] = [];
    for (const [index, parts] of one.line.alternatives.entries()) {
      const found = alternativeChoices(parts, slot, entry, header, isFirst, sourceOf);
      if (typeof found !== 'string')
        return slot.alternative === undefined ? found : new Map([...found, [slot.alternative, index]]);
      reasons.push(found);
    }
    return fail(at, lineOf(entry.line) + (reasons.find((reason) => reason.includes(' is not ')) ?? reasons[0]!));
  };
  const repeatChoices = (one: Placed, count: number, at: number): Chosen | undefined => {
    const all = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      if (!entries[at + i]) return fail(at + i, `the net ends before "${sourceOf(one.line.alternatives[0]![0]!)}".`);
      const own = slotChoices(one, one.slots[one.line.each ? i : 0]!, at + i, i === 0);
      if (!own) return undefined;
      if (i > 0 && !entries[at + i]!.follows)
        return fail(at + i, `${lineOf(entries[at + i]!.line)}begins a stage, and the space repeats the line above.`);
      for (const [gene, option] of own) {
        if ((all.get(gene) ?? option) !== option)
          return fail(
            at + i,
            `${lineOf(entries[at + i]!.line)}differs from the line above, and the space repeats it alike.`,
          );
        all.set(gene, option);
      }
    }
    return all;
  };
  const from = (line: number, at: number): Chosen | undefined => {
    const one = lines[line];
    if (!one) {
      const more = entries[at];
      return more ? fail(at, `${lineOf(more.line)}the space ends before "${more.line.word}".`) : new Map();
    }
    const { repeats } = one.line;
    const counts = repeats ? (isChoice(repeats) ? repeats.options : [repeats.text]).map(countOf) : [1];
    for (const [option, count] of [...counts.entries()].sort(([, a], [, b]) => b - a)) {
      const own = repeatChoices(one, count, at);
      const rest = own && from(line + 1, at + count);
      if (rest)
        return new Map([...own, ...rest, ...(one.repeats === undefined ? [] : [[one.repeats, option] as const])]);
    }
    return undefined;
  };
  const found = from(0, 0);
  if (!found) return { difference: furthest.why };
  const chosen = new Map([...head.chosen, ...found]);
  return { genotype: genes.map((_, gene) => chosen.get(gene) ?? 0) };
}

const textOf = (part: SpacePart | undefined): string => (part && !isChoice(part) ? part.text : '');

const entriesOf = (line: BlockLine): Entry[] =>
  Array.from({ length: line.repeats }, (_, i) => {
    const { s: _stride, ...rest } = line.args;
    return { line, args: i === 0 ? line.args : rest, follows: i > 0 || line.sameStage };
  });

/** Every knob that the space says in a line of its own must be an option of it, every other one as without a line. */
function locateHeader(
  lines: readonly Placed[],
  header: Header,
  sourceOf: (part: SpacePart) => string,
): { readonly chosen: Chosen } | { readonly difference: string } {
  const chosen = new Map<number, number>();
  for (const { word, print } of knobs) {
    if (word === 'expect') continue;
    const line = lines.find(({ line: { alternatives } }) => textOf(alternatives[0]![0]) === word);
    const parts = line?.line.alternatives[0] ?? [];
    const choices = parts.filter(isChoice);
    const wanted = print(header);
    const [choice] = choices;
    const options = choice ? choice.options.map((_, i) => i) : [0];
    const option = options.find((i) => {
      const text = parts.map((part) => (isChoice(part) ? part.options[i]! : part.text)).join(' ');
      return print(parse(text).architecture.header) === wanted;
    });
    if (option === undefined)
      return {
        difference:
          parts.length > 0
            ? `${word} ${wanted ?? 'is not said, which'} is not in "${parts.map(sourceOf).join(' ')}".`
            : `the net says ${word} ${wanted}, and the space has no ${word} line.`,
      };
    if (choice) chosen.set(line!.slots[0]!.genes.get(choice)!, option);
  }
  return { chosen };
}

/** Arguments that one token says; none where it says nothing that the word knows. */
function said(word: string, text: string): BlockLine['args'] {
  const definitions = argumentsOf(blocks.get(word)!);
  const token = { text, from: 0, to: text.length };
  const argument = text === '' ? undefined : findArgument(token, definitions, word, undefined, new ProblemList());
  const value = argument && readArgument(token, argument, new ProblemList());
  return value === undefined ? {} : { [argument!.key]: value };
}

/** The options with which an alternative is this entry, or the reason why none is. */
function alternativeChoices(
  parts: readonly SpacePart[],
  slot: Slot,
  { line, args, follows }: Entry,
  header: Header,
  isFirst: boolean,
  sourceOf: (part: SpacePart) => string,
): Chosen | string {
  const [first, ...rest] = parts;
  const word = textOf(first).replace(/^\+ ?/, '');
  if (word !== line.word) return `${line.word} is not ${word}.`;
  if (isFirst && follows !== textOf(first).startsWith('+'))
    return follows
      ? 'goes on with a stage, and the space begins one.'
      : 'begins a stage, and the space goes on with one.';
  const definitions = new Map(argumentsOf(blocks.get(word)!).map((argument) => [argument.key, argument]));
  const value = (own: Architecture['blocks'][number]['args'], key: string): string => {
    const found: ArgumentValue | undefined =
      own[key] ?? definitions.get(key)?.default ?? (key === 'act' ? header.act : undefined);
    const one = Array.isArray(found) && found.length === 1 ? (found[0] as number) : found;
    // `se0` and no gate are one.
    return JSON.stringify(one === 0 && definitions.get(key)?.default === undefined ? null : (one ?? null));
  };
  const chosen = new Map<number, number>();
  const covered = new Set<string>();
  for (const part of rest) {
    const options = isChoice(part) ? part.options.map((_, i) => wordOf(part, i, header)) : [part.text];
    if (!isFirst && options.every((option) => /^s\d/.test(option))) continue;
    const meanings = options.map((option) => said(word, option));
    const keys = [...new Set(meanings.flatMap((meaning) => Object.keys(meaning)))];
    const option = meanings.findIndex((meaning) => keys.every((key) => value(meaning, key) === value(args, key)));
    if (option < 0) {
      const own = keys.map((key) => (args[key] === undefined ? `no ${key}` : printArgument(key, args[key]))).join(' ');
      return `${own} is not ${isChoice(part) ? 'in ' : ''}${sourceOf(part)}.`;
    }
    for (const key of keys) covered.add(key);
    if (isChoice(part)) chosen.set(slot.genes.get(part)!, option);
  }
  const extra = Object.keys(args).find((key) => !covered.has(key) && value(args, key) !== value({}, key));
  return extra === undefined ? chosen : `${printArgument(extra, args[extra]!)} is not in the space's line.`;
}
