// An edited kernel is refused when it does not compile, when an element is wrong and when it is not faster; what wins is kept and used by plans.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withEdits } from '../../src/graph/plan/kernel-edits.ts';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import type { Plan } from '../../src/graph/plan/plan.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { tryKernel, type Trial } from '../../src/workers/engine/kernel-trial.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const { graph, tensors } = tinyNet();
const as = (software: boolean): OpenDevice => ({
  ...open,
  capabilities: { ...open.capabilities, software, subgroups: false },
});
const planned = (software = true): Plan => makePlan(graph, { caps: as(software).capabilities });
const textOf = (plan: Plan, index: number): string => plan.modules[plan.dispatches[index]!.module]!;

/** Dispatch 0, the stem's `conv2d/generic`, with some of its text replaced. */
function tried(from: string, to: string, plan = planned()): Promise<Trial> {
  const text = textOf(plan, 0);
  expect(text).toContain(from);
  return tryKernel(as(true), { graph, plan, tensors, index: 0, wgsl: text.replace(from, to) });
}

/** The same values after some thousand loads. */
const detour = `var most = vec4f();
for (var i = 0u; i < 3000u; i++) { most = max(most, in0[(index + i) % 256u]); }
out0[index] = acc + select(vec4f(), most, most < vec4f(-1.0));`;
const store = 'out0[index] = acc;';

describe('an edited kernel', () => {
  it('that is off by one tap is refused with the worst element named', async () => {
    const trial = await tried('let tap = ky * 3u + kx;', 'let tap = ky * 3u + (kx + 1u) % 3u;');
    expect(trial).toMatchObject({ verdict: 'wrong', worst: { value: 'bn1.act', given: 'random numbers', of: 512 } });
    if (trial.verdict !== 'wrong') throw new Error('not refused');
    const { at, found, wanted, wrong } = trial.worst;
    expect(at).toHaveLength(4);
    at.forEach((index, axis) => expect(index).toBeLessThan([1, 8, 8, 8][axis]!));
    expect(Math.abs(found - wanted)).toBeGreaterThan(0.01);
    expect(wrong).toBeGreaterThan(10);
  });

  it('that leaves an element out is refused, since what is not written is no number', async () => {
    const trial = await tried('if (index >= 128u)', 'if (index >= 127u)');
    expect(trial).toMatchObject({ verdict: 'wrong', worst: { wrong: 4, found: NaN } });
    if (trial.verdict === 'wrong') expect(trial.worst.at.slice(0, 3)).toEqual([0, 7, 7]);
  });

  it('that does not compile is refused with the place of the error', async () => {
    const line =
      textOf(planned(), 0)
        .split('\n')
        .findIndex((line) => line.trim() === 'var acc = w_bias[block];') + 1;
    const trial = await tried('var acc = w_bias[block];', 'var acc = w_bais[block];');
    expect(trial).toMatchObject({ verdict: 'does not compile', messages: [{ line, column: 13 }] });
  });

  it('that is right and slower is not kept', async () => {
    const trial = await tried(store, detour);
    expect(trial.verdict).toBe('not faster');
    if (trial.verdict === 'not faster') expect(trial.ratio).toBeGreaterThan(1.5);
  });

  it('that is right and faster than what runs now is', async () => {
    const plan = planned();
    const original = textOf(plan, 0);
    const slow = withEdits(plan, [
      {
        format: 'bottleneck-kernel',
        version: 1,
        kernel: '',
        net: '',
        node: '',
        adapter: '',
        original,
        edited: original.replace(store, detour),
      },
    ]);
    const trial = await tryKernel(as(true), { graph, plan: slow, tensors, index: 0, wgsl: original });
    expect(trial).toMatchObject({ verdict: 'faster' });
    if (trial.verdict === 'faster') expect(trial.interval[1]).toBeLessThan(0.9);
  });

  it('whose text is the same is right where kernels are fused, sums are left over and residuals are added in place', async () => {
    const plan = planned(false);
    for (const index of [3, 4]) {
      const wgsl = `${textOf(plan, index)}\n`;
      const trial = await tryKernel(as(false), { graph, plan, tensors, index, wgsl }, { pairs: 2 });
      expect(trial.verdict, plan.dispatches[index]!.kernel).toMatch(/faster/);
    }
  });
});
