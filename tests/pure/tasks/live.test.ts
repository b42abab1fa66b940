// Live's branches: what each costs, that all of them together need little more memory than the largest, and what their heads are taught.
import { describe, expect, test } from 'vitest';
import type { Capabilities } from '../../../src/gpu-kernels/kernel.ts';
import { plainGpu, plainSoftware } from '../../../src/graph/plan/make-plan.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
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
