// One line of the notation cut into coloured parts; knows the words, not whether the line is right.
import { blocks } from '../../../../graph/blocks/index.ts';
import { argumentsOf } from '../../../../graph/notation/argument-text.ts';
import { knobs } from '../../../../graph/notation/header.ts';

export type TokenKind =
  'comment' | 'meta' | 'knob' | 'block' | 'plus' | 'repeats' | 'key' | 'number' | 'word' | 'flag' | 'unknown';

export interface LineToken {
  /** UTF-16 offsets in the line. */
  readonly from: number;
  readonly to: number;
  readonly kind: TokenKind;
}

export const headerWords: ReadonlySet<string> = new Set(knobs.map(({ word }) => word));
const NUMBERS = /^\d[\d.e-]*$/;

export function tokensOfLine(line: string): LineToken[] {
  const hash = line.indexOf('#');
  const code = hash < 0 ? line : line.slice(0, hash);
  const tokens: LineToken[] = [];
  const add = (from: number, to: number, kind: TokenKind): void => {
    if (to > from) tokens.push({ from, to, kind });
  };
  const parts = [...code.matchAll(/\+(?=\s*\S)|\S+/g)].map((match) => ({ text: match[0], from: match.index }));
  if (parts[0]?.text === '+') add(parts[0].from, parts[0].from + 1, 'plus');
  const [word, ...rest] = parts.filter(({ text }, index) => index > 0 || text !== '+');
  if (word) {
    const block = blocks.get(word.text);
    const end = word.from + word.text.length;
    add(word.from, end, headerWords.has(word.text) ? 'knob' : block ? 'block' : 'unknown');
    const definitions = block ? argumentsOf(block) : undefined;
    for (const { text, from } of rest) {
      const to = from + text.length;
      const equals = text.indexOf('=');
      const letters = /^[A-Za-z]*/.exec(text)?.[0].length ?? 0;
      if (!definitions) add(from, to, /\d/.test(text.charAt(0)) ? 'number' : 'word');
      else if (block?.bare !== undefined && equals < 0) add(from, to, 'word');
      else if (/^x\d+$/.test(text)) add(from, to, 'repeats');
      else if (definitions.some(({ key, kind }) => kind === 'flag' && key === text)) add(from, to, 'flag');
      else if (equals > 0) {
        add(from, from + equals + 1, 'key');
        add(from + equals + 1, to, 'word');
      } else if (letters > 0 && NUMBERS.test(text.slice(letters))) {
        add(from, from + letters, 'key');
        add(from + letters, to, 'number');
      } else add(from, to, 'unknown');
    }
  }
  if (hash >= 0) add(hash, line.length, line.startsWith('#:', hash) ? 'meta' : 'comment');
  return tokens;
}
