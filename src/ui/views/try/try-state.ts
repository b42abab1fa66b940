// What the Try pane shows, for the life of the page: what the net sees, and what is done with it.
import { photosOf } from '../../pictures/photos.svelte.ts';
import { perSession } from '../../state/per-session.svelte.ts';
import { openNetOf } from '../../weights/net-of.ts';
import type { OpenNet } from '../../weights/open-net.svelte.ts';
import { Batch } from './batch.svelte.ts';
import { Check } from './inside/check.svelte.ts';
import { Teach } from './teach.svelte.ts';
import { Vision } from './vision.svelte.ts';

export interface TryState {
  readonly net: OpenNet;
  readonly vision: Vision;
  readonly batch: Batch;
  readonly teach: Teach;
  readonly check: Check;
}

export const tryState = perSession((session): TryState => {
  const net = openNetOf(session);
  const vision = new Vision(session, net);
  return {
    net,
    vision,
    batch: new Batch(vision, photosOf(session)),
    teach: new Teach(vision),
    check: new Check(net),
  };
});
