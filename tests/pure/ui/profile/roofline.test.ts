// Roofs, bounds and the sentence that says why a layer is slow.
import { describe, expect, it } from 'vitest';
import { rooflinePoint, ridge, macRoof } from '../../../../src/workers/engine/bound.ts';
import { boundEvidence } from '../../../../src/ui/views/profile/bound-evidence.ts';
import { whySlow } from '../../../../src/ui/views/profile/why.ts';

const peaks = { f32MacsPerS: 1e12, f16MacsPerS: 2e12, bytesPerS: 1e11, cacheBytesPerS: 4e11, launchMs: 0.005 };

describe('rooflinePoint', () => {
  it('calls a dispatch compute-bound right of the ridge', () => {
    expect(ridge(peaks, 'f32')).toBe(10);
    expect(rooflinePoint({ macs: 1e9, bytes: 1e7, ms: 2 }, peaks, 'f32')).toMatchObject({
      bound: 'compute',
      intensity: 100,
      roofMs: 1,
      reached: 0.5,
      macsPerS: 5e11,
    });
  });
  it('gives as evidence what each ceiling alone would take', () => {
    const text = (macs: number, ms: number): string =>
      boundEvidence(rooflinePoint({ macs, bytes: 1e7, ms }, peaks, 'f32')!).replaceAll('\u202f', ' ');
    expect(text(1e9, 2)).toBe(
      'at the ceilings arithmetic 1.00 ms, memory 0.100 ms, a launch 5.0 µs; it took 2.00 ms, 50 % of the nearest',
    );
    expect(text(1e6, 40)).toMatch(/it took 40\.0 ms, so none of them is what it waits for$/);
  });
  it('calls it memory-bound left of it', () => {
    expect(rooflinePoint({ macs: 1e7, bytes: 1e7, ms: 0.4 }, peaks, 'f32')).toMatchObject({
      bound: 'memory',
      roofMs: 0.1,
      reached: 0.25,
      bytesPerS: 2.5e10,
    });
  });
  it('calls it launch-bound when a launch takes longer than its work', () => {
    expect(rooflinePoint({ macs: 1e6, bytes: 1e5, ms: 0.02 }, peaks, 'f32')).toMatchObject({
      bound: 'launch',
      roofMs: 0.005,
      reached: 0.25,
    });
  });
  it('uses the half-precision roof where it was measured, and says nothing of a time that was not resolved', () => {
    expect(macRoof(peaks, 'f16')).toBe(2e12);
    expect(macRoof({ ...peaks, f16MacsPerS: undefined }, 'f16')).toBe(1e12);
    expect(rooflinePoint({ macs: 1, bytes: 1, ms: 0 }, peaks, 'f32')).toBeUndefined();
    expect(rooflinePoint({ macs: 0, bytes: 1e7, ms: 0.5 }, peaks, 'f32')).toMatchObject({
      bound: 'memory',
      intensity: 0,
    });
  });
  it('calls it latency-bound far below every ceiling', () => {
    expect(rooflinePoint({ macs: 1e6, bytes: 1e5, ms: 0.2 }, peaks, 'f32')).toMatchObject({
      bound: 'latency',
      roofMs: 0.005,
    });
  });
});

describe('whySlow', () => {
  const slow = { name: 'blocks.1.0', totalMs: 10, precision: 'f32' } as const;
  const plain = (text: string): string => text.replaceAll('\u202f', ' ');
  it('names the bound, what was reached of it and what would be possible', () => {
    const compute = whySlow({ ...slow, ms: 2, dispatches: [{ macs: 1e9, bytes: 1e7, ms: 2, part: 1 }] }, peaks);
    expect(plain(compute)).toBe(
      'blocks.1.0 takes 2.00 ms, 20.0 % of the net. Bound by arithmetic: 500 GMAC/s of the 1.00 TMAC/s that this device does. At that limit: 1.00 ms, so 50 % is reached.',
    );
    const memory = whySlow({ ...slow, ms: 0.4, dispatches: [{ macs: 1e7, bytes: 1e7, ms: 0.4, part: 1 }] }, peaks);
    expect(plain(memory)).toContain('Bound by memory: 23.3 GiB/s of the 93.1 GiB/s');
    expect(plain(memory)).toMatch(/Launching takes 1 % of it\.$/);
    const launch = whySlow(
      { ...slow, ms: 0.02, dispatches: [0, 1].map(() => ({ macs: 1e5, bytes: 1e4, ms: 0.01, part: 1 })) },
      peaks,
    );
    expect(plain(launch)).toContain(
      'Bound by launching: 200 kMAC and 19.5 KiB in 2 dispatches is less than launching takes (10 µs)',
    );
  });
  it('speaks of several layers at once', () => {
    const text = whySlow({ ...slow, more: 2, ms: 2, dispatches: [{ macs: 1e9, bytes: 1e7, ms: 2, part: 1 }] }, peaks);
    expect(plain(text)).toMatch(/^blocks\.1\.0 and 2 more take 2\.00 ms, 20\.0 % of the net\./);
  });
  it('counts only the part of a shared kernel, and asks for the peaks when there are none', () => {
    const text = whySlow({ ...slow, ms: 1, dispatches: [{ macs: 1e9, bytes: 1e6, ms: 2, part: 0.5 }] }, undefined);
    expect(plain(text)).toContain('500 MMAC and 488 KiB in 1 dispatch: 500 GMAC/s');
    expect(text).toContain('Measure this device’s peaks');
    expect(plain(whySlow({ ...slow, ms: 0, dispatches: [] }, peaks))).toContain('less than the clock can resolve');
  });
});
