// Reads the one name that stands without a key: `part head`.
import type { ArgumentValue } from '../architecture.ts';
import type { Argument } from '../blocks/block.ts';
import type { Range } from '../ir/graph.ts';
import { isName, meantName } from './argument-text.ts';
import { quote, removal, replaceWith, type ProblemList } from './problem-list.ts';
import type { Token } from './scan.ts';

/** The name that stands without its key: `part head`. */
export function readBare(
  token: Token,
  key: string,
  definitions: readonly Argument[],
  read: { args: Record<string, ArgumentValue>; argRanges: Record<string, Range>; given: Set<string> },
  word: string,
  problems: ProblemList,
): void {
  if (read.given.has(key))
    return problems.error(`"${word}" takes one name.`, token, removal(token, `Remove ${quote(token.text)}`));
  read.given.add(key);
  if (!isName(token.text)) {
    const meant = definitions.flatMap((argument) => meantName(token.text, argument) ?? [])[0];
    const message = `A name has small letters, digits and _ and begins with a letter; ${quote(token.text)} is none.`;
    return problems.error(message, token, meant === undefined ? undefined : replaceWith(token, meant));
  }
  read.args[key] = token.text;
  read.argRanges[key] = { from: token.from, to: token.to };
}
