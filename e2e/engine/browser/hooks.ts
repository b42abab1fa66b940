// What a test tells the worker besides the engine's calls, and what it hears back: losses at a chosen moment, hangs, counts.
import type { ObjectCounts } from '../../../src/workers/engine/object-counter.ts';

/** The GPU call behind which the device goes away: in a load the first two, in a run the others. */
export type Moment = 'compile' | 'upload' | 'run' | 'read-back';

/** `crash`: the browser's GPU process dies; `destroy`: this device alone. */
export type Loss = 'crash' | 'destroy';

export type Hook =
  | { readonly hook: 'lose'; readonly loss: Loss; readonly moment: Moment; readonly nth: number }
  | { readonly hook: 'counts' }
  | { readonly hook: 'hang' }
  | { readonly hook: 'throw' };

/** `at`: milliseconds since 1970, so that page and worker agree. */
export type HookReply =
  { readonly reply: 'lost'; readonly at: number } | { readonly reply: 'counts'; readonly counts: ObjectCounts };

/** A request to this path kills the GPU process and is answered when that is done. */
export const crashPath = '/crash';

export const clock = (): number => performance.timeOrigin + performance.now();
