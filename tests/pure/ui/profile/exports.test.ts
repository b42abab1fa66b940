// CSV that runs nothing, a trace that Perfetto reads, a timeline that shows its gaps, and a result that a link can carry.
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { encodeLink, decodeLink, sharedResult } from '../../../../src/graph/link/link.ts';
import { accounting } from '../../../../src/graph/cost/cost.ts';
import { compareCards, openCard } from '../../../../src/workers/engine/card/card.ts';
import { ownCard } from '../../../../src/ui/views/profile/card/own-card.ts';
import { csv } from '../../../../src/ui/parts/csv.ts';
import { ownResult } from '../../../../src/ui/state/measurements/own-record.ts';
import { residual, runRecord, sumOfDispatches } from '../../../../src/ui/state/measurements/record.ts';
import { timeline } from '../../../../src/ui/views/profile/timeline.ts';
import { chromeTrace } from '../../../../src/ui/views/profile/trace.ts';
import { timedNet } from './timed-net.ts';

const { graph, architecture, record } = timedNet();

describe('csv', () => {
  it('quotes what needs it and disarms formulas, also behind spaces', () => {
    const text = csv(
      ['a', 'b'],
      [
        ['=HYPERLINK("x")', '+1'],
        ['@sum', '-2'],
        ['  =1', '\tx'],
        ['a,b', 'say "no"\nmore'],
      ],
    );
    expect(text.split('\r\n')).toEqual([
      'a,b',
      `"'=HYPERLINK(""x"")",'+1`,
      `'@sum,'-2`,
      `'  =1,"'\tx"`.replace(`"'\tx"`, `'\tx`),
      '"a,b","say ""no""\nmore"',
      '',
    ]);
  });

  it('keeps numbers as numbers, with their sign, and leaves unknown ones empty', () => {
    expect(csv(['x', 'y', 'z'], [[-0.125, undefined, NaN]])).toBe('x,y,z\r\n-0.125,,\r\n');
  });
});

describe('timeline', () => {
  it('takes the starts that were measured and says how long nothing ran', () => {
    const line = timeline(record);
    expect(line.measured).toBe(true);
    expect(line.entries[1]).toMatchObject({ index: 1, startMs: 2, endMs: 3.5, gapMs: 0.5 });
    expect(line.idleMs).toBeCloseTo(0.5 * (record.dispatches.length - 1), 9);
    expect(line.lengthMs).toBe(2 * (record.dispatches.length - 1) + 1.5);
  });

  it('lays medians end to end where no starts are known', () => {
    const line = timeline({ dispatches: record.dispatches.map(({ span: _, ...rest }) => rest) });
    expect(line).toMatchObject({ measured: false, idleMs: 0 });
    expect(line.lengthMs).toBeCloseTo(sumOfDispatches(record), 9);
  });

  it('counts no gap while an earlier dispatch still runs', () => {
    const spans = [
      { startMs: 0, endMs: 5 },
      { startMs: 1, endMs: 2 },
      { startMs: 6, endMs: 7 },
    ];
    const line = timeline({
      dispatches: spans.map((span) => ({ kernel: 'k', from: ['n'], macs: 1, bytes: 1, ms: 1, span })),
    });
    expect(line.entries.map(({ gapMs }) => gapMs)).toEqual([0, 0, 1]);
    expect(timeline({ dispatches: [] })).toEqual({ entries: [], measured: false, lengthMs: 0, idleMs: 0 });
  });
});

describe('chromeTrace', () => {
  const trace = chromeTrace(record, 'NVIDIA ampere');
  it('has complete events in microseconds, named tracks and where the numbers are from', () => {
    const complete = trace.traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'dispatch');
    expect(complete).toHaveLength(record.dispatches.length);
    expect(complete[1]).toMatchObject({ ts: 2000, dur: 1500, pid: 1, tid: 1 });
    expect(complete[1]?.args).toMatchObject({ kernel: record.dispatches[1]?.kernel, dispatch: 1 });
    for (const event of trace.traceEvents) {
      expect(['X', 'M']).toContain(event.ph);
      if (event.ph === 'X')
        expect([event.ts, event.dur].every((value) => Number.isFinite(value) && (value ?? -1) >= 0)).toBe(true);
    }
    expect(trace.otherData).toMatchObject({ adapter: 'NVIDIA ampere', softwareAdapter: false, starts: 'measured' });
  });

  it('puts loading one after the other on a track of its own', () => {
    const page = trace.traceEvents.filter(({ cat }) => cat === 'page');
    expect(page.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ['Compile shaders', 0, 40_000],
      ['Upload weights', 40_000, 5000],
      ['First run', 45_000, 3000],
      ['One warm run (median)', 48_000, 1500],
    ]);
  });
});

describe('records', () => {
  it('pass their own schema and state the residual with its sign', () => {
    expect(v.is(runRecord, JSON.parse(JSON.stringify(record)))).toBe(true);
    expect(residual(record)).toBeCloseTo(1.1 - sumOfDispatches(record), 9);
  });

  it('become a result that a link carries unchanged', () => {
    const result = ownResult(
      { ...record, adapter: { ...record.adapter, description: 'A <b>card</b>\u202e\n2' } },
      graph,
      architecture,
    );
    expect(v.is(sharedResult, result)).toBe(true);
    expect(result.adapter).toBe('A b card /b 2');
    expect(result.blockMs).toHaveLength(architecture.blocks.length);
    const decoded = decodeLink(encodeLink({ name: 'small', text: 'conv k3 c8', result }));
    expect(decoded).toMatchObject({ ok: true, document: { result } });
  });
});

it('a measurement of the page is a card that opens, is ranked by its intervals only, and is refused when changed', async () => {
  const runs = { medianMs: 10, p90Ms: 12, runs: 20 };
  const timed = (medianMs: number, interval: [number, number]) =>
    ownCard({ ...record, warm: { ...runs, medianMs, interval } }, graph, accounting(graph), new Date(0));
  const [a, b] = [await timed(10, [9, 11]), await timed(20, [19, 21])];
  expect(await openCard(JSON.parse(JSON.stringify(a)))).toEqual(a);
  expect(compareCards(a, b)).toMatchObject({ verdict: 'a is faster', ratio: 2 });
  const once = await ownCard({ ...record, warm: runs }, graph, accounting(graph), new Date(0));
  expect(compareCards(a, once).ratio).toBeUndefined();
  await expect(openCard({ ...a, net: { ...a.net, macs: 1 } })).rejects.toThrow('was changed');
});
