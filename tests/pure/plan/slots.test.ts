// Buffers shared by liveness: never two values at once in one slot, never less than what is alive, close to it on real nets.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSlots, lowerBound, type Life } from '../../../src/graph/slots.ts';

const lives = fc
  .array(fc.record({ bytes: fc.integer({ min: 1, max: 1000 }), from: fc.integer({ min: -1, max: 40 }), length: fc.integer({ min: 0, max: 9 }) }), { minLength: 1, maxLength: 60 })
  .map((list) => list.map(({ bytes, from, length }, i): Life => ({ id: `v${i}`, bytes, from, to: from + length })));

describe('slots', () => {
  it('never hold two living values, and are as large as the largest', () => {
    fc.assert(
      fc.property(lives, (list) => {
        const { slotOf, slots } = assignSlots(list);
        for (const a of list) {
          expect(slots[slotOf.get(a.id) as number]).toBeGreaterThanOrEqual(a.bytes);
          for (const b of list) {
            const meet = a.id !== b.id && a.from <= b.to && b.from <= a.to;
            if (meet) expect(slotOf.get(a.id)).not.toBe(slotOf.get(b.id));
          }
        }
        expect(slots.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThanOrEqual(lowerBound(list));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('knows the bound of a chain and of a skip', () => {
    const chain: Life[] = [
      { id: 'a', bytes: 10, from: -1, to: 0 },
      { id: 'b', bytes: 40, from: 0, to: 1 },
      { id: 'c', bytes: 5, from: 1, to: 2 },
    ];
    expect(lowerBound(chain)).toBe(50);
    expect(lowerBound([...chain, { id: 'skip', bytes: 7, from: -1, to: 3 }])).toBe(57);
    expect(assignSlots(chain).slots.reduce((a, b) => a + b)).toBe(50);
  });
});
