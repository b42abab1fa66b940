// Cuts a document into lines, tokens and comments, each with its place; knows nothing about their meaning.
import type { Range } from '../graph.ts';

export interface Token extends Range {
  readonly text: string;
}

export interface ScannedLine {
  /** Runs of characters that are no blank, before the comment. */
  readonly tokens: readonly Token[];
  /** From `#` to the end of the line, without blanks at its end; undefined when the line has none. */
  readonly comment: string | undefined;
}

/** Lines that hold anything, in order. A line ends at LF, CR or CR LF; `#` starts a comment anywhere. */
export function* scanLines(text: string): Generator<ScannedLine> {
  for (const line of text.matchAll(/[^\n\r]+/g)) {
    const hash = line[0].indexOf('#');
    const code = hash < 0 ? line[0] : line[0].slice(0, hash);
    const tokens: Token[] = [];
    for (const match of code.matchAll(/\S+/g)) {
      const from = line.index + match.index;
      tokens.push({ text: match[0], from, to: from + match[0].length });
    }
    const comment = hash < 0 ? undefined : line[0].slice(hash).trimEnd();
    if (tokens.length > 0 || comment !== undefined) yield { tokens, comment };
  }
}
