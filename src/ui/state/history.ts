// Undo and redo as whole immutable snapshots: the document is a few kilobytes of text, so nothing smarter is needed.
import * as v from 'valibot';
import type { OpenFile } from './open-file.ts';

export interface Snapshot {
  readonly name: string;
  readonly text: string;
  /** What the step did, for the tooltip: "Change stride", "Typing". */
  readonly label: string;
  /** Set where the net is that of a model file, and the text empty. */
  readonly file?: OpenFile;
}

const LIMIT = 500;
/** Typing within this time coalesces into one step, in milliseconds. */
const COALESCE_MS = 700;

const stored = v.strictObject({
  steps: v.pipe(
    v.array(v.strictObject({ name: v.string(), text: v.string(), label: v.string() })),
    v.minLength(1),
    v.maxLength(LIMIT),
  ),
  at: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

export class History {
  #steps: readonly Snapshot[];
  #at: number;
  #coalesceKey = '';
  #coalesceUntil = 0;

  constructor(first: Snapshot) {
    this.#steps = [first];
    this.#at = 0;
  }

  get current(): Snapshot {
    return this.#steps[this.#at] as Snapshot;
  }
  get undoLabel(): string | undefined {
    return this.#at > 0 ? this.current.label : undefined;
  }
  get redoLabel(): string | undefined {
    return this.#steps[this.#at + 1]?.label;
  }

  /** Records a step; everything that could be redone is dropped. Steps with the same `coalesce` key close in time become one. */
  push(step: Snapshot, coalesce = '', now = Date.now()): void {
    const current = this.current;
    if (step.text === current.text && step.name === current.name && step.file === current.file) return;
    const merge = coalesce !== '' && coalesce === this.#coalesceKey && now < this.#coalesceUntil && this.#at > 0;
    const kept = this.#steps.slice(0, merge ? this.#at : this.#at + 1);
    this.#steps = [...kept, step].slice(-LIMIT);
    this.#at = this.#steps.length - 1;
    this.#coalesceKey = coalesce;
    this.#coalesceUntil = now + COALESCE_MS;
  }

  undo(): boolean {
    return this.#move(-1);
  }
  redo(): boolean {
    return this.#move(1);
  }

  /** Without model files, which are too large to be kept from visit to visit: the text before one stands for it. */
  toJSON(): unknown {
    const isText = ({ file }: Snapshot): boolean => !file;
    const at = this.#steps.slice(0, this.#at + 1).filter(isText).length - 1;
    return { steps: this.#steps.filter(isText), at: Math.max(0, at) };
  }

  /** A stored history, or undefined when what was stored is not one (another version, a damaged record). */
  static restore(raw: unknown): History | undefined {
    const parsed = v.safeParse(stored, raw);
    if (!parsed.success || parsed.output.at >= parsed.output.steps.length) return undefined;
    const history = new History(parsed.output.steps[0] as Snapshot);
    history.#steps = parsed.output.steps;
    history.#at = parsed.output.at;
    return history;
  }

  #move(by: 1 | -1): boolean {
    const to = this.#at + by;
    if (to < 0 || to >= this.#steps.length) return false;
    this.#at = to;
    this.#coalesceKey = '';
    return true;
  }
}
