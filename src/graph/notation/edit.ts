// Edits of the document as the block editor makes them: each returns the new text, so that editor, form, palette and undo agree by construction.
import type { Architecture, ArgumentValue, BlockLine, Header } from '../architecture.ts';
import type { Problem } from '../graph.ts';
import { knobs } from './header.ts';
import { print, printLine } from './print.ts';

/** A parsed document with the text it came from. */
export interface Document {
  readonly text: string;
  readonly architecture: Architecture;
  readonly problems: readonly Problem[];
}

/** Changes one line's argument; `undefined` removes it (the default then counts). */
export const setArgument = (document: Document, index: number, key: string, value: ArgumentValue | undefined): string =>
  replaceLine(document, index, (line) => {
    const { [key]: _, ...rest } = line.args;
    return { ...line, args: value === undefined ? rest : { ...rest, [key]: value } };
  });

export const setRepeats = (document: Document, index: number, repeats: number): string =>
  replaceLine(document, index, (line) => ({ ...line, repeats }));

/** Joins a line to the stage above it, or lets it begin a stage of its own. */
export const setSameStage = (document: Document, index: number, sameStage: boolean): string =>
  replaceLine(document, index, (line) => ({ ...line, sameStage }));

/** Inserts lines before position `index` (= number of lines: at the end). */
export const insertLines = (document: Document, index: number, lines: readonly BlockLine[]): string =>
  arrange(document, (all) => [...all.slice(0, index), ...lines, ...all.slice(index)]);

export const deleteLines = (document: Document, indices: ReadonlySet<number>): string =>
  arrange(document, (all) => all.filter((_, index) => !indices.has(index)));

/** Puts copies of the lines, without their comments, behind the last of them. */
export function duplicateLines(document: Document, indices: ReadonlySet<number>): string {
  const last = Math.max(...indices);
  return arrange(document, (all) => {
    const copies = all.filter((_, index) => indices.has(index)).map(({ comments: _, note: __, ...line }) => line);
    return [...all.slice(0, last + 1), ...copies, ...all.slice(last + 1)];
  });
}

/** Moves lines, kept in their order, so that they stand before the line that is at `to` now. */
export const moveLines = (document: Document, indices: ReadonlySet<number>, to: number): string =>
  arrange(document, (all) => {
    const moved = all.filter((_, index) => indices.has(index));
    const stays = (from: number, until: number) => all.slice(from, until).filter((_, offset) => !indices.has(from + offset));
    return [...stays(0, to), ...moved, ...stays(to, all.length)];
  });

/** Changes a header knob. */
export function setHeader<K extends keyof Header>(document: Document, key: K, value: Header[K]): string {
  const header = { ...document.architecture.header, [key]: value };
  if (isClean(document)) return print({ ...document.architecture, header });
  // A text with errors keeps every other character: only the knob's own line is replaced or added on top.
  const knob = knobs.find(({ print: values }) => values(header) !== values(document.architecture.header));
  if (!knob) return document.text;
  const printed = knob.print(header);
  const line = printed === undefined ? '' : `${knob.word} ${printed}`;
  const range = document.architecture.headerRanges?.[knob.word];
  if (range) return splice(document.text, range.from, range.to, line);
  return line === '' ? document.text : `${line}\n${document.text}`;
}

function replaceLine(document: Document, index: number, change: (line: BlockLine) => BlockLine): string {
  const line = document.architecture.blocks[index];
  if (!line) return document.text;
  const next = change(line);
  if (!isClean(document)) return splice(document.text, line.range.from, line.range.to, printLine(next));
  return print({
    ...document.architecture,
    blocks: document.architecture.blocks.map((other, at) => (at === index ? next : other)),
  });
}

/** Rearranges whole lines. A text with errors is rebuilt from its own lines, so that what could not be read stays where it was. */
function arrange(document: Document, change: (lines: readonly BlockLine[]) => readonly BlockLine[]): string {
  const { architecture, text } = document;
  const next = change(architecture.blocks);
  if (isClean(document)) {
    const first = next[0];
    // The first line of a net cannot continue a stage.
    const blocks = first?.sameStage ? [{ ...first, sameStage: false }, ...next.slice(1)] : next;
    return print({ ...architecture, blocks });
  }
  const kept = new Set(next);
  let result = text;
  for (const line of [...architecture.blocks].reverse()) {
    if (!kept.has(line)) result = splice(result, lineStart(result, line.range.from), lineEnd(result, line.range.to), '');
  }
  const added = next.filter((line) => !architecture.blocks.includes(line));
  return added.length === 0 ? result : `${result.replace(/\n?$/, '\n')}${added.map((line) => printLine(line)).join('\n')}\n`;
}

const isClean = ({ problems }: Document): boolean => problems.every(({ severity }) => severity !== 'error');
const splice = (text: string, from: number, to: number, insert: string): string => text.slice(0, from) + insert + text.slice(to);
const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;
const lineEnd = (text: string, at: number): number => (text.indexOf('\n', at) + 1 || text.length + 1);
