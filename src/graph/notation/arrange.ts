// Moving whole block lines about: what happens to stages, and how a text that cannot be printed afresh is put together again.
import type { BlockLine } from '../architecture.ts';
import { printLine } from './print.ts';

/** Lines taken away and lines put before position `at` of the old numbering: new ones, or the numbers of lines taken away. */
export interface Arrangement {
  readonly removed: ReadonlySet<number>;
  readonly at: number;
  readonly inserted: readonly (BlockLine | number)[];
}

/** A line of the result; `source` is its old number, undefined for a new line. */
export interface ArrangedLine {
  readonly line: BlockLine;
  readonly source: number | undefined;
  readonly inserted: boolean;
}

/**
 * The lines in their new order, with stages kept whole:
 * what is left of a stage whose first line goes is still a stage; a line put into a stage joins it; a line that moves within its
 * stage stays in it, also as its first or last.
 */
export function rearrange(lines: readonly BlockLine[], { removed, at, inserted }: Arrangement): ArrangedLine[] {
  const stageOf = stages(lines);
  const stays: ArrangedLine[] = [];
  let openStage = -1;
  for (const [source, line] of lines.entries()) {
    if (removed.has(source)) continue;
    const stage = stageOf[source] ?? 0;
    stays.push({ line: withStage(line, line.sameStage && stage === openStage), source, inserted: false });
    openStage = stage;
  }
  const before = stays.filter(({ source = 0 }) => source < at);
  const after = stays.filter(({ source = 0 }) => source >= at);
  const moved = inserted.flatMap((item): ArrangedLine[] => {
    const line = typeof item === 'number' ? lines[item] : item;
    return line ? [{ line, source: typeof item === 'number' ? item : undefined, inserted: true }] : [];
  });
  const [first, ...others] = moved;
  const next = after[0];
  if (first) {
    const stageAbove = stageOf[before.at(-1)?.source ?? -1];
    const stageBelow = stageOf[next?.source ?? -1];
    const own = first.source === undefined ? undefined : stageOf[first.source];
    if (next?.line.sameStage && before.length > 0) {
      moved.splice(0, moved.length, ...moved.map((item) => ({ ...item, line: withStage(item.line, true) })));
    } else if (own !== undefined && own === stageAbove) {
      moved.splice(0, moved.length, { ...first, line: withStage(first.line, true) }, ...others);
    } else if (next && own !== undefined && own === stageBelow) {
      moved.splice(0, moved.length, { ...first, line: withStage(first.line, false) }, ...others);
      after[0] = { ...next, line: withStage(next.line, true) };
    }
  }
  const [top, ...rest] = [...before, ...moved, ...after];
  // The first line of a net cannot continue a stage.
  return top ? [{ ...top, line: withStage(top.line, false) }, ...rest] : [];
}

/** The same arrangement made in a text with errors: its lines move as they are written, everything unreadable stays where it stands. */
export function placeArranged(
  text: string,
  lines: readonly BlockLine[],
  placed: readonly ArrangedLine[],
  { removed, at }: Pick<Arrangement, 'removed' | 'at'>,
): string {
  const own = lines.map((line) => ownText(text, line));
  const written = ({ line, source }: ArrangedLine): string => {
    const range = source === undefined ? undefined : own[source];
    const original = source === undefined ? undefined : lines[source];
    if (!range || !original) return `${printLine(line)}\n`;
    const whole = text.slice(range.from, range.to);
    const plus = original.range.from - range.from;
    return original.sameStage === line.sameStage
      ? whole
      : whole.slice(0, plus) + turnPlus(whole.slice(plus), line.sameStage);
  };
  const staying = new Map(placed.filter((item) => !item.inserted).map((item) => [item.source, item]));
  const newcomers = placed.filter((item) => item.inserted);
  let result = '';
  const append = (piece: string): void => {
    if (piece !== '' && result !== '' && !/[\n\r]$/.test(result)) result += '\n';
    result += piece;
  };
  append(text.slice(0, own[0]?.from ?? text.length));
  for (let index = 0; index <= lines.length; index++) {
    if (index === at) for (const line of newcomers) append(written(line));
    const range = own[index];
    if (!range) continue;
    const stays = staying.get(index);
    if (!removed.has(index) && stays) append(written(stays));
    append(text.slice(range.to, own[index + 1]?.from ?? text.length));
  }
  return result;
}

/** Number of the stage of each line: a line without `+` begins one. */
function stages(lines: readonly BlockLine[]): number[] {
  let stage = -1;
  return lines.map(({ sameStage }) => (sameStage && stage >= 0 ? stage : ++stage));
}

const withStage = (line: BlockLine, sameStage: boolean): BlockLine =>
  line.sameStage === sameStage ? line : { ...line, sameStage };

const turnPlus = (line: string, on: boolean): string => (on ? `+ ${line}` : line.replace(/^\+\s*/, ''));

/** The line with its end and the comment lines directly above it. */
function ownText(text: string, { range, comments = [] }: BlockLine): { from: number; to: number } {
  let from = lineStart(text, range.from);
  for (let above = 0; above < comments.length && from > 0; above++) {
    const start = lineStart(text, text.startsWith('\r\n', from - 2) ? from - 2 : from - 1);
    if (!text.slice(start, from).trimStart().startsWith('#')) break;
    from = start;
  }
  const end = text.slice(range.to).search(/[\n\r]/);
  if (end < 0) return { from, to: text.length };
  const stop = range.to + end;
  return { from, to: text.startsWith('\r\n', stop) ? stop + 2 : stop + 1 };
}

const lineStart = (text: string, at: number): number =>
  Math.max(text.lastIndexOf('\n', at - 1), text.lastIndexOf('\r', at - 1)) + 1;
