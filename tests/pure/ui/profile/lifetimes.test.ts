// Live bytes, the peak and the memory map, by hand and against a real plan.
import { describe, expect, it } from 'vitest';
import type { PlanDispatch } from '../../../../src/graph/plan/plan.ts';
import { lifetimes } from '../../../../src/ui/views/profile/lifetimes.ts';
import { timedNet } from './timed-net.ts';

const dispatch = (node: string): PlanDispatch => ({
  kernel: 'k',
  from: [node],
  module: 0,
  workgroups: [1, 1, 1],
  bindings: [],
  macs: 0,
  bytes: 0,
});

describe('lifetimes', () => {
  const dispatches = ['a', 'b', 'c'].map(dispatch);
  const lives = [
    { value: 'input', slot: 0, offset: 0, bytes: 100, from: -1, to: 0 },
    { value: 'a', slot: 1, offset: 0, bytes: 300, from: 0, to: 2 },
    { value: 'b', slot: 0, offset: 0, bytes: 200, from: 1, to: 2 },
    { value: 'c', slot: 1, offset: 0, bytes: 300, from: 2, to: 3 },
  ];
  const found = lifetimes({ dispatches, lives, slots: [256, 512] });

  it('adds what is alive in each dispatch and counts memory that is reused in place once', () => {
    expect(found.moments.map(({ bytes }) => bytes)).toEqual([400, 500, 500]);
    expect(found.peak).toEqual({ index: 1, bytes: 500 });
    expect(found.peakNode).toBe('b');
    expect(found.atPeak.map(({ value }) => value)).toEqual(['a', 'b']);
  });

  it('places values in their buffers, one after the other, within the run', () => {
    expect(found.blocks.map(({ life, from, end, top }) => [life.value, from, end, top])).toEqual([
      ['input', 0, 1, 0],
      ['a', 0, 2, 256],
      ['b', 1, 3, 0],
      ['c', 2, 3, 256],
    ]);
  });

  it('never overlaps two values of a real plan, and fits its buffers', () => {
    const { plan } = timedNet();
    const { blocks, peak } = lifetimes(plan);
    expect(peak.bytes).toBeLessThanOrEqual(plan.activationBytes);
    for (const a of blocks) {
      for (const b of blocks) {
        const meet =
          a !== b && a.from < b.end && b.from < a.end && a.top < b.top + b.life.bytes && b.top < a.top + a.life.bytes;
        expect(meet, `${a.life.value} and ${b.life.value}`).toBe(false);
      }
    }
  });
});
