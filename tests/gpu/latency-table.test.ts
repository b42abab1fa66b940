// A latency table on a device: every signature of a net is timed once, and not again where a table is given.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import { signatureOf } from '../../src/graph/plan/signature.ts';
import { isReliable } from '../../src/graph/search/latency/table.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { measureTable } from '../../src/workers/engine/latency-table.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const { graph } = tinyNet();

it('times every signature of a net once, takes those that are known, and measures the net whole', async () => {
  const seen: string[] = [];
  const work = { nets: [], calibration: [graph], check: [] };
  const found = await measureTable(open, work, {
    precision: 'f32',
    onProgress: (done, total, net) => seen.push(`${done}/${total} ${net}`),
  });
  const plan = makePlan(graph, { caps: open.capabilities, limits: open.limits });
  const signatures = new Set(plan.dispatches.map((dispatch) => signatureOf(plan, dispatch)));
  expect(Object.keys(found.entries)).toEqual([...signatures].sort());
  expect(Object.values(found.entries).every(({ ms, runs }) => ms > 0 && runs >= 7)).toBe(true);
  expect(found.calibration).toMatchObject({ nets: 1, dispatchMs: 0 });
  expect([found.check, isReliable(found)]).toEqual([null, false]);
  expect(seen).toEqual([`1/1 ${graph.name}`]);
  const again = await measureTable(
    open,
    { nets: [graph], calibration: [], check: [] },
    { precision: 'f32', known: found.entries },
  );
  expect(again.entries).toEqual(found.entries);
});

it('stops with the signal’s reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const work = { nets: [graph], calibration: [], check: [] };
  await expect(measureTable(open, work, { precision: 'f32', signal })).rejects.toThrow('enough');
});
