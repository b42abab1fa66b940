// Problems of a document as text: in the form that editors can jump to.
import type { Problem } from '../graph/ir/graph.ts';

/** Line and column of a UTF-16 offset, both from 1. Lines end at LF, CR or CR LF, as in the parser. */
export function position(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1) as string).length + 1 };
}

/** `FILE:line:column: message`, then the fix on a line of its own when there is one. */
export function problemLines(file: string, text: string, { severity, message, range, fix }: Problem): string[] {
  const { line, column } = position(text, range.from);
  const warning = severity === 'warning' ? 'warning: ' : '';
  return [`${file}:${line}:${column}: ${warning}${message}`, ...(fix ? [`    fix: ${fix.label}`] : [])];
}
