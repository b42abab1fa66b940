// The page's one state: the document with its history, what follows from it, and what is selected. Views read it and call its methods.
import { accounting, type Accounting } from '../../graph/cost/cost.ts';
import type { Architecture, ArgumentValue, BlockLine, Header } from '../../graph/architecture.ts';
import type { InferredGraph, Problem } from '../../graph/ir/graph.ts';
import { netHash, type LinkDocument, type SharedRecipe, type SharedResult } from '../../graph/link/link.ts';
import { check, type Checked } from '../../graph/notation/check.ts';
import { canonical } from '../../graph/notation/canonical.ts';
import * as edit from '../../graph/notation/edit.ts';
import type { NodeNoise, NodeTimes } from './measurements/heat.ts';
import { Measurements } from './measurements/measurements.svelte.ts';
import { builtAgain, type Baseline, type BuiltNet, type QuantizeFindings } from './built-net.ts';
import { nodeTimes } from './measurements/node-times.ts';
import { ownResult } from './measurements/own-record.ts';
import { History, type Snapshot } from './history.ts';
import type { OpenFile } from './open-file.ts';
import { selectionIn, type Selection } from './selection.ts';

export class Session {
  #history: History;
  #snapshot = $state.raw<Snapshot>({ name: '', text: '', label: '' });
  /** Bumped by every step, so that undo labels are read again. */
  #steps = $state(0);
  #built = $state.raw<BuiltNet | undefined>(undefined);
  /** The document of the last link that was opened, until it is kept; undo and redo leave it and come back to it. */
  #arrival = $state.raw<LinkDocument | undefined>(undefined);
  #sharedResult = $state.raw<SharedResult | undefined>(undefined);
  /** How a link's sender quantized its net, and the {@link hash} of that net. */
  #sharedRecipe = $state.raw<{ readonly hash: string; readonly recipe: SharedRecipe } | undefined>(undefined);

  sharedSearch = $state.raw<LinkDocument['search']>();
  readonly measurements = new Measurements();
  quantization = $state.raw<QuantizeFindings | undefined>(undefined);
  selection = $state.raw<Selection>({ kind: 'none' });
  baseline = $state.raw<Baseline | undefined>(undefined);
  /** What an edit made of the published net whose name this is: `edited`, `at 192 px`. Whoever knows the published nets says it. */
  departure = $state.raw<string | undefined>(undefined);
  /** What just happened, for the status line and screen readers. */
  notice = $state.raw<{ readonly text: string; readonly tone: 'info' | 'bad' } | undefined>(undefined);

  readonly #checked: Checked = $derived.by(() => {
    const { file, text, name } = this.#snapshot;
    return file ? { architecture: file.architecture, graph: file.graph, problems: [] } : check(text, name);
  });
  readonly #hash: string = $derived.by(() => this.file?.hash ?? netHash(canonical(this.#checked.architecture)));
  readonly #accounting: Accounting | undefined = $derived(this.#built && accounting(this.#built.graph));
  /** Measured times of the nodes of {@link net}; undefined until this very net was measured. */
  readonly times: NodeTimes | undefined = $derived(this.#timesOf(this.#built));
  readonly baselineTimes: NodeTimes | undefined = $derived(this.#timesOf(this.baseline));
  /** The user's own measurement of the document, in the form in which a link carries it. */
  readonly ownResult: SharedResult | undefined = $derived.by(() => {
    const record = this.stale ? undefined : this.measurements.of(this.#hash)?.record;
    return record && this.#built && ownResult(record, this.#built.graph, this.#built.architecture);
  });
  /** What int8 does to the layers of the net. */
  readonly noise: NodeNoise | undefined = $derived(this.quantization?.noise);
  /** How the document's net was quantized, here or by a link's sender. */
  readonly recipe: SharedRecipe | undefined = $derived.by(() => {
    const sent = this.#sharedRecipe?.hash === this.#hash ? this.#sharedRecipe.recipe : undefined;
    return this.quantization?.shared ?? sent;
  });

  /** How often another document was opened: what tells an "open" from an edit in the browser's history. */
  opened = $state(0);

  constructor(name: string, text: string) {
    this.#history = new History({ name, text, label: 'Open' });
    this.#show();
  }

  get name(): string {
    return this.#snapshot.name;
  }
  /** The name, with a word where the net no longer is the published one of that name. */
  get title(): string {
    return this.departure === undefined ? this.name : `${this.name} (${this.departure})`;
  }
  /** Empty for the net of a {@link file}. */
  get text(): string {
    return this.#snapshot.text;
  }
  /** Set while the net is that of a model file: it cannot be edited. */
  get file(): OpenFile | undefined {
    return this.#snapshot.file;
  }
  get architecture(): Architecture {
    return this.#checked.architecture;
  }
  get problems(): readonly Problem[] {
    return this.#checked.problems;
  }
  get errors(): number {
    return this.problems.filter(({ severity }) => severity === 'error').length;
  }
  /** The net of the text, or the last one that could be built while the text has an error: what views show. */
  get net(): BuiltNet | undefined {
    return this.#built;
  }
  get graph(): InferredGraph | undefined {
    return this.#built?.graph;
  }
  /** True while {@link net} is older than the text. */
  get stale(): boolean {
    return this.#checked.graph === undefined && this.#built !== undefined;
  }
  /** Of {@link net}. */
  get accounting(): Accounting | undefined {
    return this.#accounting;
  }
  /** Identity of the document's net: 16 hex digits of its canonical text without comments. */
  get hash(): string {
    return this.#hash;
  }
  get undoLabel(): string | undefined {
    void this.#steps;
    return this.#history.undoLabel;
  }
  get redoLabel(): string | undefined {
    void this.#steps;
    return this.#history.redoLabel;
  }

  /** True while the document is the unchanged one of a link: a look at someone else's net, which should not start expensive work by itself. */
  get preview(): boolean {
    return this.#arrival !== undefined && this.#arrival.text === this.text && this.#arrival.name === this.name;
  }
  /** The measurement that came with the link, while the document is the net that it was made on. */
  get sharedResult(): SharedResult | undefined {
    return this.#sharedResult?.net === this.hash ? this.#sharedResult : undefined;
  }

  /** Block lines that are selected, directly or through one of their nodes. */
  get selectedLines(): ReadonlySet<number> {
    if (this.selection.kind === 'lines') return this.selection.lines;
    if (this.selection.kind === 'none') return new Set();
    const { node } = this.selection;
    const line = this.#built?.graph.nodes.find(({ id }) => id === node)?.block ?? -1;
    return line < 0 ? new Set() : new Set([line]);
  }

  selectLines(lines: Iterable<number>): void {
    const set = new Set(lines);
    this.selection = set.size === 0 ? { kind: 'none' } : { kind: 'lines', lines: set };
  }
  /** One block of the net: its line, and which of the line's repeats. */
  selectBlock(line: number, repeat: number): void {
    this.selection = { kind: 'lines', lines: new Set([line]), repeat };
  }
  selectNode(node: string): void {
    this.selection = { kind: 'node', node };
  }
  clearSelection(): void {
    this.selection = { kind: 'none' };
  }

  /** Opens another document as one undoable step. */
  open(name: string, text: string, label = `Open ${name}`): void {
    // An empty or broken net must not show the graph of the one before it.
    this.#built = undefined;
    this.#step({ name, text, label });
    this.clearSelection();
    this.opened++;
  }
  /** Opens a model file's net as one undoable step. */
  openFile(name: string, file: OpenFile): void {
    this.#built = undefined;
    this.#step({ name, text: '', label: `Open ${name}`, file });
    this.clearSelection();
    this.opened++;
  }
  /** Opens what a link holds, as one undoable step; a measurement of another net is left out. */
  openLink(document: LinkDocument): void {
    this.open(document.name, document.text, 'Open link');
    this.#arrival = document;
    [this.#sharedResult, this.sharedSearch] = [document.result, document.search];
    this.#sharedRecipe = document.recipe && { hash: this.hash, recipe: document.recipe };
    if (document.result && document.result.net !== this.hash)
      this.say('The measurement in this link is of another net, so it is not shown.', 'bad');
  }
  /** Ends the preview: the link's net is now the user's own. */
  keep(): void {
    this.#arrival = undefined;
  }
  rename(name: string): void {
    this.#step({ ...this.#snapshot, name, label: 'Rename' }, 'rename');
  }
  /** Replaces the text; steps with the same `coalesce` key that follow closely become one. */
  setText(text: string, label = 'Typing', coalesce = label === 'Typing' ? 'typing' : ''): void {
    if (this.file) return this.say('The net of a model file is read only.', 'bad');
    this.#step({ name: this.name, text, label }, coalesce);
  }
  applyFix(problem: Problem): void {
    if (!problem.fix) return;
    const { range, insert, label } = problem.fix;
    this.setText(this.text.slice(0, range.from) + insert + this.text.slice(range.to), label);
  }
  /** Changes one argument of every given line that takes it, as one step; `undefined` removes it. */
  setArgument(lines: Lines, key: string, value: edit.Change<ArgumentValue | undefined>): void {
    const set = setOf(lines);
    const text = edit.setArgument(this.#document, set, key, value);
    this.setText(text, `Change ${key}`, `argument ${[...set].join()} ${key}`);
  }
  setRepeats(lines: number | ReadonlySet<number>, repeats: edit.Change<number>): void {
    const set = setOf(lines);
    this.setText(edit.setRepeats(this.#document, set, repeats), 'Change repeats', `repeats ${[...set].join()}`);
  }
  setSameStage(lines: number | ReadonlySet<number>, sameStage: boolean): void {
    this.setText(
      edit.setSameStage(this.#document, setOf(lines), sameStage),
      sameStage ? 'Join stage above' : 'Begin a stage',
    );
  }
  setHeader(changes: Partial<Header>, label = `Change ${Object.keys(changes).join(', ')}`): void {
    this.setText(edit.setHeader(this.#document, changes), label, `header ${Object.keys(changes).join()}`);
  }
  insert(at: number, lines: readonly BlockLine[]): void {
    this.setText(edit.insertLines(this.#document, at, lines), `Insert ${lines.map(({ word }) => word).join(', ')}`);
    this.selectLines(lines.map((_, offset) => at + offset));
  }
  deleteSelected(): void {
    const lines = this.selectedLines;
    if (lines.size === 0) return;
    const next = Math.min(...lines);
    this.setText(
      edit.deleteLines(this.#document, lines),
      lines.size === 1 ? 'Delete block' : `Delete ${lines.size} blocks`,
    );
    const left = this.architecture.blocks.length;
    this.selectLines(left > 0 ? [Math.min(next, left - 1)] : []);
  }
  duplicateSelected(): void {
    const lines = this.selectedLines;
    if (lines.size === 0) return;
    const last = Math.max(...lines);
    this.setText(edit.duplicateLines(this.#document, lines), 'Duplicate');
    this.selectLines([...lines].map((_, offset) => last + 1 + offset));
  }
  /** Moves the given lines (default: the selected ones) before the line at `to`. */
  move(to: number, lines: ReadonlySet<number> = this.selectedLines): void {
    if (lines.size === 0) return;
    const before = [...lines].filter((line) => line < to).length;
    this.setText(edit.moveLines(this.#document, lines, to), 'Move');
    this.selectLines([...lines].map((_, offset) => to - before + offset));
  }

  undo(): void {
    if (this.#history.undo()) this.#moved('Undone');
  }
  redo(): void {
    if (this.#history.redo()) this.#moved('Redone');
  }

  pinBaseline(): void {
    if (this.#built && this.#accounting) this.baseline = { ...this.#built, accounting: this.#accounting };
  }

  say(text: string, tone: 'info' | 'bad' = 'info'): void {
    this.notice = { text, tone };
  }

  /** For the autosave. */
  get history(): History {
    void this.#steps;
    return this.#history;
  }
  /** Continues where a stored history stopped. */
  restore(history: History): void {
    this.#history = history;
    this.#show();
  }

  get #document(): edit.Document {
    const { text, architecture, problems } = this;
    return { text, problems, architecture: this.file ? { ...architecture, blocks: [] } : architecture };
  }
  #step(step: Snapshot, coalesce = ''): void {
    this.#history.push(step, coalesce);
    this.#show();
  }
  /** Shows what the history stands at. */
  #show(): void {
    this.#snapshot = this.#history.current;
    this.#steps++;
    const { graph, architecture } = this.#checked;
    const { name, text, hash, file } = this;
    if (graph) this.#built = builtAgain(this.#built, { name, text, architecture, graph, hash, file });
    else if (file) this.#built = undefined;
    if (!graph) return;
    this.selection = selectionIn(graph, this.selection);
  }
  #timesOf(net: BuiltNet | undefined): NodeTimes | undefined {
    const record = net && this.measurements.of(net.hash)?.record;
    return record && nodeTimes(net.graph, record.dispatches);
  }
  #moved(what: string): void {
    this.#show();
    const lines = this.architecture.blocks.length;
    this.selectLines([...this.selectedLines].filter((line) => line < lines));
    this.say(`${what}.`);
  }
}

type Lines = number | ReadonlySet<number>;
const setOf = (lines: Lines): ReadonlySet<number> => (typeof lines === 'number' ? new Set([lines]) : lines);
