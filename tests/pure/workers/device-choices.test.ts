// What is chosen on a device holds for its adapter and browser, while kernels are what they were, and the newest word counts.
import { expect, it } from 'vitest';
import type { Step } from '../../../src/gpu-kernels/families/index.ts';
import { makePlan, plainGpu, planSteps } from '../../../src/graph/plan/make-plan.ts';
import { candidates, checksum, stepKey, type Tuning } from '../../../src/graph/plan/tuning.ts';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { DeviceChoices, planOn, type Chosen } from '../../../src/workers/engine/device-choices.ts';

const graph = buildGraph(openPreset('mobilenetv2_100'));
const { steps } = planSteps(graph, { caps: plainGpu });
const step = steps.find(({ from }) => from.includes('blocks.5.2.conv_pwl')) as Step;
const kernels = candidates(step, plainGpu, 'f32');

const tuning = (chosen: string, kept = true, sum = checksum(step, kernels, plainGpu, 'f32')): Tuning => ({
  format: 'bottleneck-tuning',
  version: 1,
  net: graph.name,
  adapter: { vendor: 'v', architecture: 'a', description: 'd' },
  precision: 'f32',
  for: 'gpu',
  batch: 1,
  entries: [
    {
      key: stepKey(step, 'f32'),
      checksum: sum,
      node: 'blocks.5.2.conv_pwl',
      steps: 2,
      candidates: kernels.map(({ name }) => ({ kernel: name, ms: 1 })),
      chosen,
    },
  ],
  race: { pairs: 11, tunedMs: 1, defaultMs: 2, wins: 11, kept },
});

const adapter = { vendor: 'v', architecture: 'a', device: '', description: 'd', software: false };
const limits = { maxBufferBytes: 2 ** 31, maxBindingBytes: 2 ** 31 };
/** Through structured clones, as IndexedDB stores. */
const memory = () => {
  const stored = new Map<string, Chosen>();
  return {
    stored,
    store: {
      read: (key: string) => Promise.resolve(structuredClone(stored.get(key))),
      write: (key: string, chosen: Chosen) => Promise.resolve(void stored.set(key, structuredClone(chosen))),
    },
  };
};
const kernelsOn = (choices: DeviceChoices): string[] =>
  planOn({ capabilities: plainGpu, limits, choices }, graph).dispatches.map(({ kernel }) => kernel);
const tiled = (choices: DeviceChoices): number =>
  kernelsOn(choices).filter((name) => name === 'pointwise/tiled').length;

it('is there on the next visit, for the same adapter and browser only', async () => {
  const { store } = memory();
  const first = new DeviceChoices(store, 'one browser');
  await first.load(adapter);
  const untuned = tiled(first);
  await first.keepTuning(tuning('pointwise/tiled'));
  expect(tiled(first)).toBe(untuned + 2);
  const again = new DeviceChoices(store, 'one browser');
  await again.load(adapter);
  expect(tiled(again)).toBe(untuned + 2);
  expect(again.entries().get(stepKey(step, 'f32'))?.chosen).toBe('pointwise/tiled');
  for (const [browser, other] of [
    ['another browser', adapter],
    ['one browser', { ...adapter, device: 'x' }],
  ] as const) {
    const elsewhere = new DeviceChoices(store, browser);
    await elsewhere.load(other);
    expect(tiled(elsewhere)).toBe(untuned);
  }
});

it('a changed kernel text discards the entry, a lost race the choice, a newer tuning the older', async () => {
  const choices = new DeviceChoices();
  const untuned = tiled(choices);
  await choices.keepTuning(tuning('pointwise/tiled', true, 'of another version'));
  expect(tiled(choices)).toBe(untuned);
  await choices.keepTuning(tuning('pointwise/tiled', false));
  expect(tiled(choices)).toBe(untuned);
  expect(choices.all.tunings).toHaveLength(1);
  await choices.keepTuning(tuning('pointwise/tiled'));
  expect(tiled(choices)).toBe(untuned + 2);
  await choices.forgetTunings();
  expect(tiled(choices)).toBe(untuned);
});

it('an edited kernel takes the place of its text while that is the same, and goes when reverted', async () => {
  const plan = makePlan(graph, { caps: plainGpu });
  const [original] = plan.modules as [string];
  const choices = new DeviceChoices();
  const edit = (from: string, to: string) => ({
    format: 'bottleneck-kernel' as const,
    version: 1 as const,
    kernel: 'k',
    net: 'n',
    node: 'm',
    adapter: 'a',
    original: from,
    edited: to,
  });
  const modules = (): readonly string[] => planOn({ capabilities: plainGpu, limits, choices }, graph).modules;
  await choices.keepEdit(edit('another version', 'edited'));
  expect(modules()).toEqual(plan.modules);
  await choices.keepEdit(edit(original, 'edited'));
  await choices.keepEdit(edit(original, 'edited again'));
  expect(modules()).toEqual(['edited again', ...plan.modules.slice(1)]);
  await choices.revertEdit(original);
  expect(modules()).toEqual(plan.modules);
});

it('what is stored and does not read as choices counts as none', async () => {
  const { store, stored } = memory();
  stored.set('v/a//d/b', { tunings: [{}] } as unknown as Chosen);
  const choices = new DeviceChoices(store, 'b');
  await choices.load(adapter);
  expect(choices.all).toEqual({ tunings: [], edits: [] });
});
