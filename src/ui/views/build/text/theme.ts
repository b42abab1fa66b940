// Colours of the words of an architecture text, all from the page's tokens, so both themes come by themselves.
import { HighlightStyle, syntaxHighlighting, StreamLanguage, type StreamParser } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { tags } from '@lezer/highlight';
import { editorTheme } from '../../../parts/editor-theme.ts';
import { tokensOfLine, type TokenKind } from './tokens.ts';

/** Token kind → the name that StreamLanguage looks up, and its tag. */
const styles = {
  comment: tags.comment,
  meta: tags.meta,
  knob: tags.keyword,
  block: tags.typeName,
  plus: tags.operator,
  repeats: tags.atom,
  key: tags.propertyName,
  number: tags.number,
  word: tags.string,
  flag: tags.bool,
  unknown: tags.invalid,
} as const satisfies Record<TokenKind, unknown>;

const parser: StreamParser<unknown> = {
  name: 'arch',
  tokenTable: styles,
  languageData: { commentTokens: { line: '#' } },
  token(stream) {
    if (stream.eatSpace()) return null;
    const token = tokensOfLine(stream.string).find(({ to }) => to > stream.pos);
    if (!token) {
      stream.skipToEnd();
      return null;
    }
    stream.pos = token.to;
    return token.kind;
  },
};

const highlight = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--text-3)', fontStyle: 'italic' },
  { tag: tags.meta, color: 'var(--text-3)' },
  { tag: tags.keyword, color: 'var(--stage-5)' },
  { tag: tags.typeName, color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.operator, color: 'var(--text-3)' },
  { tag: tags.atom, color: 'var(--warn)' },
  { tag: tags.propertyName, color: 'var(--text-3)' },
  { tag: tags.number, color: 'var(--text)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: tags.bool, color: 'var(--good)' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

export const look: Extension = [StreamLanguage.define(parser), syntaxHighlighting(highlight), editorTheme];
