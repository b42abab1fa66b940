// What the Try pane shows, for the life of the page: what the net sees, and what is done with it.
import { photosOf } from '../../pictures/photos.svelte.ts';
import { perSession } from '../../state/per-session.svelte.ts';
import { openNetOf } from '../../weights/net-of.ts';
import type { OpenNet } from '../../weights/open-net.svelte.ts';
import { Batch } from './batch.svelte.ts';
import { Check } from './inside/check.svelte.ts';
import { Live } from './live/live.svelte.ts';
import { Listening } from './tasks/listening.svelte.ts';
import { SecondNet } from './second/second.svelte.ts';
import { Judging } from './tasks/judging.svelte.ts';
import { TaskState } from './tasks/task-state.svelte.ts';
import { Teach } from './teach.svelte.ts';
import { Vision } from './vision.svelte.ts';

export interface TryState {
  readonly net: OpenNet;
  readonly vision: Vision;
  readonly batch: Batch;
  readonly teach: Teach;
  readonly check: Check;
  /** Of nets that say more than classes. */
  readonly task: TaskState;
  /** The net beside the page's own, and its answers where they are more than classes. */
  readonly second: SecondNet;
  readonly secondTask: TaskState<SecondNet>;
  /** Of nets that say more than classes, on labelled folders. */
  readonly judging: Judging;
  /** Of nets that hear. */
  readonly listening: Listening;
  /** Of nets with several exits. */
  readonly live: Live;
}

export const tryState = perSession((session): TryState => {
  const net = openNetOf(session);
  const vision = new Vision(session, net);
  const task = new TaskState(vision, (settings) => net.client.call((calls) => calls.read(settings)));
  const second = new SecondNet(vision, net);
  return {
    net,
    vision,
    batch: new Batch(vision, photosOf(session)),
    teach: new Teach(vision),
    check: new Check(net),
    task,
    second,
    secondTask: new TaskState(second, (settings) => net.client.call((calls) => calls.readSecond(settings))),
    judging: new Judging(task),
    listening: new Listening(task),
    live: new Live(vision),
  };
});
