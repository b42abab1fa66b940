import { expect, test } from 'vitest';
import { makePlan, plainGpu } from '../../../src/graph/plan/make-plan.ts';
import type { Plan } from '../../../src/graph/plan/plan.ts';
import { signaturesOf } from '../../../src/graph/plan/signature.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { searchOn } from '../../../src/graph/search/lazily.ts';
import { GrowingTable, type Entries } from '../../../src/graph/search/latency/growing.ts';
import { nsga2 } from '../../../src/graph/search/methods/nsga2.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { Search, type JudgedNet } from '../../../src/graph/search/search.ts';
import { problemOfSpace } from '../../../src/graph/search/space/problem.ts';
import { spaceOf } from '../../../src/graph/search/space/space.ts';

const space = spaceOf(`
family mobilenetv3
input 3x64x64
conv k3 s2 c16
mbconv x{1..3} k{3,5} s2 c24 e{3,4,6}
mbconv x{1..3} k{3,5} s2 c40 e{3,6} se{0,0.25}
pool
linear c10
`);
// Nets are planned once for all runs of this file: by what they are, not by which graph object they came in.
const plans = new Map<string, Plan>();
const planOf = (graph: InferredGraph): Plan => {
  const key = JSON.stringify(graph.nodes);
  if (!plans.has(key)) plans.set(key, makePlan(graph, { caps: plainGpu }));
  return plans.get(key)!;
};

/** A search with a clock that reads the signature; every reading is new, as on a device. */
function started(readings: Draws, log: readonly JudgedNet[] = [], measured: readonly Entries[] = []) {
  const times = new Map<string, number>();
  const table = new GrowingTable(
    {
      format: 'bottleneck-latency',
      version: 1,
      adapter: { vendor: '', architecture: '', description: 'a fake clock', software: false },
      precision: 'f32',
      for: 'gpu',
      tickNs: null,
      entries: {},
      calibration: { baseMs: 1, dispatchMs: 0, nets: 8 },
      check: null,
    },
    measured,
  );
  const problem = problemOfSpace(space, {
    objectives: ['ms'],
    limits: { ms: 12 },
    latency: (graph) => table.predict(planOf(graph)).ms,
    measuredFor: (generations) => table.measuredFor(generations),
    quality: ({ costs }) => costs.macs,
  });
  const measure = (graph: InferredGraph, known: Entries): Promise<Entries> => {
    const plan = planOf(graph);
    const found: Record<string, Entries[string]> = {};
    for (const [i, signature] of signaturesOf(plan).entries()) {
      if (known[signature] || found[signature]) continue;
      times.set(signature, (times.get(signature) ?? 0) + 1);
      const { kernel, macs, bytes } = plan.dispatches[i]!;
      const ms = (0.1 + parseInt(signature.slice(0, 4), 16) / 0xffff) * (1 + 0.1 * readings.normal());
      found[signature] = { ms, interval: null, runs: 1, kernel, macs, bytes, workgroups: 1 };
    }
    return Promise.resolve(found);
  };
  const search = new Search(problem, nsga2({ population: 6, children: 3 }), 5, log);
  return { search, table, times, on: (nets: number) => searchOn(search, nets, { table, planOf, measure, maxMs: 12 }) };
}

test('every signature of the nets that are judged is measured once, and no other', async () => {
  const { search, times, table, on } = started(new Draws(1));
  await on(24);
  expect(search.log).toHaveLength(24);
  expect(new Set(times.values())).toEqual(new Set([1]));
  expect(Object.keys(table.table.entries).sort()).toEqual([...times.keys()].sort());
  // Every time in the log is a sum of what was measured, none an estimate.
  for (const { genotype, costs } of search.log) {
    const made = space.instantiate(genotype);
    expect('text' in made && costs[0]! > 1).toBe(true);
  }
});

test('cut after any net and gone on with the times it had, a lazily measured search is byte for byte the uncut one', async () => {
  const uncut = started(new Draws(2));
  await uncut.on(24);
  const whole = JSON.stringify(uncut.search.log);
  const draws = new Draws(3);
  for (let i = 0; i < 20; i++) {
    // What is measured after the cut reads as in the uncut search: the clock stands where it stood.
    const readings = new Draws(2);
    const first = started(readings);
    await first.on(draws.below(24));
    const { log, measured } = JSON.parse(JSON.stringify({ log: first.search.log, measured: first.table.measured })) as {
      log: JudgedNet[];
      measured: Entries[];
    };
    const second = started(readings, log, measured);
    await second.on(24);
    expect(JSON.stringify(second.search.log)).toBe(whole);
  }
  // Gone through again by its own times another clock has no say.
  const again = started(new Draws(99), [], uncut.table.measured);
  await again.on(24);
  expect(JSON.stringify(again.search.log)).toBe(whole);
});

test('a search that is not wanted any more stops after the net at hand and keeps what it has', async () => {
  const { search, table } = started(new Draws(4));
  let nets = 0;
  const pause = () => (++nets === 7 ? Promise.reject(new Error('enough')) : Promise.resolve());
  await expect(searchOn(search, 40, { table, planOf, measure: undefined, maxMs: 12 }, pause)).rejects.toThrow('enough');
  expect(search.log).toHaveLength(7);
});
