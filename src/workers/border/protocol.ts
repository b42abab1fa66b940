// What crosses the border of every worker: outcomes instead of errors, the device's facts, and what a worker says unasked.
import type { Capabilities } from '../../gpu-kernels/kernel.ts';
import type { AdapterIdentity } from '../engine/device.ts';
import type { EnginePhase } from '../engine/engine.ts';

/** Why something did not work, for the page to word and to act on. */
export interface CallProblem {
  readonly kind: 'unavailable' | 'memory' | 'shader' | 'aborted' | 'stopped' | 'internal';
  /** A sentence for the user. */
  readonly message: string;
}

export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: CallProblem };

export interface DeviceFacts {
  readonly adapter: AdapterIdentity;
  readonly capabilities: Capabilities;
  readonly timestamps: boolean;
  readonly limits: { readonly maxBufferBytes: number; readonly maxBindingBytes: number };
}

/** The calls of the worker itself, beside those of its jobs. Tickets are never reused. */
export interface BorderCalls {
  /** Opens the device and says what it is. */
  open(): Promise<Outcome<DeviceFacts>>;
  cancel(ticket: number): void;
  /** The worker that was asked for under this name is gone. */
  helperEnded(name: string, why: string): void;
}

/** What a worker says unasked; a job's own events carry its name. */
export type BorderEvent =
  | { readonly event: 'beat' }
  | { readonly event: 'state'; readonly state: EnginePhase; readonly detail: string }
  | { readonly event: 'gpu-error'; readonly message: string }
  /** `what` in words, `share` 0 … 1. */
  | { readonly event: 'progress'; readonly ticket: number; readonly what: string; readonly share: number }
  /** First results of a call that goes on. */
  | { readonly event: 'first'; readonly ticket: number; readonly first: unknown }
  /** Asks for a worker of that name, which gets the port. */
  | { readonly event: 'helper'; readonly name: string; readonly port: MessagePort }
  | { readonly event: 'job'; readonly job: string; readonly told: unknown };

/** A worker says that it lives once a second; silence for five means that it hangs. */
export const beatMs = 1000;
export const deadMs = 5000;
