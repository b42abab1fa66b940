// A CodeMirror editor of WGSL: the compiler's errors at their lines, Mod+Enter to put the text to the test.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StreamParser } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { ShaderMessage } from '../../../workers/engine/device.ts';
import { editorTheme } from '../../parts/editor-theme.ts';
import { tokens, type WgslToken, type WgslTokenKind } from './wgsl.ts';

const styles = {
  comment: tags.comment,
  attribute: tags.meta,
  keyword: tags.keyword,
  type: tags.typeName,
  number: tags.number,
  call: tags.name,
} as const satisfies Record<Exclude<WgslTokenKind, 'text'>, unknown>;

let read: { readonly line: string; readonly tokens: readonly WgslToken[] } = { line: '', tokens: [] };

/** Line by line: a comment over several lines is coloured on its first only. */
const parser: StreamParser<unknown> = {
  name: 'wgsl',
  tokenTable: styles,
  languageData: { commentTokens: { line: '//' } },
  token(stream) {
    if (read.line !== stream.string) read = { line: stream.string, tokens: tokens(stream.string) };
    let at = 0;
    for (const { kind, text } of read.tokens) {
      at += text.length;
      if (at <= stream.pos) continue;
      stream.pos = at;
      return kind === 'text' ? null : kind;
    }
    stream.skipToEnd();
    return null;
  },
};

const highlight = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--text-3)' },
  { tag: tags.meta, color: 'var(--text-2)' },
  { tag: tags.keyword, color: 'var(--stage-5)', fontWeight: '600' },
  { tag: tags.typeName, color: 'var(--good)' },
  { tag: tags.number, color: 'var(--warn)' },
  { tag: tags.name, color: 'var(--accent)' },
]);

export interface WgslEvents {
  changed(text: string): void;
  check(): void;
}

export class WgslEditor {
  readonly #view: EditorView;

  constructor(parent: HTMLElement, text: string, label: string, events: WgslEvents) {
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          StreamLanguage.define(parser),
          syntaxHighlighting(highlight),
          editorTheme,
          // Long lines scroll under the numbers.
          EditorView.theme({ '.cm-gutters': { backgroundColor: 'var(--surface)' } }),
          lineNumbers(),
          lintGutter({ hoverTime: 150 }),
          drawSelection(),
          history(),
          search({ top: true }),
          EditorState.tabSize.of(2),
          EditorView.contentAttributes.of({
            'aria-label': label,
            spellcheck: 'false',
            autocorrect: 'off',
            autocapitalize: 'off',
          }),
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                events.check();
                return true;
              },
              // The page's own Mod+Enter measures the net.
              stopPropagation: true,
            },
            ...[...historyKeymap, ...lintKeymap, ...searchKeymap, ...defaultKeymap].filter(
              ({ key }) => key !== 'Mod-Enter',
            ),
          ]),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) events.changed(state.doc.toString());
          }),
        ],
      }),
    });
  }

  destroy(): void {
    this.#view.destroy();
  }

  /** Takes another text in the place of this one; undo brings this one back. */
  show(text: string): void {
    const { doc } = this.#view.state;
    if (doc.toString() !== text) this.#view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
  }

  showMessages(messages: readonly ShaderMessage[]): void {
    const { state } = this.#view;
    const diagnostics = messages.map(({ line, column, text }): Diagnostic => {
      const from = this.#offset(line, column);
      const word = /^\w+/.exec(state.sliceDoc(from, from + 80))?.[0].length ?? 1;
      return { from, to: Math.min(state.doc.length, from + word), severity: 'error', message: text };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  goTo({ line, column }: Pick<ShaderMessage, 'line' | 'column'>): void {
    this.#view.dispatch({ selection: { anchor: this.#offset(line, column) }, scrollIntoView: true });
    this.#view.focus();
  }

  /** Of a line and column from 1, as compilers count. */
  #offset(line: number, column: number): number {
    const { doc } = this.#view.state;
    const at = doc.line(Math.min(doc.lines, Math.max(1, line)));
    return Math.min(at.to, at.from + Math.max(0, column - 1));
  }
}
