// Colours and measures of the text editor, all from the page's tokens, so both themes come by themselves.
import { HighlightStyle, syntaxHighlighting, StreamLanguage, type StreamParser } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
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

const theme = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'transparent', color: 'var(--text)', fontSize: 'var(--text-s)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 12px 0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
  '.cm-gutters': { backgroundColor: 'transparent', border: '0', color: 'var(--text-3)' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '22px', padding: '0 4px 0 0' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent', color: 'var(--text)' },
  '.cm-chosen': { backgroundColor: 'var(--accent-soft)' },
  '.cm-gutter-lint': { width: '16px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '3px 0 0 2px' },
  '.cm-lint-marker': { width: '12px', height: '12px', content: 'none', borderRadius: '6px' },
  '.cm-lint-marker-error': { content: 'none', background: 'var(--bad)' },
  '.cm-lint-marker-warning': { content: 'none', background: 'var(--warn)', borderRadius: '2px' },
  '.cm-lintRange': { backgroundImage: 'none', paddingBottom: '0' },
  '.cm-lintRange-error': { textDecoration: 'underline wavy var(--bad) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-warning': { textDecoration: 'underline wavy var(--warn) 1px', textUnderlineOffset: '3px' },
  '.cm-lintRange-active': { backgroundColor: 'var(--warn-soft)' },
  '.cm-tooltip': {
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    fontSize: 'var(--text-s)',
    maxHeight: '220px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: '18px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent-soft)', color: 'var(--text)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': {
    marginLeft: '10px',
    color: 'var(--text-3)',
    fontFamily: 'var(--font)',
    fontStyle: 'normal',
  },
  '.cm-completionInfo': {
    maxWidth: '260px',
    padding: '6px 8px',
    whiteSpace: 'pre-line',
    fontFamily: 'var(--font)',
    fontSize: 'var(--text-s)',
  },
  '.cm-doc': { maxWidth: '300px', padding: '6px 8px', whiteSpace: 'pre-line', fontSize: 'var(--text-s)' },
  '.cm-doc b': { display: 'block' },
  '.cm-diagnostic': {
    maxWidth: '320px',
    padding: '6px 8px',
    borderLeft: '3px solid var(--bad)',
    fontFamily: 'var(--font)',
    fontSize: 'var(--text-s)',
  },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
  '.cm-diagnosticAction': {
    display: 'block',
    minHeight: '24px',
    margin: '4px 0 0',
    padding: '0 8px',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    background: 'var(--surface)',
    color: 'var(--text)',
    fontWeight: '600',
    cursor: 'pointer',
  },
  '.cm-panels': { backgroundColor: 'var(--surface-2)', color: 'var(--text)', borderColor: 'var(--line)' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label': { fontSize: 'var(--text-s)' },
  '.cm-textfield': { border: '1px solid var(--line-strong)', borderRadius: '4px', backgroundColor: 'var(--surface)' },
  '.cm-button': {
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
    backgroundColor: 'var(--surface)',
    backgroundImage: 'none',
    color: 'var(--text)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warn-soft)' },
  '.cm-panel.cm-panel-lint ul [aria-selected]': { backgroundColor: 'var(--accent-soft)' },
});

export const look: Extension = [StreamLanguage.define(parser), syntaxHighlighting(highlight), theme];
