// Measuring a net from its text, and this device's peaks: what the page's worker does when asked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/workers/engine/engine.ts';
import { fewestRuns, measureNet } from '../../src/workers/jobs/measure/measure.ts';
import type { Measurement } from '../../src/workers/jobs/measure/protocol.ts';
import { measurePeaks } from '../../src/workers/engine/peaks.ts';
import { gpu } from './rig.ts';

const text = 'input 3x16x24\nconv k3 s2 c8\nmbconv k3 s2 c12 e3\npool\nlinear c10\n';
const job = { name: 'small', text, precision: 'f32', budgetMs: 1 } as const;
let engine: Engine;

beforeAll(async () => {
  const found = await gpu();
  engine = new Engine({ gpu: () => found });
});
afterAll(() => engine.close());

describe('measuring a net', () => {
  it('gives the plan, every dispatch its time and its place on the clock', async () => {
    const stages: string[] = [];
    const shares: number[] = [];
    const firsts: Measurement[] = [];
    const { plan, profile, load } = await measureNet(engine, job, {
      onProgress: (what, share) => {
        if (stages.at(-1) !== what) stages.push(what);
        shares.push(share);
      },
      onFirst: (first) => firsts.push(first),
    });
    const [first] = firsts;
    expect(firsts).toHaveLength(1);
    expect(first?.plan).toBe(plan);
    expect(first?.profile.dispatchMs).toHaveLength(plan.dispatches.length);
    expect([first?.profile.warm.runs, first?.profile.warm.variation]).toEqual([1, undefined]);
    expect(first?.profile.firstRunMs).toBe(profile.firstRunMs);
    expect(plan.net).toBe('small');
    expect(plan.inputs[0]?.shape).toEqual([1, 16, 24, 3]);
    expect(profile.dispatchMs).toHaveLength(plan.dispatches.length);
    expect(profile.warm.runs).toBe(fewestRuns);
    expect(load.compileMs).toBeGreaterThan(0);
    expect(stages).toEqual(['Planning', 'Compiling shaders', 'First run', 'Warming up', 'Timing layers']);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const spans = profile.spans ?? [];
    expect(spans).toHaveLength(plan.dispatches.length);
    expect(spans[0]?.startMs).toBe(0);
    spans.forEach(({ startMs, endMs }) => expect(endMs).toBeGreaterThanOrEqual(startMs));
    expect(profile.tickNs).toBeGreaterThan(0);
  });

  it('refuses a text with errors and stops when asked to', async () => {
    await expect(measureNet(engine, { ...job, text: 'nonsense' })).rejects.toThrow('does not make a net');
    await expect(measureNet(engine, job, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    const stop = new AbortController();
    const measuring = measureNet(engine, job, {
      signal: stop.signal,
      onProgress: (what) => what === 'Warming up' && stop.abort(),
    });
    await expect(measuring).rejects.toThrow('aborted');
    await expect(measureNet(engine, job)).resolves.toBeDefined();
  });
});

describe('peaks', () => {
  it('are positive, and a cached read is not far below a copy', async () => {
    const shares: number[] = [];
    const open = await engine.open();
    const peaks = await measurePeaks(open, { onProgress: (share) => shares.push(share) });
    expect(peaks.f32MacsPerS).toBeGreaterThan(1e8);
    expect(peaks.bytesPerS).toBeGreaterThan(1e8);
    expect(peaks.cacheBytesPerS).toBeGreaterThan(1e8);
    expect(peaks.launchMs).toBeGreaterThan(0);
    expect(peaks.launchMs).toBeLessThan(5);
    expect(peaks.f16MacsPerS === undefined).toBe(!open.capabilities.f16);
    expect(shares.at(-1)).toBe(1);
  });

  it('stop when asked to', async () => {
    await expect(measurePeaks(await engine.open(), { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });
});
