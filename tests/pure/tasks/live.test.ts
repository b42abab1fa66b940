// Live's branches: what each costs, that all of them together need little more memory than the largest, and what their heads are taught.
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../../src/gpu-kernels/kernel.ts';
import { plainGpu, plainSoftware } from '../../../src/graph/plan/make-plan.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { easyTarget, marginFor, Scheduler } from '../../../src/graph/tasks/live/scheduler.ts';
import { SharedBuffers } from '../../../src/workers/engine/shared-buffers.ts';
import { branchesOf } from '../../../src/workers/jobs/vision/live/branches.ts';
import { branchPlans } from '../../../src/workers/jobs/vision/live/live-net.ts';
import { contentOf, teachBranches } from '../../../src/workers/jobs/vision/live/teach-branches.ts';

const preset = resolvePreset('multiexit_mobilenetv2');
const text = 'problem' in preset ? '' : preset.text;

test('six exits at each size, the features before the linear head, and a sentence for a net with one exit', () => {
  const branches = branchesOf(text, 'net', [224, 96]);
  expect(branches.map(({ size, exit, features }) => `${size} ${exit} ${features}`)).toEqual(
    [224, 96].flatMap((size) =>
      [504, 672, 1344, 2016, 800, 1280].map((features, i) => `${size} exit${i + 1} ${features}`),
    ),
  );
  const macs = branches.slice(0, 6).map((branch) => branch.macs);
  expect(macs).toEqual([...macs].sort((a, b) => a - b));
  expect(() => branchesOf('input 3x32x32\nconv k3 s2 c8\npool\nlinear c10\n', 'one', [32])).toThrow('one has one exit');
});

const wide = { subgroups: true, packedDot: true, maxWorkgroupStorageBytes: 32768, maxStorageBuffersPerStage: 12 };
const devices: readonly (readonly [string, Capabilities])[] = [
  ['a plain GPU', plainGpu],
  ['a GPU with more', { ...plainGpu, ...wide }],
  ['a plain software adapter', plainSoftware],
  ['a software adapter with more', { ...plainSoftware, ...wide }],
];
describe.each(devices)('memory on %s', (_, caps) => {
  test.each([[process.env['FULL'] === '1' ? [224, 192, 160, 128, 96] : [224, 96]], [[160, 96]]])(
    'all branches at %j',
    (sizes) => {
      const plans = branchPlans(branchesOf(text, 'net', sizes), { caps });
      const largest = Math.max(...plans.map(({ weightBytes, activationBytes }) => weightBytes + activationBytes));
      expect(new SharedBuffers(plans).bytes).toBeLessThanOrEqual(1.1 * largest);
    },
  );
});

test('a head a branch: one whose features tell the classes apart is right, one whose do not is not; content by edge density', () => {
  const classes = ['a', 'b'].map((name, truth) => ({
    name,
    samples: Array.from({ length: 15 }, (_, i) => ({
      density: i / 15,
      features: [Float32Array.of(truth + 0.01 * i, 1), Float32Array.of(Math.sin(7 * i), 1)],
    })),
  }));
  const lesson = teachBranches(classes);
  expect([lesson.next().value, lesson.next().value]).toEqual([1, 2]);
  const { value, done } = lesson.next();
  if (!done) throw new Error('a third branch');
  expect(value.heads.map(({ classes: names }) => names)).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(value.heldOut).toEqual([0, 0, 6]);
  expect(value.accuracy.map(([sound]) => sound)).toEqual([1, 1, 1]);
  // The same features for both classes: half are right.
  expect(value.accuracy.map(([, blind]) => blind)).toEqual([0.5, 0.5, 0.5]);
  expect(value.contentFrom.map((from) => Math.round(15 * from))).toEqual([5, 10]);
  expect([0, 0.4, 0.9].map((density) => contentOf(density, value.contentFrom))).toEqual([0, 1, 2]);
});

/** 0 ≤ x < 1, the same on every machine. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('twice the load from frame 60 to 160 of a simulated device', () => {
  // Three sizes of six exits; deeper and larger is more accurate.
  const truth = [224, 160, 96].flatMap((size) => [9, 12, 18, 24, 27, 30].map((ms) => ms * (size / 224) ** 2));
  const accuracy = [truth.map((ms) => 0.4 + 0.1 * Math.log(ms))];
  function run(seed: number, spread: number) {
    const next = numbers(seed);
    const time = (branch: number, load: number): number => truth[branch]! * load * (1 + spread * (2 * next() - 1));
    const times = truth.map((_, branch) => Array.from({ length: 9 }, () => time(branch, 1)));
    const latencyMs = times.map((own) => [...own].sort((a, b) => a - b)[4]!);
    const margin = marginFor(times, latencyMs);
    const targetMs = easyTarget(latencyMs, margin);
    const scheduler = new Scheduler({ latencyMs, accuracy }, { targetMs, margin });
    const frames = Array.from({ length: 220 }, (_, i) => {
      const branch = scheduler.choose();
      const ms = time(branch, i >= 60 && i < 160 ? 2 : 1);
      scheduler.observe(ms);
      return { branch, late: ms > targetMs, off: Math.abs(scheduler.estimate / 2 - 1) };
    });
    const loaded = frames.slice(60, 160);
    const settled = loaded.slice(10);
    return {
      margin,
      late: loaded.slice(0, 10).filter(({ late }) => late).length,
      held: settled.filter(({ late }) => !late).length / settled.length,
      off: settled.filter(({ off }) => off > 0.2).length / settled.length,
      back: frames.slice(160).findIndex(({ branch }) => branch === frames[59]!.branch),
    };
  }
  const runs = (spread: number) => Array.from({ length: 100 }, (_, seed) => run(seed, spread));

  test.each([0.02, 0.1])('times that spread by %d', (spread) => {
    for (const { late, held, off, back } of runs(spread)) {
      expect(late).toBeLessThanOrEqual(5);
      expect(held).toBeGreaterThanOrEqual(0.9);
      expect(off).toBe(0);
      expect(back).toBeGreaterThanOrEqual(0);
      expect(back).toBeLessThan(20);
    }
  });

  test('times that spread by a fifth take a larger margin, and hold the target with it', () => {
    const all = runs(0.22);
    expect(all.every(({ margin }) => margin > 0.12 && margin <= 0.25)).toBe(true);
    const share = (holds: (one: (typeof all)[number]) => boolean): number => all.filter(holds).length / all.length;
    expect(share(({ held }) => held >= 0.9)).toBeGreaterThan(0.95);
    expect(share(({ late }) => late <= 5)).toBeGreaterThan(0.95);
    expect(share(({ back }) => back >= 0 && back < 20)).toBeGreaterThan(0.95);
    expect(share(({ off }) => off < 0.1)).toBeGreaterThan(0.9);
  });
});
