// What crosses the border for Live: the branches of a net, what they are taught, and frame after frame the one that was taken.
import type { Outcome } from '../../../border/protocol.ts';
import type { WeightsRef } from '../../../weights/protocol.ts';
import type { BranchFacts } from './branches.ts';

export interface LiveRequest {
  readonly name: string;
  readonly text: string;
  /** Of the net, or of a MobileNetV2 whose backbone it has. */
  readonly weights: WeightsRef;
  readonly sizes: readonly number[];
}

export interface LiveOpened {
  readonly branches: readonly BranchFacts[];
  /** Weights and activations on the GPU: of all branches together, and of the largest by itself. */
  readonly bytes: number;
  readonly largestBytes: number;
}

export interface LiveClass {
  readonly name: string;
  readonly pictures: readonly ImageBitmap[];
}

/** What the scheduler knows. */
export interface LiveProfile {
  /** Medians without contention, a frame from its pixels to its answer, milliseconds. */
  readonly latencyMs: readonly number[];
  /** Share of the target that is kept free, by how far single frames were from those medians. */
  readonly margin: number;
  /** Class of content → branch → accuracy on what was held out, drawn towards the branch's mean where there is little of it. */
  readonly accuracy: readonly (readonly number[])[];
  /** Held-out pictures of each class of content. */
  readonly heldOut: readonly number[];
  /** Edge densities at which the next class of content begins. */
  readonly contentFrom: readonly number[];
}

export interface LiveSettings {
  readonly targetMs: number;
  /** How many other programs do the same work before this one's is done: the injected load. */
  readonly others: number;
}

export interface LiveReport {
  readonly frame: number;
  readonly branch: number;
  readonly ms: number;
  readonly late: boolean;
  /** The estimate after this frame. */
  readonly contention: number;
  readonly content: number;
  readonly density: number;
  readonly answer: { readonly name: string; readonly probability: number };
}

export interface LiveCalls {
  openLive(ticket: number, request: LiveRequest): Promise<Outcome<LiveOpened>>;
  /** Teaches a head for every branch and measures each of them. The bitmaps are the worker's from now on. */
  teachLive(ticket: number, classes: readonly LiveClass[]): Promise<Outcome<LiveProfile>>;
  /** Answers one frame with the branch that the scheduler takes. The bitmap is the worker's from now on. */
  liveFrame(ticket: number, frame: ImageBitmap, settings: LiveSettings): Promise<Outcome<LiveReport>>;
  closeLive(): void;
}
