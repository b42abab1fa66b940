// Edits of the document as the block editor makes them: each returns the new text, so that editor, form, palette and undo agree by construction.
import type { Architecture, ArgumentValue, BlockLine, Header } from '../architecture.ts';
import { blocks } from '../blocks/index.ts';
import type { Problem } from '../ir/graph.ts';
import { argumentsOf } from './argument-text.ts';
import { placeArranged, rearrange, type Arrangement } from './arrange.ts';
import { check } from './check.ts';
import { knobs } from './header.ts';
import { print, printLine } from './print.ts';

/** A parsed document with the text it came from. */
export interface Document {
  readonly text: string;
  readonly architecture: Architecture;
  readonly problems: readonly Problem[];
}

type Lines = ReadonlySet<number>;

/** A new value, or how each line's own follows from the line. */
export type Change<T> = T | ((line: BlockLine) => T);
const resolve = <T extends ArgumentValue | undefined>(change: Change<T>, line: BlockLine): T =>
  typeof change === 'function' ? change(line) : change;

/** Changes one argument of every given line that takes it, in one edit; `undefined` removes it (the default then counts). */
export const setArgument = (
  document: Document,
  lines: Lines,
  key: string,
  change: Change<ArgumentValue | undefined>,
): string =>
  changeLines(document, lines, (line) => {
    const block = blocks.get(line.word);
    if (!block || !argumentsOf(block).some((argument) => argument.key === key)) return line;
    const { [key]: _, ...rest } = line.args;
    const value = resolve(change, line);
    return { ...line, args: value === undefined ? rest : { ...rest, [key]: value } };
  });

/** Head lines stand once and stay as they are. */
export const setRepeats = (document: Document, lines: Lines, change: Change<number>): string =>
  changeLines(document, lines, (line) =>
    blocks.get(line.word)?.place === 'head' ? line : { ...line, repeats: resolve(change, line) },
  );

/** Puts another line in the place of each given one; its comments are those of the line that `change` returns. */
export const replaceLines = (
  document: Document,
  lines: Lines,
  change: (line: BlockLine, index: number) => BlockLine,
): string => changeLines(document, lines, change);

/** Joins lines to the stage above them, or lets each begin a stage of its own. */
export const setSameStage = (document: Document, lines: Lines, sameStage: boolean): string =>
  changeLines(document, lines, (line, index) => ({ ...line, sameStage: sameStage && index > 0 }));

/** Inserts lines before position `at` (= number of lines: at the end); inside a stage they join it. */
export const insertLines = (document: Document, at: number, lines: readonly BlockLine[]): string =>
  arrange(document, { removed: new Set(), at, inserted: lines });

/** What remains of a stage whose first line goes is still a stage. */
export const deleteLines = (document: Document, lines: Lines): string =>
  arrange(document, { removed: lines, at: 0, inserted: [] });

/** Puts copies of the lines, without their comments, behind the last of them. */
export function duplicateLines(document: Document, lines: Lines): string {
  const inserted = inOrder(lines).flatMap((index) => {
    const line = document.architecture.blocks[index];
    return line ? [bare(line)] : [];
  });
  return arrange(document, { removed: new Set(), at: Math.max(...lines) + 1, inserted });
}

/** Moves lines, kept in their order, so that they stand before the line that is at `to` now. Inside a stage they join it. */
export const moveLines = (document: Document, lines: Lines, to: number): string =>
  arrange(document, { removed: lines, at: to, inserted: inOrder(lines) });

/** Changes header knobs in one edit. */
export function setHeader(document: Document, changes: Partial<Header>): string {
  const header = { ...document.architecture.header, ...changes };
  if (isClean(document)) return settle(document, print({ ...document.architecture, header }));
  // A text with errors keeps every other character: only the knobs' own lines are replaced, or added on top.
  const { headerRanges = {}, header: before } = document.architecture;
  const changed = knobs.filter(({ print: values }) => values(header) !== values(before));
  const edits = changed.flatMap((knob) => {
    const values = knob.print(header);
    const line = values === undefined ? '' : `${knob.word} ${values}`;
    const range = headerRanges[knob.word];
    if (range) return [{ ...range, line }];
    return line === '' ? [] : [{ from: 0, to: 0, line: `${line}\n` }];
  });
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((text, { from, to, line }) => text.slice(0, from) + line + text.slice(to), document.text);
}

/** A line as if newly written: without its comments and its place in the text. */
export const bare = ({
  word,
  args,
  repeats,
  sameStage,
}: Pick<BlockLine, 'word' | 'args' | 'repeats' | 'sameStage'>): BlockLine => ({
  word,
  args,
  repeats,
  sameStage,
  range: { from: 0, to: 0 },
  argRanges: {},
});

function changeLines(document: Document, lines: Lines, change: (line: BlockLine, index: number) => BlockLine): string {
  const { architecture, text } = document;
  const next = architecture.blocks.map((line, index) => (lines.has(index) ? change(line, index) : line));
  if (isClean(document)) return settle(document, print({ ...architecture, blocks: next }));
  return architecture.blocks.reduceRight((result, line, index) => {
    const changed = next[index] ?? line;
    return changed === line
      ? result
      : result.slice(0, line.range.from) + printLine(changed) + result.slice(line.range.to);
  }, text);
}

/** Rearranges whole lines. A text with errors is rebuilt from its own lines, so that what could not be read stays where it was. */
function arrange(document: Document, arrangement: Arrangement): string {
  const { architecture, text } = document;
  const placed = rearrange(architecture.blocks, arrangement);
  if (!isClean(document)) return placeArranged(text, architecture.blocks, placed, arrangement);
  return settle(document, print({ ...architecture, blocks: placed.map(({ line }) => line) }));
}

/**
 * `expect` states the count of the net as it was. An edit that changes the count on purpose makes it void, so a count that held
 * before the edit and no longer does goes with it (as for a preset's knobs); one that was wrong before stays, with its problem.
 */
function settle(document: Document, text: string): string {
  if (document.architecture.header.expectParams === undefined) return text;
  const { architecture, problems } = check(text);
  const expect = architecture.headerRanges?.expect;
  if (!expect || problems.every(({ range }) => range.from !== expect.from)) return text;
  return print({ ...architecture, header: { ...architecture.header, expectParams: undefined } });
}

const isClean = ({ problems }: Document): boolean => problems.every(({ severity }) => severity !== 'error');
const inOrder = (lines: Lines): number[] => [...lines].sort((a, b) => a - b);
