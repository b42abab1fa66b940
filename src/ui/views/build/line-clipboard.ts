// Copy, cut and paste of the selected lines: as text for every other program, and marked, so that a paste here inserts instead of opening a net.
import { bare } from '../../../graph/notation/edit.ts';
import { parse } from '../../../graph/notation/parse.ts';
import { printLine } from '../../../graph/notation/print.ts';
import type { Session } from '../../state/session.svelte.ts';
import { insertionPoint } from './new-line.ts';

const TYPE = 'application/x-bottleneck-lines';

export class LineClipboard {
  constructor(
    private readonly session: Session,
    /** Tells screen readers what happened. */
    private readonly announce: (sentence: string) => void,
  ) {}

  copy(event: ClipboardEvent): boolean {
    const { architecture, selectedLines } = this.session;
    const lines = architecture.blocks.filter((_, index) => selectedLines.has(index));
    if (!event.clipboardData || lines.length === 0 || isText(event)) return false;
    const text = lines.map((line) => `${printLine(bare(line))}\n`).join('');
    event.clipboardData.setData('text/plain', text);
    event.clipboardData.setData(TYPE, text);
    event.preventDefault();
    this.announce(`Copied ${counted(lines.length)}.`);
    return true;
  }
  cut(event: ClipboardEvent): void {
    const { size } = this.session.selectedLines;
    if (!this.copy(event)) return;
    this.session.deleteSelected();
    this.announce(`Cut ${counted(size)}.`);
  }
  /** Behind the selection, or where blocks of that place belong. */
  paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData(TYPE) ?? '';
    if (event.defaultPrevented || text === '' || isField(event.target)) return;
    const lines = parse(text).architecture.blocks.map(bare);
    const [first] = lines;
    if (!first) return;
    event.preventDefault();
    const { architecture, selectedLines } = this.session;
    this.session.insert(insertionPoint(first.word, architecture, selectedLines), lines);
    this.announce(`Pasted ${counted(lines.length)}.`);
  }
}

const counted = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** The user means text: a field's, or text that is marked on the page, or a dialog's. */
const isText = ({ target, defaultPrevented }: ClipboardEvent): boolean =>
  defaultPrevented ||
  isField(target) ||
  (target instanceof Element && target.closest('[role="dialog"]') !== null) ||
  (getSelection()?.toString() ?? '') !== '';
