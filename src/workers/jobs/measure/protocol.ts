// What crosses the border of the job that measures: a net in, its plan and its times out.
import type { Precision } from '../../../gpu-kernels/kernel.ts';
import type { GivenNet } from '../../../graph/notation/check.ts';
import type { Plan } from '../../../graph/plan/plan.ts';
import type { LatencyTable } from '../../../graph/search/latency/table.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { DeviceReport } from '../../engine/device-report.ts';
import type { Pairs } from '../../engine/pairs.ts';
import type { Peaks } from '../../engine/peaks.ts';
import type { LoadTimes } from '../../engine/program.ts';
import type { Profile } from '../../engine/timing.ts';
import type { TimedDispatch } from '../../../graph/search/latency/table.ts';

export type NetJob = GivenNet & {
  readonly precision: Precision;
  /** Time to spend on runs; a few of each kind are made all the same. */
  readonly budgetMs: number;
};

export interface Measurement {
  readonly plan: Plan;
  readonly load: LoadTimes;
  readonly profile: Profile;
}

interface PairJob {
  readonly net: GivenNet;
  readonly variant: GivenNet;
  readonly pairs: number;
  /** Time for the pairs; seven are made all the same. */
  readonly budgetMs: number;
}

/** A dispatch of a net by itself: dispatches alike are timed once. */
export interface AloneDispatch extends TimedDispatch {
  readonly from: readonly string[];
  /** The first dispatch that is alike, in plan order. */
  readonly first: number;
}

/** Nets of a latency table (workers/engine/latency-table.ts). */
export interface TableNets {
  readonly nets: readonly GivenNet[];
  readonly calibration: readonly GivenNet[];
  readonly check: readonly GivenNet[];
}

/** Calls never reject; `ticket` names one for `cancel` and for progress. */
export interface MeasureCalls {
  /** Plans a net, for the open device or, without one, for a plain GPU. */
  plan(ticket: number, net: GivenNet): Promise<Outcome<Plan>>;
  /** Loads a net with made-up weights and profiles it; the first numbers come before. */
  measure(ticket: number, job: NetJob): Promise<Outcome<Measurement>>;
  /** Measures what the device can do at best. */
  peaks(ticket: number): Promise<Outcome<Peaks>>;
  /** The same with what a dispatch and a submit cost, bandwidth by working set, upload and read-back. */
  device(ticket: number): Promise<Outcome<DeviceReport>>;
  /** Two nets with made-up weights, one pass each in turns. */
  pair(ticket: number, job: PairJob): Promise<Outcome<Pairs>>;
  /** Every dispatch of a net by itself, repeated with a dependency between. */
  apart(ticket: number, net: GivenNet): Promise<Outcome<readonly AloneDispatch[]>>;
  /** Every signature of some nets once, but for those known, and whole nets that calibrate and check the sums; f32. */
  table(ticket: number, work: TableNets, known: LatencyTable['entries']): Promise<Outcome<LatencyTable>>;
  /** Input in JS to logits in JS of each net, in turns: for each its times, one a round. */
  whole(ticket: number, nets: readonly GivenNet[], rounds: number): Promise<Outcome<readonly (readonly number[])[]>>;
}
