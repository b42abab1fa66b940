// The executor's promises: one pass and one submit, nothing created per run, same bits again, capture, cancel, memory refusal.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../src/cli/source.ts';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import { PlanError } from '../../src/graph/plan/memory.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { countObjects, difference } from '../../src/workers/engine/object-counter.ts';
import { Program } from '../../src/workers/engine/program.ts';
import { profile } from '../../src/workers/engine/timing.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const fastEnough = { macsPerMs: 1e9, bytesPerMs: 1e9 };

const small = tinyNet();
const { tensors } = small;
const planned = (keep: readonly string[] = []) => makePlan(small.graph, { caps: open.capabilities, keep });

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Memory of this process, where the adapter lives, without JavaScript's heap, which grows and shrinks as it likes. */
function nativeBytes(): number {
  collectGarbage();
  const { rss, heapTotal } = process.memoryUsage();
  return rss - heapTotal;
}

describe('the executor', () => {
  it('runs a net in one encoder, pass, submit and write, and creates nothing', async () => {
    const counts = countObjects(open.device);
    const plan = planned();
    const program = await Program.load(open, plan, tensors, { rate: { ...fastEnough } });
    const first = await program.run([small.input]);
    await program.run([small.input]);
    const before = { ...counts };
    for (let run = 0; run < 50; run++) expect((await program.run([small.input]))[0]).toEqual(first[0]);
    const runs = difference(before, counts);
    expect(runs).toEqual({
      live: 0,
      created: 0,
      encoders: 50,
      passes: 50,
      dispatches: 50 * plan.dispatches.length,
      submits: 50,
      writes: 50,
      maps: 50,
    });
    program.destroy();
    expect(counts.live).toBe(0);
  });

  it('answers calls that overlap, each with its own input', async () => {
    const program = await Program.load(open, planned(), tensors, { rate: { ...fastEnough } });
    const inputs = [1, 0.5, -1].map((factor) => small.input.map((x) => x * factor));
    const alone = [];
    for (const input of inputs) alone.push((await program.run([input]))[0]);
    const together = await Promise.all(inputs.map((input) => program.run([input])));
    expect(together.map(([logits]) => logits)).toEqual(alone);
    program.destroy();
  });

  it('holds as many objects and no more memory after thousands of inferences', async () => {
    const counts = countObjects(open.device);
    const program = await Program.load(open, planned(), tensors, { rate: { ...fastEnough } });
    const run = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await program.run([small.input]);
    };
    await run(500);
    const [live, created, before] = [counts.live, counts.created, nativeBytes()];
    await run(2500);
    expect([counts.live, counts.created]).toEqual([live, created]);
    // The allocator's own slack is up to 45 MB and comes and goes; a leak of 20 KiB a run would stay.
    const growth: number[] = [];
    for (let sample = 0; sample < 5; sample++) {
      await run(400);
      growth.push(nativeBytes() - before);
    }
    expect(Math.min(...growth)).toBeLessThan(32 << 20);
    program.destroy();
  }, 300_000);

  it('captures the activations of any node', async () => {
    const nodes = small.graph.nodes.filter((_, index) => index % 2 === 1).map((node) => node.id);
    const expected = runReference(small.graph, small.params, small.input, { keep: nodes });
    const plan = planned(nodes);
    const program = await Program.load(open, plan, tensors, { rate: { ...fastEnough } });
    const found = await program.run([small.input], { read: plan.outputs.map((_, i) => i) });
    expect(plan.outputs.length).toBe(nodes.length + 1);
    plan.outputs.forEach(({ node }, i) => {
      const values = expected.get(node) as Float32Array;
      const scale = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const worst = values.reduce((most, x, at) => Math.max(most, Math.abs(x - (found[i]?.[at] as number))), 0);
      expect(worst, node).toBeLessThanOrEqual(1e-4 * scale);
    });
    program.destroy();
  });

  it('splits long work into submits and stops between them', async () => {
    const program = await Program.load(open, planned(), tensors, { rate: { macsPerMs: 1, bytesPerMs: 1 } });
    expect(program.submits().length).toBeGreaterThan(5);
    const controller = new AbortController();
    const stopped = program.run([small.input], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 1);
    await expect(stopped).rejects.toThrow('enough');
    const whole = await Program.load(open, planned(), tensors, { rate: { ...fastEnough } });
    expect(await program.run([small.input])).toEqual(await whole.run([small.input]));
    // Runs that overlap do not mix their halves.
    const inputs = [1, 0.5, -1].map((factor) => small.input.map((x) => x * factor));
    const alone = [];
    for (const input of inputs) alone.push((await whole.run([input]))[0]);
    program.rate.macsPerMs = program.rate.bytesPerMs = 1;
    expect((await Promise.all(inputs.map((input) => program.run([input])))).map(([logits]) => logits)).toEqual(alone);
    whole.destroy();
    program.destroy();
  });

  it('refuses before allocating, naming the layer', () => {
    const limits = { maxBufferBytes: 1 << 20, maxBindingBytes: 1 << 18 };
    expect(() => makePlan(buildGraph(openPreset('mobilenetv2_100')), { caps: open.capabilities, limits })).toThrow(
      PlanError,
    );
    expect(() =>
      makePlan(small.graph, {
        caps: open.capabilities,
        limits: { ...limits, maxBindingBytes: 1 << 30, maxBufferBytes: 1 << 30, totalBytes: 1 << 12 },
      }),
    ).toThrow(/largest activation .* at "/);
  });

  it('times every dispatch and the whole', async () => {
    const program = await Program.load(open, planned(), tensors, { rate: { ...fastEnough } });
    const times = await profile(program, [small.input], { runs: 5 });
    expect(times.estimated).toBe(!open.timestamps);
    expect(times.dispatchMs.length).toBe(program.dispatches.length);
    expect(times.gpu.medianMs).toBeGreaterThan(0);
    expect(times.between).toBeCloseTo(times.gpu.medianMs - times.dispatchMs.reduce((a, b) => a + b, 0), 9);
    expect(times.warm.medianMs).toBeGreaterThan(0);
    expect(times.warm.runs).toBe(5);
    program.destroy();
  });

  it('estimates times where the adapter has no timestamps', async () => {
    const without = await openDevice(await gpu(), { without: ['timestamp-query'] });
    const program = await Program.load(without, planned(), tensors, { rate: { ...fastEnough } });
    const times = await profile(program, [small.input], { runs: 2 });
    expect(times.estimated).toBe(true);
    expect(times.dispatchMs.length).toBe(program.dispatches.length);
    without.device.destroy();
  });
});
