// What crosses the border of the job for model files: a net whose layers are checked, and a net that stands alone, run before it is offered.
import type { GivenNet } from '../../../graph/notation/check.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { WeightsRef } from '../../weights/protocol.ts';

export interface CheckRequest {
  readonly net: GivenNet;
  readonly weights: WeightsRef;
}

export interface StandaloneRun {
  /** A module or a page, as it was written. */
  readonly text: string;
  readonly trials: readonly {
    readonly inputs: readonly Float32Array[];
    /** The reference's outputs. */
    readonly expected: readonly Float32Array[];
  }[];
  /** What a difference of each output is divided by. */
  readonly units: readonly number[];
}

/** Calls never reject; `ticket` names one for `cancel` and for progress. */
export interface FilesCalls {
  /** Runs every layer on a made-up input and sends what the reference needs through `port`; how many values there are. */
  layers(ticket: number, request: CheckRequest, port: MessagePort): Promise<Outcome<number>>;
  /** Runs the net that a text says; the largest difference from what is expected, in units. */
  standalone(ticket: number, run: StandaloneRun): Promise<Outcome<number>>;
}
