// Finds an edit for a line that cannot be built, by trying: an edit is offered only when the line then builds.
import type { Architecture, ArgumentValue, BlockLine } from '../architecture.ts';
import type { Argument, Block } from '../blocks/block.ts';
import { blocks } from '../blocks/index.ts';
import { expand } from '../blocks/expand.ts';
import type { Problem } from '../ir/graph.ts';
import { acceptable, printArgument } from './argument-text.ts';
import { printLine } from './print.ts';
import type { Fix } from './problem-list.ts';

/** Blocks that all trials of one problem may build together: about fifteen milliseconds. */
const TRIAL_BLOCKS = 256;

interface Candidate {
  readonly fix: Fix;
  /** The lines that replace the broken one. */
  readonly lines: readonly BlockLine[];
}

/** The first edit of the line at `index` with which it builds; undefined when none of the obvious ones helps. */
export function shapeFix(architecture: Architecture, index: number, problem: Problem): Fix | undefined {
  const line = architecture.blocks[index];
  const block = line && blocks.get(line.word);
  if (!block) return undefined;
  const before = architecture.blocks.slice(0, index);
  const after = architecture.blocks.slice(index + 1, index + 2);
  const header = { ...architecture.header, expectParams: undefined };
  let budget = TRIAL_BLOCKS;
  for (const { fix, lines } of candidates(line, block, problem.message, before)) {
    const trial = { header, blocks: [...before, ...lines, ...after] };
    budget -= trial.blocks.reduce((sum, { repeats }) => sum + Math.ceil(repeats * header.depth), 1);
    if (budget < 0) return undefined;
    const { problems } = expand(trial, '');
    if (problems.every(({ severity, range }) => severity === 'warning' || range.from > line.range.from)) return fix;
  }
  return undefined;
}

/** What the message proposes first, then arguments that it names, then those whose value it names, then the others. */
function* candidates(
  line: BlockLine,
  block: Block,
  message: string,
  before: readonly BlockLine[],
): Generator<Candidate> {
  const { from } = line.range;
  for (const [, word = ''] of message.matchAll(/`([a-z0-9]+)`/g)) {
    const above = word === line.word ? undefined : exampleLine(word, before);
    if (!above) continue;
    yield {
      fix: { label: `Add ${word} above`, range: { from, to: from }, insert: `${printLine(above)}\n` },
      lines: [above, line],
    };
  }
  if (message.includes('remove the second')) {
    yield { fix: { label: 'Remove the line', range: line.range, insert: '' }, lines: [] };
  }
  for (const argument of block.args) {
    if (argument.kind === 'int' && argument.default === 0 && line.args[argument.key] === undefined) {
      yield withArgument(line, argument, acceptable(argument, 3));
    }
  }
  const numbers = new Set((message.match(/\d+/g) ?? []).map(Number));
  const rank = ({ key, label }: Argument) =>
    message.includes(label) ? 0 : numbers.has(line.args[key] as number) ? 1 : 2;
  for (const argument of block.args.toSorted((a, b) => rank(a) - rank(b))) {
    const value = line.args[argument.key];
    if (typeof value !== 'number' || argument.kind === 'word' || argument.kind === 'flag') continue;
    for (const smaller of smallerValues(value, argument)) yield withArgument(line, argument, smaller);
  }
}

/** A line of that word with nothing but what it requires, as the lines above say it; undefined for an unknown word. */
function exampleLine(word: string, before: readonly BlockLine[]): BlockLine | undefined {
  const block = blocks.get(word);
  if (!block) return undefined;
  const required = block.args.filter((argument) => argument.required);
  const last = (key: string) =>
    before.findLast(({ args }) => typeof args[key] === 'number')?.args[key] as number | undefined;
  const args = Object.fromEntries(required.map((argument) => [argument.key, acceptable(argument, last(argument.key))]));
  const range = { from: 0, to: 0 };
  return { word, repeats: 1, sameStage: false, args, range, argRanges: {} };
}

/** Nearest first: a few steps down, then halves. */
function smallerValues(value: number, argument: Argument): number[] {
  const min = argument.min ?? 0;
  const whole = argument.kind !== 'number';
  const step = whole && value % 2 === 1 && argument.label.includes('kernel') ? 2 : 1;
  const steps = Array.from({ length: 8 }, (_, i) => value - step * (i + 1));
  const halves = Array.from({ length: 8 }, (_, i) => value / 2 ** (i + 1)).map((half) =>
    whole ? Math.floor(half) : half,
  );
  return [...new Set([...steps, ...halves, min])].filter((candidate) => candidate >= min && candidate < value);
}

function withArgument(line: BlockLine, { key }: Argument, value: ArgumentValue): Candidate {
  const range = line.argRanges[key];
  const text = printArgument(key, value);
  const end = { from: line.range.to, to: line.range.to };
  return {
    fix: range
      ? { label: `Change to ${text}`, range, insert: text }
      : { label: `Add ${text}`, range: end, insert: ` ${text}` },
    lines: [{ ...line, args: { ...line.args, [key]: value } }],
  };
}
