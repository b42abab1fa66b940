// The calls of Live: one net's branches are open at a time, beside the net that the page looks with.
import type { JobHost } from '../../../border/serve.ts';
import { backboneParams, backbonePreparation } from './backbone.ts';
import { branchesOf } from './branches.ts';
import { LiveNet } from './live-net.ts';
import type { LiveCalls } from './protocol.ts';
import { LiveSession } from './session.ts';

const notOpen = 'Live is not open: prepare the branches first';

export function liveCalls({ engine, checkpoints, call, shared, lanes }: JobHost): LiveCalls {
  let session: LiveSession | undefined;
  const close = (): void => {
    session?.net.destroy();
    session = undefined;
  };
  return {
    openLive: (ticket, { name, text, weights, sizes }) =>
      shared(ticket, async ({ signal, progress }) => {
        close();
        const branches = branchesOf(text, name, sizes);
        progress('Reading the weights', 0);
        const checkpoint = await checkpoints.get(weights);
        const params = backboneParams(checkpoint, branches);
        const net = await LiveNet.load(engine, branches, params, backbonePreparation(checkpoint), {
          signal,
          onProgress: (done) => progress('Preparing the branches', done / branches.length),
        });
        // Another opening was quicker.
        close();
        session = new LiveSession(net);
        const { all, largest } = net.bytes;
        return { branches: branches.map(({ graph: _, ...facts }) => facts), bytes: all, largestBytes: largest };
      }),
    teachLive: (ticket, classes) =>
      call(ticket, async (context) => {
        const pictures = classes.flatMap((own) => own.pictures);
        const own = session;
        try {
          if (!own) throw new Error(notOpen);
          await context.shared(() => own.teach(classes, context));
          return await lanes.exclusive(
            'measuring the branches',
            () => own.measure(pictures[0]!, context),
            context.signal,
          );
        } finally {
          for (const picture of pictures) picture.close();
        }
      }),
    async liveFrame(ticket, frame, settings) {
      const report = await shared(ticket, ({ signal }) => {
        if (!session) throw new Error(notOpen);
        return session.frame(frame, settings, signal);
      });
      frame.close();
      return report;
    },
    closeLive: close,
  };
}
