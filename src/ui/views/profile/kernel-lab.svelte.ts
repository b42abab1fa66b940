// What is tried on kernels and what this device keeps of it: edited texts, tunings, the job under way.
import { kernelEditSchema, type KernelEdit } from '../../../graph/plan/kernel-edits.ts';
import { tuningSchema } from '../../../graph/plan/tuning.ts';
import * as v from 'valibot';
import type { Outcome } from '../../../workers/border/protocol.ts';
import type { Trial } from '../../../workers/engine/kernel-trial.ts';
import type { Tuned } from '../../../workers/engine/tune.ts';
import type { KeptChoices } from '../../../workers/jobs/kernels/protocol.ts';
import { kernelHost } from '../../hosts/kernels.ts';
import { given } from '../../state/built-net.ts';
import type { EngineState } from '../../state/engine.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';

export interface Busy {
  readonly kind: 'trial' | 'tuning';
  readonly what: string;
  readonly share: number;
}

export class KernelLab {
  kept = $state.raw<KeptChoices | undefined>(undefined);
  busy = $state.raw<Busy | undefined>(undefined);
  /** The last trial, and the text that was tried. */
  tried = $state.raw<{ readonly trial: Trial; readonly wgsl: string } | undefined>(undefined);
  tuned = $state.raw<Pick<Tuned, 'tuning' | 'timed'> | undefined>(undefined);
  #stop: AbortController | undefined;

  constructor(
    private readonly session: Session,
    private readonly engine: EngineState,
  ) {}

  /** The edit that put this text into the plan. */
  editOf(current: string): KernelEdit | undefined {
    return this.kept?.chosen.edits.find(({ edited }) => edited === current);
  }

  async load(): Promise<void> {
    if (this.kept || !this.engine.facts) return;
    await this.#change((calls, ticket) => calls.chosen(ticket));
  }

  /** Puts an edited text to the test; kept when it is right and faster. */
  async check(index: number, current: string, wgsl: string): Promise<void> {
    const { net } = this.session;
    if (!net) return;
    const done = await this.#job('trial', (hooks) =>
      kernelHost.call((calls, ticket) => calls.trial(ticket, { net: given(net), index, current, wgsl }), hooks),
    );
    if (!done) return;
    this.tried = { trial: done.trial, wgsl };
    this.#take(done.kept);
    if (done.trial.verdict === 'faster') void this.engine.measure();
  }

  async revert(original: string): Promise<void> {
    this.tried = undefined;
    await this.#change((calls, ticket) => calls.revert(ticket, original), true);
  }

  async tune(seconds: number): Promise<void> {
    const { net } = this.session;
    if (!net) return;
    this.tuned = undefined;
    const done = await this.#job('tuning', (hooks) =>
      kernelHost.call((calls, ticket) => calls.tune(ticket, { net: given(net), budgetMs: 1000 * seconds }), hooks),
    );
    if (!done) return;
    this.tuned = done;
    this.#take(done.kept);
    // A tuning that lost changes nothing.
    if (done.tuning.race.kept) void this.engine.measure();
  }

  /** A trial is given up; a tuning keeps what it has won. */
  stop(): void {
    this.#stop?.abort(new DOMException('stopped', 'AbortError'));
  }

  async forget(): Promise<void> {
    this.tuned = undefined;
    await this.#change((calls, ticket) => calls.forgetTunings(ticket), true);
  }

  async takeTuning(file: File): Promise<void> {
    const tuning = await this.#read(file, tuningSchema, 'no tuning');
    if (!tuning) return;
    if (await this.#change((calls, ticket) => calls.takeTuning(ticket, tuning), true))
      this.tuned = { tuning, timed: 0 };
  }

  readEdit(file: File): Promise<KernelEdit | undefined> {
    return this.#read(file, kernelEditSchema, 'no edited kernel');
  }

  async #read<T>(file: File, schema: v.GenericSchema<unknown, T>, not: string): Promise<T | undefined> {
    try {
      const read = v.safeParse(schema, JSON.parse(await file.text()));
      if (read.success) return read.output;
      const [issue] = read.issues;
      this.session.say(
        `${file.name} is ${not}: ${v.getDotPath(issue) ?? 'the top level'}: ${issue.message}. Choose a file that was saved here or by "tune".`,
        'bad',
      );
    } catch {
      this.session.say(`${file.name} is ${not}: it is not JSON.`, 'bad');
    }
    return undefined;
  }

  #take(kept: KeptChoices): void {
    if (kept.unstored !== undefined && this.kept?.unstored === undefined)
      this.session.say('This browser stores nothing for the page, so the choice holds until it is closed.', 'bad');
    this.kept = kept;
  }

  /** True when it was done; plans that follow from it are measured anew. */
  async #change(work: Parameters<typeof kernelHost.call<KeptChoices>>[0], remeasure = false): Promise<boolean> {
    const outcome = await kernelHost.call(work, { repeat: true });
    if (!outcome.ok) {
      this.session.say(outcome.problem.message, 'bad');
      return false;
    }
    this.#take(outcome.value);
    if (remeasure) void this.engine.measure();
    return true;
  }

  async #job<T>(
    kind: Busy['kind'],
    work: (hooks: {
      readonly signal: AbortSignal;
      readonly onProgress: (what: string, share: number) => void;
    }) => Promise<Outcome<T>>,
  ): Promise<T | undefined> {
    if (this.busy) return undefined;
    const stop = new AbortController();
    this.#stop = stop;
    this.busy = { kind, what: 'Starting', share: 0 };
    const onProgress = (what: string, share: number): void => {
      if (this.#stop === stop) this.busy = { kind, what, share };
    };
    try {
      const outcome = await work({ signal: stop.signal, onProgress });
      if (outcome.ok) return outcome.value;
      if (outcome.problem.kind !== 'aborted') this.session.say(outcome.problem.message, 'bad');
      return undefined;
    } finally {
      this.busy = undefined;
      this.#stop = undefined;
    }
  }
}
