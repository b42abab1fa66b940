// Cuts a document into lines, tokens and comments, each with its place; knows nothing about their meaning.
import type { Range } from '../ir/graph.ts';
import { limits } from '../limits.ts';

export interface Token extends Range {
  readonly text: string;
}

export interface ScannedLine {
  /** Runs of characters that are no blank, before the comment. */
  readonly tokens: readonly Token[];
  /** What follows the last token that a line may have. */
  readonly excess: Range | undefined;
  /** From `#` to the end of the line, without blanks at its end; undefined when the line has none. */
  readonly comment: string | undefined;
}

/** Lines that hold anything, in order. A line ends at LF, CR or CR LF; `#` starts a comment anywhere. */
export function* scanLines(text: string): Generator<ScannedLine> {
  const lines = /[^\n\r]+/g;
  for (let line = lines.exec(text); line; line = lines.exec(text)) {
    const hash = line[0].indexOf('#');
    const code = (hash < 0 ? line[0] : line[0].slice(0, hash)).trimEnd();
    const comment = hash < 0 ? undefined : line[0].slice(hash).trimEnd();
    if (code !== '') yield { ...scanTokens(code, line.index), comment };
    else if (comment !== undefined) yield { tokens: [], excess: undefined, comment };
  }
}

function scanTokens(code: string, start: number): Pick<ScannedLine, 'tokens' | 'excess'> {
  const tokens: Token[] = [];
  const words = /\S+/g;
  for (let match = words.exec(code); match; match = words.exec(code)) {
    const from = start + match.index;
    if (tokens.length === limits.lineTokens) return { tokens, excess: { from, to: start + code.length } };
    tokens.push({ text: match[0], from, to: from + match[0].length });
  }
  return { tokens, excess: undefined };
}
