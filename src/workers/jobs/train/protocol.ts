// What crosses the border of the job that trains: a net, a recipe and pictures in; the curve as it grows, and trained weights out.
import type { FoundRate } from '../../../graph/train/find-rate.ts';
import type { HeldOutScore } from '../../../graph/train/evaluate.ts';
import type { CurvePoint, RunEnding, Validation } from '../../../graph/train/training-run.ts';
import type { Outcome } from '../../border/protocol.ts';

/** Which of the two computes. */
export type TrainedOn = 'gpu' | 'cpu';

export interface TrainRequest {
  readonly name: string;
  /** Architecture text. */
  readonly text: string;
  /** Of the net. */
  readonly hash: string;
  /** Text of the recipe. */
  readonly recipe: string;
  /** Those that are drawn, or those that {@link TrainCalls.take} gave. */
  readonly pictures: 'drawn' | 'own';
}

/** A picture as a canvas takes it. */
export interface ShownPicture {
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  readonly side: number;
  readonly label: number;
}

/** What is known before the first step. */
export interface TrainFacts {
  /** After "on": `the CPU`. */
  readonly device: string;
  readonly classes: readonly string[];
  /** Pictures a class that are learned from. */
  readonly balance: readonly number[];
  readonly counts: { readonly train: number; readonly check: number; readonly test: number };
  /** As the first step shows them, changed by the recipe's augmentation. */
  readonly samples: readonly ShownPicture[];
  readonly parameters: number;
  readonly bytes: number;
  readonly stepMs: number;
  /** Of all steps and looks. */
  readonly totalMs: number;
  /** False: reckoned from the multiplications of a smaller net. */
  readonly measured: boolean;
}

export interface WorstShown extends ShownPicture {
  readonly answer: number;
  readonly loss: number;
}

export interface TrainedNet {
  readonly curve: readonly CurvePoint[];
  readonly looks: readonly Validation[];
  /** `stopped`: by the user; a later call goes on. */
  readonly ending: RunEnding | { readonly kind: 'stopped'; readonly sentence: string };
  readonly bestStep: number | undefined;
  readonly classes: readonly string[];
  /** Milliseconds of the steps and looks of this call. */
  readonly ms: number;
  /** On pictures that nothing was chosen by; absent where the user stopped the run. */
  readonly score?: HeldOutScore;
  readonly worst: readonly WorstShown[];
  /** A safetensors file. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** A run that a closed or reloaded page left behind. */
export interface KeptRun {
  readonly name: string;
  readonly text: string;
  readonly hash: string;
  readonly recipe: string;
  readonly pictures: 'drawn' | 'own';
  /** Where it was trained: elsewhere it goes on with other roundings. */
  readonly on: TrainedOn;
  readonly step: number;
  readonly steps: number;
}

/** What the worker says on its own while it trains: what came since the last word. */
export interface TrainProgress {
  readonly points: readonly CurvePoint[];
  readonly looks: readonly Validation[];
}

/** Calls never reject; `ticket` names one for `cancel` and for progress. */
export interface TrainCalls {
  /** Adds pictures of the user's own, prepared for a net of this side; `first` begins anew. The bitmaps are the worker's from now on. */
  take(
    ticket: number,
    side: number,
    classes: readonly string[],
    bitmaps: readonly ImageBitmap[],
    labels: readonly number[],
    first: boolean,
  ): Promise<Outcome<number>>;
  look(ticket: number, request: TrainRequest): Promise<Outcome<TrainFacts>>;
  /** `goOn`: from where the kept run stands. Cancelled, it answers with what there is. */
  train(ticket: number, request: TrainRequest, goOn: boolean): Promise<Outcome<TrainedNet>>;
  findRate(ticket: number, request: TrainRequest): Promise<Outcome<FoundRate>>;
  pause(on: boolean): void;
  kept(ticket: number): Promise<Outcome<KeptRun | undefined>>;
  forget(ticket: number): Promise<Outcome<void>>;
}
