// What crosses the worker's border: plain data in, typed arrays and failures as values out. No names of layers, no shapes, no UI flags.
import type { Capabilities } from '../../gpu-kernels/kernel.ts';
import type { Plan } from '../../graph/plan/plan.ts';
import type { AdapterIdentity } from '../engine/device.ts';
import type { EngineState } from '../engine/engine.ts';
import type { Measurement, NetJob } from '../jobs/measure/measure.ts';
import type { Peaks } from '../engine/peaks.ts';
import type { LoadTimes } from '../engine/program.ts';
import type { Profile } from '../engine/timing.ts';

/** Why something did not work, for the page to word and to act on. */
export interface EngineProblem {
  readonly kind: 'unavailable' | 'memory' | 'shader' | 'aborted' | 'superseded' | 'stopped' | 'internal';
  /** A sentence for the user. */
  readonly message: string;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: EngineProblem };

export interface DeviceFacts {
  readonly adapter: AdapterIdentity;
  readonly capabilities: Capabilities;
  readonly timestamps: boolean;
  readonly limits: { readonly maxBufferBytes: number; readonly maxBindingBytes: number };
}

export interface OpenOptions {
  readonly powerPreference?: 'low-power' | 'high-performance';
  readonly without?: readonly ('shader-f16' | 'subgroups' | 'timestamp-query')[];
}

export interface RunResult {
  /** In the order of `read`; transferred. */
  readonly outputs: readonly Float32Array[];
  /** Input written to output read, milliseconds. */
  readonly ms: number;
}

/** The worker's calls. `ticket` names a call for `cancel` and progress; tickets are never reused. */
export interface EngineCalls {
  open(options: OpenOptions): Promise<Outcome<DeviceFacts>>;
  load(ticket: number, plan: Plan, tensors: ReadonlyMap<string, Float32Array>): Promise<Outcome<LoadTimes>>;
  run(ticket: number, inputs: readonly Float32Array[], read: readonly number[]): Promise<Outcome<RunResult>>;
  profile(ticket: number, inputs: readonly Float32Array[], runs: number): Promise<Outcome<Profile>>;
  /** Plans a net from its text, for the open device or, without one, for a plain GPU. */
  plan(name: string, text: string): Promise<Outcome<Plan>>;
  /** Loads a net from its text with made-up weights and profiles it; what was loaded before is dropped. */
  measure(ticket: number, job: NetJob): Promise<Outcome<Measurement>>;
  peaks(ticket: number): Promise<Outcome<Peaks>>;
  cancel(ticket: number): void;
  close(): void;
}

/** What the worker says unasked. */
export type EngineEvent =
  | { readonly event: 'beat' }
  | { readonly event: 'state'; readonly state: EngineState; readonly detail: string }
  | { readonly event: 'progress'; readonly ticket: number; readonly share: number; readonly what?: string }
  /** First numbers of a measurement that goes on. */
  | { readonly event: 'first'; readonly ticket: number; readonly first: Measurement }
  | { readonly event: 'gpu-error'; readonly message: string };

/** A worker says that it lives once a second; silence for five means that it hangs. */
export const beatMs = 1000;
export const deadMs = 5000;
