// What crosses the border of the job about kernels: an edited text put to the test, a net tuned, and what is chosen on this device.
import type { GivenNet } from '../../../graph/notation/check.ts';
import type { KernelEdit } from '../../../graph/plan/kernel-edits.ts';
import type { Tuning } from '../../../graph/plan/tuning.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { Chosen } from '../../engine/device-choices.ts';
import type { Trial } from '../../engine/kernel-trial.ts';
import type { Tuned } from '../../engine/tune.ts';

export interface TrialJob {
  readonly net: GivenNet;
  /** Of the dispatches of the net's plan on this device. */
  readonly index: number;
  /** The text that the dispatch runs now, as the page knows it. */
  readonly current: string;
  readonly wgsl: string;
}

export interface TuneJob {
  readonly net: GivenNet;
  /** Time for the candidates; the race at the end comes on top. */
  readonly budgetMs: number;
}

/** What is chosen, and whether it outlives the page. */
export interface KeptChoices {
  readonly chosen: Chosen;
  /** Why the browser stores nothing. */
  readonly unstored?: string;
}

export interface KernelCalls {
  chosen(ticket: number): Promise<Outcome<KeptChoices>>;
  /** An edit that is right and faster is kept. */
  trial(ticket: number, job: TrialJob): Promise<Outcome<{ readonly trial: Trial; readonly kept: KeptChoices }>>;
  /** `original`: the generated text. */
  revert(ticket: number, original: KernelEdit['original']): Promise<Outcome<KeptChoices>>;
  /** Cancelling stops the candidates where they are and keeps what is won. */
  tune(ticket: number, job: TuneJob): Promise<Outcome<Tuned & { readonly kept: KeptChoices }>>;
  /** Takes tunings of a file; entries of other kernels than this version's are left out when plans are made. */
  takeTuning(ticket: number, tuning: Tuning): Promise<Outcome<KeptChoices>>;
  forgetTunings(ticket: number): Promise<Outcome<KeptChoices>>;
}
