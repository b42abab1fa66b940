// Which measurements are not to be believed, and the one figure for "which is faster".
import { describe, expect, it } from 'vitest';
import { doubtOf, headlineOf } from '../../../../src/ui/state/measurements/doubt.ts';
import { summaryFacts } from '../../../../src/ui/views/profile/summary.ts';
import { timedNet } from './timed-net.ts';

const timed = (gpuMs: number, latencyMs = gpuMs * 1.2, variation = 0.02) => ({
  gpu: { medianMs: gpuMs, p90Ms: gpuMs, runs: 9, variation },
  warm: { medianMs: latencyMs, p90Ms: latencyMs, runs: 9, variation },
});
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('doubtOf', () => {
  it('believes steady numbers that fit together', () => {
    expect(doubtOf(timed(74.3))).toBeUndefined();
    expect(doubtOf(timed(100, 97))).toBeUndefined();
  });
  it('doubts a pass that outlasts its own run, and runs that differ much', () => {
    expect(plain(doubtOf(timed(286, 249)) ?? '')).toContain('286 ms, longer than the whole run of 249 ms');
    expect(plain(doubtOf(timed(286, 300, 0.31)) ?? '')).toBe('Runs differ from each other by ±31 %.');
  });
  it('doubts runs that something disturbed, and decides nothing on them', () => {
    expect(doubtOf({ ...timed(74.3), disturbed: ['drift'] })).toMatch(/slower or faster from begin to end/);
    expect(doubtOf({ ...timed(74.3), disturbed: ['bursts'] })).toMatch(/something else uses the device/);
    expect(doubtOf({ ...timed(74.3), disturbed: ['hidden'] })).toMatch(/not shown all the time/);
    // Of a later version.
    expect(doubtOf({ ...timed(74.3), disturbed: ['moonlight'] })).toBeUndefined();
    expect(headlineOf({ ...timed(74.3), disturbed: ['drift'] }, timed(99.9)).verdict).toBe('unsure');
  });
});

describe('headlineOf', () => {
  it('states the change of the whole pass with the spread of both', () => {
    const headline = headlineOf(timed(74.3), timed(99.9));
    expect(headline.verdict).toBe('faster');
    expect(plain(headline.text)).toBe('−25.6 % ±2.8 % vs baseline');
    expect(headlineOf(timed(99.9), timed(74.3)).verdict).toBe('slower');
  });
  it('decides nothing within the spread, nor on noise', () => {
    expect(headlineOf(timed(100), timed(103)).text).toContain('within the spread');
    expect(headlineOf(timed(50, 60, 0.4), timed(100)).text).toContain('too noisy, measure again');
  });
  it('is the figure of the summary', () => {
    const { record } = timedNet();
    const slower = { ...record, gpu: { ...record.gpu, medianMs: record.gpu.medianMs * 2 } };
    const [first] = summaryFacts(record, slower);
    expect(first?.detail).toContain(headlineOf(record, slower).text);
  });
});
