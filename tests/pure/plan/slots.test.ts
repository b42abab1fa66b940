// Buffers shared by liveness: never two values at once in one slot, never less than what is alive, close to it on real nets.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { makePlan, plainGpu } from '../../../src/graph/plan/make-plan.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { assignSlots, lowerBound, offsetAlignment, type Life, type SlotOffset } from '../../../src/graph/plan/slots.ts';

const gateBytes = 4096;

const lives = fc
  .array(
    fc.record({
      bytes: fc.integer({ min: 1, max: 5000 }),
      from: fc.integer({ min: -1, max: 40 }),
      length: fc.integer({ min: 0, max: 9 }),
      every: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) =>
    list.map(({ bytes, from, length, every }, i): Life => {
      const reads = Array.from({ length }, (_, k) => from + 1 + k).filter(
        (step, k) => k % every === 0 || step === from + length,
      );
      return { id: `v${i}`, bytes, from, to: from + length, writes: [from], reads };
    }),
  );

describe('slots', () => {
  it('never give the same bytes to two living values, nor one buffer to what a step reads and what it writes', () => {
    fc.assert(
      fc.property(lives, (list) => {
        const { places, slots } = assignSlots(list);
        const at = (life: Life): SlotOffset => places.get(life.id) as SlotOffset;
        for (const a of list) {
          expect(at(a).offset % offsetAlignment).toBe(0);
          expect(slots[at(a).slot]).toBeGreaterThanOrEqual(at(a).offset + a.bytes);
          for (const b of list) {
            if (a.id === b.id || at(a).slot !== at(b).slot) continue;
            const meet = a.from <= b.to && b.from <= a.to;
            if (meet)
              expect(at(a).offset + a.bytes <= at(b).offset || at(b).offset + b.bytes <= at(a).offset).toBe(true);
            if (meet) expect(a.reads).not.toContain(b.from);
          }
        }
        expect(slots.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThanOrEqual(lowerBound(list));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('know the bound of a chain and of a skip', () => {
    const chain: Life[] = [
      { id: 'a', bytes: 1024, from: -1, to: 0, writes: [-1], reads: [0] },
      { id: 'b', bytes: 4096, from: 0, to: 1, writes: [0], reads: [1] },
      { id: 'c', bytes: 512, from: 1, to: 2, writes: [1], reads: [2] },
    ];
    expect(lowerBound(chain)).toBe(5120);
    const skip: Life = { id: 'skip', bytes: 768, from: -1, to: 3, writes: [-1], reads: [3] };
    expect(lowerBound([...chain, skip])).toBe(5888);
    expect(assignSlots(chain).slots.reduce((a, b) => a + b)).toBe(5120);
    expect(assignSlots([...chain, skip]).slots.reduce((a, b) => a + b)).toBe(5888);
  });

  it('stay within a quarter of the bound for every preset on a GPU', () => {
    const loose = presets.flatMap(({ name }) => {
      const plan = makePlan(buildGraph(openPreset(name)), { caps: plainGpu });
      // A gate's vector can lie in no buffer that its neighbours bind: a few KiB of its own.
      const over = plan.activationBytes - gateBytes - 1.25 * plan.activationLowerBound;
      return over > 0 ? [`${name}: ${(plan.activationBytes / plan.activationLowerBound).toFixed(3)}`] : [];
    });
    // Its joined map (8.7 MB) and its mask (25.3 MB) are two steps apart, so they take the same of two alternating buffers only with a third
    // one for what is read between them: 25.3 + 8.7 MB is the least, and the bound knows nothing of who binds what.
    expect(loose).toEqual(['deeplabv3_mobilenetv2_os8: 1.321']);
  }, 300_000);
});
