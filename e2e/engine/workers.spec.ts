// A worker that hangs or throws is given up and another one takes its place: the measurement under way is answered, who looked at pictures is told.
import { expect, test } from './harness.ts';

for (const [how, why] of [
  ['hang', /^no sign of life for 5 s$/],
  ['throw', /thrown by the test/],
] as const) {
  test(`a worker that ${how}s is replaced`, async ({ engine }) => {
    expect(await engine.call('load')).toBeLessThan(1e-3);
    const found = await engine.call('breakWorker', how, 24);
    expect(found.why).toMatch(why);
    expect(found.told).toBe('stopped');
    expect(found.worst).toBeLessThan(1e-3);
    console.log(`${how}: answered after ${found.answerMs.toFixed(0)} ms`);
  });
}
