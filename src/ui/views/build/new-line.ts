// The line that the palette proposes for a block at a place: required arguments from the lines around it, the rest as is usual.
import type { Architecture, ArgumentValue, BlockLine } from '../../../graph/architecture.ts';
import type { Argument, Block } from '../../../graph/blocks/block.ts';
import { blocks } from '../../../graph/blocks/index.ts';
import { acceptable, argumentsOf, findArgument, readArgument } from '../../../graph/notation/argument-text.ts';
import { bare } from '../../../graph/notation/edit.ts';
import { limits } from '../../../graph/limits.ts';
import { ProblemList } from '../../../graph/notation/problem-list.ts';

type Values = Readonly<Record<string, ArgumentValue>>;

/** How each block is usually written, where that is more than its required arguments. */
const usual: Readonly<Record<string, Values>> = {
  conv: { k: 3 },
  ds: { k: 3 },
  dsa: { k: 3 },
  uib: { a: 3, k: 3, e: 4 },
  mbconv: { k: 3, e: 6 },
  fused: { k: 3, e: 4 },
  tucker: { k: 3, i: 0.25, o: 0.75 },
  mqa: { k: 3, h: 4, d: 64 },
  mha: { h: 4 },
  ffn: { e: 4 },
  mhsa: { e: 4 },
  t2t: { k: 3, s: 2 },
  tokens: { k: 3, s: 2 },
  vit: { h: 4, e: 3 },
  blaze: { s: 1 },
  resize: { s: 2 },
  maxpool: { k: 3, s: 2, p: 1 },
  avgpool: { k: 2, s: 2 },
  spp: { n: [1, 2, 4] },
  upconv: { s: 2 },
  logmel: { n: 512, win: 400, hop: 160, m: 64 },
};

/** Channels where no line says any. */
const firstChannels: Readonly<Record<string, number>> = { conv: 32, stem4: 48, t2t: 64, tokens: 256 };

/** Words whose `c` counts classes. */
const classifiers: ReadonlySet<string> = new Set(['linear', 'distilled', 'clshead']);

/** Arguments that belong to one place in a net and are not copied to the next line. */
const ownOfALine: ReadonlySet<string> = new Set([
  'as',
  'mid',
  'from',
  'out',
  's',
  'fixbelow',
  'fixwidth',
  'dual',
  'aa',
  'bias',
  'nonorm',
  'skip',
]);

/** The line to insert before position `at`; what `typed` says goes first. */
export function proposeLine(
  word: string,
  { blocks: lines }: Architecture,
  at: number,
  typed: Typed = nothingTyped,
): BlockLine {
  const block = blocks.get(word);
  if (!block) throw new Error(`no block is called "${word}"`);
  const above = lines.slice(0, at);
  const twin = above.findLast((line) => line.word === word);
  const like =
    first(word, at) ?? (word === 'conv' ? convLike(lines, at) : twin ? withoutOwn(twin.args) : (usual[word] ?? {}));
  const args: Record<string, ArgumentValue> = { ...like };
  for (const argument of block.args) {
    if (argument.required && args[argument.key] === undefined) args[argument.key] = required(argument, word, lines, at);
  }
  if (!twin && typeof args['h'] === 'number') args['h'] = headsFor(args['h'], channelsAbove(lines, at));
  return bare({
    word,
    args: { ...args, ...typed.args },
    repeats: block.place === 'head' ? 1 : (typed.repeats ?? 1),
    sameStage: typed.sameStage || (lines[at]?.sameStage ?? false),
  });
}

/** What stands on the first line of a net. */
const first = (word: string, at: number): Values | undefined =>
  at > 0 ? undefined : word === 'conv' ? { k: 3, s: 2, c: 32 } : word === 't2t' ? { k: 7, s: 4, c: 64 } : undefined;

/** A convolution is a stage or the head, by where it stands. */
function convLike(lines: readonly BlockLine[], at: number): Values {
  const pool = lines.findIndex(({ word }) => word === 'pool');
  if (pool < 0 || at < pool) return { k: 3 };
  return { k: 1, c: 1280 };
}

const withoutOwn = (args: Values): Values =>
  Object.fromEntries(Object.entries(args).filter(([key]) => !ownOfALine.has(key)));

function required(argument: Argument, word: string, lines: readonly BlockLine[], at: number): ArgumentValue {
  if (argument.key !== 'c') return acceptable(argument);
  if (classifiers.has(word)) return lines.findLast((line) => classifiers.has(line.word))?.args['c'] ?? 1000;
  const near = channelsAbove(lines, at) ?? firstChannels[word] ?? channelsBelow(lines, at);
  return acceptable(argument, near);
}

/** Channels as the lines above say them, before the width knob. */
const channelsAbove = (lines: readonly BlockLine[], at: number): number | undefined =>
  lines.slice(0, at).findLast(hasChannels)?.args['c'] as number | undefined;

const channelsBelow = (lines: readonly BlockLine[], at: number): number | undefined =>
  lines.slice(at).find(hasChannels)?.args['c'] as number | undefined;

const hasChannels = ({ word, args }: BlockLine): boolean => typeof args['c'] === 'number' && !classifiers.has(word);

/** Heads must divide the channels. */
function headsFor(wish: number, channels: number | undefined): number {
  if (channels === undefined) return wish;
  let heads = wish;
  while (channels % heads !== 0) heads--;
  return heads;
}

/** What somebody wrote behind a word in the palette. */
export interface Typed {
  readonly args: Values;
  readonly repeats: number | undefined;
  readonly sameStage: boolean;
  /** Sentences about what could not be read. */
  readonly problems: readonly string[];
}

export const nothingTyped: Typed = { args: {}, repeats: undefined, sameStage: false, problems: [] };

/** Reads `x2 k3 s2 c24 e6` as the arguments of a block; an unfinished last word is not an error yet. */
export function readTyped(block: Block, text: string): Typed {
  const list = new ProblemList();
  const args: Record<string, ArgumentValue> = {};
  let repeats: number | undefined;
  const definitions = argumentsOf(block);
  for (const word of text.split(/\s+/).filter(Boolean).slice(0, limits.lineTokens)) {
    const token = { text: word, from: 0, to: word.length };
    if (/^x\d{1,3}$/.test(word)) {
      repeats = Math.min(limits.blocks, Math.max(1, Number(word.slice(1))));
      continue;
    }
    const unfinished = text.endsWith(word) && definitions.some(({ key }) => key.startsWith(word));
    if (unfinished && !definitions.some(({ key, kind }) => key === word && kind === 'flag')) continue;
    const argument = findArgument(token, definitions, block.word, undefined, list);
    const value = argument && readArgument(token, argument, list);
    if (argument && value !== undefined) args[argument.key] = value;
  }
  return { args, repeats, sameStage: false, problems: list.problems.map(({ message }) => message) };
}

/** Where the palette inserts: behind the selection, or, with none, where a block of that place belongs. */
export function insertionPoint(word: string, { blocks: lines }: Architecture, selected: ReadonlySet<number>): number {
  if (selected.size > 0) return Math.max(...selected) + 1;
  const place = blocks.get(word)?.place;
  if (place === 'head') return lines.length;
  if (place === 'stem' && lines.length === 0) return 0;
  const head = lines.findIndex(({ word: other }) => blocks.get(other)?.place === 'head');
  return head < 0 ? lines.length : head;
}
