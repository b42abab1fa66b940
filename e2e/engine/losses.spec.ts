// Lost devices: the GPU process killed and the device destroyed in the midst of compilation, upload, run and read-back; each time the answer comes all the same.
import type { Loss, Moment } from './browser/hooks.ts';
import { expect, full, test } from './harness.ts';

const moments: readonly Moment[] = ['compile', 'upload', 'run', 'read-back'];
/** Losses of each way; the moments take turns. */
const each = full ? 10 : 4;

for (const loss of ['crash', 'destroy'] as const satisfies readonly Loss[]) {
  test(`${each} times ${loss}: recovered, with the right logits`, async ({ engine }) => {
    test.setTimeout(30_000 * each);
    expect(await engine.call('load')).toBeLessThan(1e-3);
    const times: { detectMs: number; readyMs: number; answerMs: number }[] = [];
    for (let i = 0; i < each; i++) {
      const moment = moments[i % moments.length] as Moment;
      // Compilation and upload are many calls: another one is hit each round.
      const nth = moment === 'compile' || moment === 'upload' ? Math.floor(i / moments.length) * 2 : 0;
      const found = await engine.call('lose', loss, moment, nth, 24 + 8 * i);
      const what = `${loss} ${i} at ${moment} ${nth}`;
      expect(found.worst, what).toBeLessThan(1e-3);
      expect([found.losses, found.devices], `${what}: losses, devices`).toEqual([1, 1]);
      times.push(found);
    }
    expect((await engine.call('findings')).stops, 'the worker itself lives on').toEqual([]);
    const median = (of: (found: (typeof times)[0]) => number): number =>
      times.map(of).sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
    const worst = (of: (found: (typeof times)[0]) => number): number => Math.max(...times.map(of));
    const show = (of: (found: (typeof times)[0]) => number): string =>
      `${median(of).toFixed(0)} (${worst(of).toFixed(0)}) ms`;
    console.log(
      `${each} × ${loss}, median (worst): noticed after ${show((t) => t.detectMs)}, new device after ${show((t) => t.readyMs)}, answer after ${show((t) => t.answerMs)}`,
    );
  });
}
