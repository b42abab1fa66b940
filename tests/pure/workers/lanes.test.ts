// Shared calls together, an exclusive one alone, first come first served; who is cancelled while waiting leaves the others alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lanes } from '../../../src/workers/border/lanes.ts';

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('lanes', () => {
  test('whatever comes in whatever order: nothing beside an exclusive call, all end, in order', async () => {
    const call = fc.record({
      exclusive: fc.boolean(),
      ticks: fc.integer({ min: 0, max: 3 }),
      cancelled: fc.boolean(),
      passes: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
        const lanes = new Lanes();
        const inside = new Set<number>();
        const begun: number[] = [];
        const run = async (index: number): Promise<void> => {
          const { exclusive, ticks, cancelled, passes } = calls[index]!;
          const stop = new AbortController();
          const work = async (): Promise<void> => {
            begun.push(index);
            inside.add(index);
            for (let i = 0; i < ticks; i++) {
              const alone = [...inside].some((one) => calls[one]!.exclusive);
              expect(alone ? inside.size : 1).toBe(1);
              await tick();
              if (!exclusive && passes) {
                inside.delete(index);
                await lanes.letPass();
                inside.add(index);
              }
            }
            inside.delete(index);
          };
          const done = exclusive ? lanes.exclusive('testing', work, stop.signal) : lanes.shared(work, stop.signal);
          if (cancelled) stop.abort(new Error('cancelled'));
          await done.catch((error: Error) => expect(error.message).toBe('cancelled'));
        };
        await Promise.all(calls.map((_, index) => run(index)));
        expect(begun).toEqual([...begun].sort((a, b) => a - b));
        expect(inside.size).toBe(0);
        const last: string[] = [];
        await lanes.exclusive('testing', () => Promise.resolve(void last.push('free')));
        expect(last).toEqual(['free']);
      }),
      { numRuns: 60 },
    );
  });

  test('says why others wait from the moment an exclusive call waits until the last has ended', async () => {
    const lanes = new Lanes();
    const heard: (string | undefined)[] = [];
    lanes.watch((why) => heard.push(why));
    let end: () => void = () => undefined;
    const sharing = lanes.shared(() => new Promise<void>((resolve) => (end = resolve)));
    await tick();
    const measuring = lanes.exclusive('measuring', () => Promise.resolve());
    expect(heard).toEqual(['measuring']);
    end();
    await Promise.all([sharing, measuring]);
    expect(heard).toEqual(['measuring', undefined]);
  });
});
