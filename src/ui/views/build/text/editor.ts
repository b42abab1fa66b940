// The CodeMirror editor of the document: no history of its own, edits go to the session, and what the session says comes back.
import {
  autocompletion,
  closeCompletion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap } from '@codemirror/commands';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  hoverTooltip,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import type { BlockLine } from '../../../../graph/architecture.ts';
import type { Problem, Range } from '../../../../graph/ir/graph.ts';
import { docAt, suggest } from './assist.ts';
import { difference } from './place.ts';
import { look } from './theme.ts';
import { headerWords } from './tokens.ts';

export interface EditorEvents {
  /** The user changed the text. */
  changed(text: string): void;
  /** The user's selection moved; `lineOf` numbers the text line at an offset. */
  selected(range: Range, lineOf: (offset: number) => number): void;
  undo(): void;
  redo(): void;
  fix(problem: Problem): void;
}

const fromSession = Annotation.define<boolean>();
const setChosen = StateEffect.define<readonly number[]>();
const chosenLine = Decoration.line({ class: 'cm-chosen' });

const chosen = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lines, transaction) {
    const moved = lines.map(transaction.changes);
    const effect = transaction.effects.find((candidate) => candidate.is(setChosen));
    if (!effect) return moved;
    const starts = effect.value.map(
      (at) => transaction.state.doc.lineAt(Math.min(at, transaction.state.doc.length)).from,
    );
    return Decoration.set([...new Set(starts)].sort((a, b) => a - b).map((start) => chosenLine.range(start)));
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Mod+Enter runs the net, and Tab leaves the editor: neither is the editor's. */
const notOurs: ReadonlySet<string> = new Set(['Mod-Enter', 'Tab', 'Shift-Tab']);

export class TextView {
  readonly #view: EditorView;
  #problems: readonly Problem[] = [];
  /** Starts of the marked lines. */
  #chosen = '';
  /** Offsets in the session's text of the second halves of its CR LF line breaks, which are one character here. */
  #breaks: readonly number[] = [];

  constructor(
    parent: HTMLElement,
    text: string,
    private readonly events: EditorEvents,
  ) {
    this.#view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions: this.#extensions() }) });
    this.#breaks = secondHalves(text);
  }

  get focused(): boolean {
    return this.#view.hasFocus;
  }
  focus(): void {
    this.#view.focus();
  }
  destroy(): void {
    this.#view.destroy();
  }

  /** Takes over the session's text; the cursor stays where it was, or goes to the end of what changed. */
  show(text: string): void {
    this.#breaks = secondHalves(text);
    const change = difference(this.#view.state.doc.toString(), text.replace(/\r\n?/g, '\n'));
    if (!change) return;
    const selection = this.#view.hasFocus ? { anchor: change.from + change.insert.length } : undefined;
    this.#view.dispatch({
      changes: change,
      ...(selection && { selection, scrollIntoView: true }),
      annotations: fromSession.of(true),
    });
  }
  showProblems(problems: readonly Problem[]): void {
    const none = problems.length === 0 && this.#problems.length === 0;
    this.#problems = problems;
    if (none) return;
    const diagnostics = problems.map((problem): Diagnostic => {
      const { fix } = problem;
      return {
        from: this.#here(problem.range.from),
        to: this.#here(problem.range.to),
        severity: problem.severity,
        message: problem.message,
        ...(fix && { actions: [{ name: fix.label, apply: () => this.events.fix(problem) }] }),
      };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }
  /** Marks block lines; brings the first into view when the selection was made elsewhere. */
  showLines(lines: readonly BlockLine[]): void {
    const starts = lines.map(({ range }) => this.#here(range.from));
    if (starts.join() === this.#chosen) return;
    this.#chosen = starts.join();
    const [first] = starts;
    const scroll = first !== undefined && !this.#view.hasFocus;
    this.#view.dispatch({
      effects: [
        setChosen.of(starts),
        ...(scroll ? [EditorView.scrollIntoView(first, { y: 'nearest', yMargin: 40 })] : []),
      ],
    });
  }
  /** Puts the cursor on a place of the text. */
  goTo({ from, to }: Range): void {
    this.#view.dispatch({ selection: { anchor: this.#here(from), head: this.#here(to) }, scrollIntoView: true });
    this.#view.focus();
  }

  /** An offset of the session's text as one of the editor's. */
  #here(offset: number): number {
    const before = this.#breaks.filter((at) => at < offset).length;
    return Math.min(offset - before, this.#view.state.doc.length);
  }

  #extensions() {
    const { events } = this;
    const stop = (act: () => void) => () => {
      act();
      return true;
    };
    return [
      look,
      lineNumbers(),
      lintGutter({ hoverTime: 150 }),
      drawSelection(),
      chosen,
      search({ top: true }),
      autocompletion({ override: [complete], icons: false, activateOnTyping: true }),
      hoverTooltip(hover, { hoverTime: 400 }),
      EditorView.lineWrapping,
      EditorState.tabSize.of(4),
      EditorView.contentAttributes.of({
        'aria-label': 'Architecture text',
        spellcheck: 'false',
        autocorrect: 'off',
        autocapitalize: 'off',
      }),
      keymap.of([
        { key: 'Mod-z', run: stop(events.undo), preventDefault: true },
        { key: 'Mod-Shift-z', run: stop(events.redo), preventDefault: true },
        { key: 'Mod-y', run: stop(events.redo), preventDefault: true },
        { key: 'Mod-.', run: () => this.#fixHere(), preventDefault: true },
        { key: 'Tab', run: (view) => closeCompletion(view) && false },
        ...[...completionKeymap, ...lintKeymap, ...searchKeymap, ...defaultKeymap].filter(
          ({ key }) => key === undefined || !notOurs.has(key),
        ),
      ]),
      EditorView.updateListener.of((update) => {
        if (update.transactions.some((transaction) => transaction.annotation(fromSession))) return;
        const { doc } = update.state;
        if (update.docChanged) events.changed(doc.toString());
        if ((update.docChanged || update.selectionSet) && update.view.hasFocus) {
          const { from, to } = update.state.selection.main;
          events.selected({ from, to }, (offset) => doc.lineAt(Math.min(offset, doc.length)).number);
        }
      }),
    ];
  }

  /** Applies the fix of the first problem on the cursor's line. */
  #fixHere(): boolean {
    const { doc, selection } = this.#view.state;
    const line = doc.lineAt(selection.main.head);
    const problem = this.#problems.find(({ fix, range }) => fix && range.from <= line.to && range.to >= line.from);
    if (problem) this.events.fix(problem);
    return problem !== undefined;
  }
}

const secondHalves = (text: string): number[] =>
  text.includes('\r\n') ? [...text.matchAll(/\r\n/g)].map(({ index }) => index + 1) : [];

function complete(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const used = new Set(
    context.state.doc
      .toString()
      .split('\n')
      .map((text) => text.trim().split(/\s/)[0] ?? '')
      .filter((word) => headerWords.has(word)),
  );
  const found = suggest(line.text, context.pos - line.from, used);
  if (!found || found.options.length === 0) return null;
  const typed = line.text.slice(found.from, context.pos - line.from);
  if (!context.explicit && (typed === '' || /\d/.test(typed))) return null;
  return {
    from: line.from + found.from,
    to: line.from + found.to,
    options: found.options.map(({ label, apply, detail, info }) => ({ label, apply, detail, info })),
  };
}

const hover = (view: EditorView, position: number) => {
  const line = view.state.doc.lineAt(position);
  const doc = docAt(line.text, position - line.from);
  if (!doc) return null;
  return {
    pos: line.from + doc.from,
    end: line.from + doc.to,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-doc';
      const title = document.createElement('b');
      title.textContent = doc.title;
      dom.append(title, doc.text);
      return { dom };
    },
  };
};
