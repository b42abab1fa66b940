// Tuning on a device: candidates are timed, the best of them is raced, and what comes out is a file that holds for the same net.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planSteps } from '../../src/graph/plan/make-plan.ts';
import { choicesOf } from '../../src/graph/plan/tuning.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { tune } from '../../src/workers/engine/tune.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const { graph, tensors } = tinyNet();
const caps = () => open.capabilities;

it('times every candidate of every step that has several, and keeps only a plan that wins its race', async () => {
  const seen: [number, number][] = [];
  const { tuning: found, timed } = await tune(open, graph, tensors, {
    precision: 'f32',
    budgetMs: 60_000,
    onProgress: (done, total) => seen.push([done, total]),
  });
  expect(found.entries.length).toBeGreaterThan(3);
  expect(timed).toBe(found.entries.length);
  expect(seen.at(-1)).toEqual([found.entries.length, found.entries.length]);
  for (const { candidates, chosen } of found.entries) {
    expect(candidates.length).toBeGreaterThan(1);
    expect(candidates.map(({ kernel }) => kernel)).toContain(chosen);
  }
  const changed = found.entries.filter(({ candidates: [first], chosen }) => first?.kernel !== chosen).length;
  expect(found.race.pairs).toBe(changed > 0 ? 11 : 0);
  expect(found.race.kept).toBe(changed > 0 && found.race.tunedMs < found.race.defaultMs && found.race.wins > 5);
  const { steps } = planSteps(graph, { caps: caps() });
  const kept = choicesOf({ ...found, race: { ...found.race, kept: true } }, steps, caps(), 'f32');
  expect(kept.stale).toBe(0);
  expect(kept.choices.size).toBe(found.entries.length);
});

it('stops at once and races what is won so far', async () => {
  const { tuning: found } = await tune(open, graph, tensors, {
    precision: 'f32',
    budgetMs: 60_000,
    signal: AbortSignal.abort(),
  });
  expect(found.entries).toEqual([]);
  expect(found.race).toMatchObject({ pairs: 0, kept: false });
});
