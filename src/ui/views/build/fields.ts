// The inspector's form as data: which arguments the selected lines have in common, what each may be, and what a step does.
import type { ArgumentValue, BlockLine, Header } from '../../../graph/architecture.ts';
import type { Argument } from '../../../graph/blocks/block.ts';
import { blocks } from '../../../graph/blocks/index.ts';
import { universalArguments } from '../../../graph/blocks/universal.ts';
import type { Problem } from '../../../graph/ir/graph.ts';
import { argumentsOf, printArgument, readArgument } from '../../../graph/notation/argument-text.ts';
import { quantity } from '../../../graph/notation/header-values.ts';
import { readNumber } from '../../../graph/notation/number-text.ts';
import { ProblemList } from '../../../graph/notation/problem-list.ts';
import type { KnobField } from './knob-fields.ts';

export interface Field {
  readonly argument: Argument;
  /** What all lines say; undefined when none says it, or they differ. */
  readonly value: ArgumentValue | undefined;
  /** The lines differ. */
  readonly mixed: boolean;
}

export interface Form {
  /** What a block is usually described by. */
  readonly main: readonly Field[];
  /** The rest: gates, anti-aliasing, how the knobs scale the line. */
  readonly more: readonly Field[];
}

/** Arguments without a default that people still set often. */
const oftenSet: ReadonlySet<string> = new Set(['se', 'act', 'ls', 'noskip', 'bias']);
const sameKind = (a: Argument, b: Argument): boolean => a.key === b.key && a.kind === b.kind && a.label === b.label;

/** The arguments that every given line takes, with the value they share. */
export function formOf(lines: readonly BlockLine[]): Form {
  const [first, ...others] = lines.map(({ word }) => argumentsOf(blocks.get(word) ?? { args: [] }));
  const shared = (first ?? []).filter((argument) =>
    others.every((list) => list.some((other) => sameKind(argument, other))),
  );
  const fields = shared.map((argument): Field => {
    const values = new Set(lines.map(({ args }) => JSON.stringify(args[argument.key])));
    const [line] = lines;
    return { argument, mixed: values.size > 1, value: values.size > 1 ? undefined : line?.args[argument.key] };
  });
  const isMain = ({ argument }: Field): boolean =>
    !universalArguments.includes(argument) &&
    (argument.required === true || argument.default !== undefined || oftenSet.has(argument.key));
  return { main: fields.filter(isMain), more: fields.filter((field) => !isMain(field)) };
}

export type Read =
  { readonly value: ArgumentValue } | { readonly message: string; readonly suggestion: ArgumentValue | undefined };

/** Reads what was typed into a field as the notation would; the suggestion is the notation's own fix. */
export function readField(argument: Argument, text: string): Read {
  const list = new ProblemList();
  const names = argument.kind === 'names' || (argument.kind === 'word' && !argument.words);
  const written = names ? `=${text.trim().replaceAll(/[;\s]+/g, ',')}` : text.trim().replaceAll(/[,;\s]+/g, '.');
  const token = (value: string) => ({ text: argument.key + value, from: 0, to: argument.key.length + value.length });
  const value = readArgument(token(written), argument, list);
  if (value !== undefined) return { value };
  const [problem] = list.problems;
  const insert = problem?.fix?.insert;
  const suggestion =
    insert === undefined
      ? undefined
      : readArgument(token(insert.slice(argument.key.length)), argument, new ProblemList());
  return { message: problem?.message ?? `${argument.label} cannot be "${text}".`, suggestion };
}

/** Reads what was typed for a number of the header, with the header's own words. */
export function readKnob({ key, kind, min, max }: KnobField, text: string): Read {
  const list = new ProblemList();
  const token = { text: text.trim(), from: 0, to: text.trim().length };
  const value = quantity(token, list, key, kind, min, max, min);
  if (value !== undefined) return { value };
  const [problem] = list.problems;
  const suggestion = problem?.fix && readNumber(problem.fix.insert);
  return { message: problem?.message ?? `${key} cannot be "${text}".`, suggestion };
}

/** How a value stands in a field: the text without its key. */
export const showField = (argument: Argument, value: ArgumentValue | undefined): string =>
  value === undefined || value === true
    ? ''
    : typeof value === 'string'
      ? value
      : printArgument(argument.key, value).slice(argument.key.length);

/**
 * What to write for a value. A default that says "nothing" (0, 1, a word) is left out, as people and presets do; others
 * (`k3`, `d64`) stay written.
 */
export const toWrite = (argument: Argument, value: ArgumentValue): ArgumentValue | undefined =>
  value === argument.default && (value === 0 || value === 1 || typeof value === 'string') ? undefined : value;

const isKernel = ({ label }: Argument): boolean => /kernel|window/.test(label);

/** What an arrow key or a stepper adds: 2 for kernels, the rounding step for channels, a twentieth for fractions. */
export function stepOf(argument: Argument, { round }: Pick<Header, 'round'>): number {
  if (isKernel(argument)) return 2;
  if (argument.scales) return round.divisor;
  return argument.kind === 'number' && (argument.max ?? Infinity) <= 8 ? 0.05 : 1;
}

/** The value after one step up (+1) or down (−1), on the grid of the step and inside the argument's range. */
export function stepped(argument: Argument, value: number, by: 1 | -1, step: number, large = false): number {
  const { min = 0, max = Infinity } = argument;
  const within = (next: number): number => Number(Math.min(max, Math.max(min, next)).toFixed(4));
  if (isKernel(argument)) {
    // A kernel of 0 is none at all; 1 would be a depthwise that mixes nothing.
    if (min === 0 && by > 0 && value < 3) return 3;
    if (min === 0 && by < 0 && value <= 3) return 0;
    return within(value + by * step * (large ? 2 : 1));
  }
  const size = large ? step * 10 : step;
  const grid = value / size;
  return within((by > 0 ? Math.floor(grid + 1e-9) + 1 : Math.ceil(grid - 1e-9) - 1) * size);
}

/** Problems that a single argument causes: they stand at it, or their fix changes it. */
export function problemsOfArgument(
  line: BlockLine,
  key: string,
  problems: readonly Problem[],
  text: string,
): readonly Problem[] {
  const own = line.argRanges[key];
  const inside = (range: { from: number; to: number } | undefined): boolean =>
    range !== undefined && own !== undefined && range.from >= own.from && range.to <= own.to;
  const letters = (range: { from: number; to: number }): string =>
    /^[A-Za-z]*/.exec(text.slice(range.from, range.to))?.[0] ?? '';
  return problems.filter(({ range, fix }) => {
    if (range.from === line.range.from && range.to === line.range.to) return inside(fix?.range);
    return inside(range) || letters(range) === key;
  });
}
