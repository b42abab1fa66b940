// Collects problems while a text is read: bounded in number, and quoting foreign text so that it cannot disturb the page.
import type { Problem, Range } from '../ir/graph.ts';
import { limits } from '../limits.ts';

export type Fix = NonNullable<Problem['fix']>;

export const rangeOf = ({ from, to }: Range): Range => ({ from, to });

export const replaceWith = (range: Range, insert: string, label = `Change to ${insert}`): Fix => ({
  label,
  range: rangeOf(range),
  insert,
});

/** Removes a token together with the blank before it. */
export const removal = (range: Range, label: string): Fix => ({
  label,
  range: { from: Math.max(0, range.from - 1), to: range.to },
  insert: '',
});

export class ProblemList {
  readonly problems: Problem[] = [];

  error(message: string, range: Range, fix?: Fix): void {
    this.#add('error', message, range, fix);
  }

  warning(message: string, range: Range, fix?: Fix): void {
    this.#add('warning', message, range, fix);
  }

  /** True once reading should stop. */
  get full(): boolean {
    return this.problems.length >= limits.problems;
  }

  #add(severity: Problem['severity'], message: string, range: Range, fix: Fix | undefined): void {
    if (!this.full) this.problems.push({ severity, message, range: rangeOf(range), ...(fix && { fix }) });
  }
}

/** Foreign text in a message: at most 24 characters; controls, bidirectional marks and everything not printable as `U+` and its number. */
export function quote(text: string): string {
  const characters = Array.from(text.slice(0, 48));
  const shown = characters
    .slice(0, 24)
    .map((character) =>
      /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)
        ? character
        : `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    );
  return `"${shown.join('')}${characters.length > 24 ? '…' : ''}"`;
}
