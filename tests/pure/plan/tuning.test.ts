// Choices of kernels: kept by what a step is, not by its name, used by plans, and dropped as soon as a kernel is another.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { readTuning } from '../../../src/cli/tuned.ts';
import type { Verbs } from '../../../src/cli/verb.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import type { Step } from '../../../src/gpu-kernels/families/index.ts';
import { makePlan, plainGpu, planSteps } from '../../../src/graph/plan/make-plan.ts';
import type { PlanJson } from '../../../src/graph/plan/print.ts';
import { candidates, checksum, choicesOf, stepKey, type Tuning } from '../../../src/graph/plan/tuning.ts';
import { captured } from '../cli/captured.ts';

const graph = buildGraph(openPreset('mobilenetv2_100'));
const { steps } = planSteps(graph, { caps: plainGpu });
const step = steps.find(({ from }) => from.includes('blocks.5.2.conv_pwl')) as Step;
const key = stepKey(step, 'f32');
const kernels = candidates(step, plainGpu, 'f32');

/** As if split-k had lost to another candidate. */
const tuning = (changes: Partial<Tuning['entries'][number]> = {}): Tuning => ({
  format: 'bottleneck-tuning',
  version: 1,
  net: graph.name,
  adapter: { vendor: 'v', architecture: 'a', description: 'd' },
  precision: 'f32',
  for: 'gpu',
  batch: 1,
  entries: [
    {
      key,
      checksum: checksum(step, kernels, plainGpu, 'f32'),
      node: 'blocks.5.2.conv_pwl',
      steps: 2,
      candidates: kernels.map(({ name }, i) => ({ kernel: name, ms: 2 - i / 10 })),
      chosen: 'pointwise/tiled',
      ...changes,
    },
  ],
  race: { pairs: 11, tunedMs: 1, defaultMs: 2, wins: 11, kept: true },
});
const chosen = (from: Tuning) => choicesOf(from, steps, plainGpu, 'f32');

it('alike steps of other blocks have one key, other shapes another', () => {
  const of = (node: string): string => stepKey(steps.find(({ from }) => from.includes(node)) as Step, 'f32');
  expect(of('blocks.5.1.conv_pwl')).toBe(key);
  expect(of('blocks.5.0.conv_pwl')).not.toBe(key);
  expect(stepKey(step, 'f16')).not.toBe(key);
});

it('the first candidate is the default; a choice changes the plan of the steps with its key alone', () => {
  expect(kernels.map(({ name }) => name)).toEqual(['pointwise/split-k', 'pointwise/tiled', 'pointwise/generic']);
  const [plain, tuned] = [undefined, chosen(tuning()).choices].map((choices) =>
    makePlan(graph, { caps: plainGpu, ...(choices && { choices }) }).dispatches.map(({ kernel }) => kernel),
  ) as [string[], string[]];
  const changed = plain.flatMap((kernel, i) => (kernel === tuned[i] ? [] : [[kernel, tuned[i]]]));
  expect(changed).toEqual([
    ['pointwise/split-k', 'pointwise/tiled'],
    ['pointwise/split-k', 'pointwise/tiled'],
  ]);
});

it('a choice among other kernel texts, for a kernel that is gone, or that lost its race is dropped', () => {
  expect(chosen(tuning({ checksum: 'of another version' }))).toMatchObject({ stale: 1, choices: new Map() });
  expect(chosen(tuning({ chosen: 'pointwise/gone' }))).toMatchObject({ stale: 1, choices: new Map() });
  const lost = tuning();
  expect(chosen({ ...lost, race: { ...lost.race, kept: false } }).choices.size).toBe(0);
});

it('plan --tuned takes the file, and says what of it does not hold', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'bottleneck-tuning-')), 't.json');
  const planned = async (made: Tuning, net = 'mobilenetv2_100') => {
    writeFileSync(file, JSON.stringify(made));
    const { console, out, err } = captured();
    expect(await runCommand(verbs as Verbs, ['plan', net, '--tuned', file, '--json'], console)).toBe(0);
    const { dispatches } = JSON.parse(out.join('\n')) as PlanJson;
    return { tiled: dispatches.filter(({ kernel }) => kernel === 'pointwise/tiled').length, err: err.join('\n') };
  };
  expect(await planned(tuning())).toEqual({ tiled: 2, err: '' });
  const stale = await planned(tuning({ checksum: 'of another version' }));
  expect(stale.tiled).toBe(0);
  expect(stale.err).toContain('1 choice is left out: the kernels have changed since.');
  expect((await planned(tuning(), 'mobilenetv1_025')).err).toContain('no step of mobilenetv1_025 was tuned in it');
});

it('a file that is no tuning is refused with the place', () => {
  expect(readTuning('t.json', JSON.stringify(tuning()))).toEqual(tuning());
  expect(() => readTuning('t.json', '{')).toThrow('t.json is no JSON');
  expect(() => readTuning('t.json', JSON.stringify({ ...tuning(), entries: [{}] }))).toThrow('entries.0.key');
});
