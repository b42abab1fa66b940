import { expect, test } from 'vitest';
import { check } from '../../../../src/graph/notation/check.ts';
import { canonical } from '../../../../src/graph/notation/canonical.ts';
import { resolvePreset } from '../../../../src/graph/presets/resolve.ts';
import { print } from '../../../../src/graph/notation/print.ts';
import { spaceOf } from '../../../../src/graph/search/space/space.ts';
import { widened } from '../../../../src/graph/search/space/widened.ts';
import { kneeOf, smallestOf, withinOfBest } from '../../../../src/ui/views/search/choose.ts';
import { historyOf } from '../../../../src/ui/views/search/history.ts';
import { foundText, limitAt, positionOf, unlimited } from '../../../../src/ui/views/search/question.ts';
import { qualityText } from '../../../../src/ui/views/search/words.ts';
import type { LoggedNet } from '../../../../src/workers/jobs/search/protocol.ts';

const member = (cost: number, quality: number, params: number) => ({ cost, quality, params });

test('three ways to pick a net of a front, by hand', () => {
  const front = [member(1, 60, 9), member(2, 70, 5), member(5, 71, 2), member(9, 71.8, 7)];
  expect(withinOfBest(front, 1)).toBe(front[2]);
  expect(withinOfBest(front, 2)).toBe(front[1]);
  expect(kneeOf(front)).toBe(front[1]);
  expect(smallestOf(front)).toBe(front[2]);
  expect([withinOfBest([], 1), kneeOf([]), smallestOf([])]).toEqual([undefined, undefined, undefined]);
});

test('a slider goes from the least of the space to no limit, by equal factors', () => {
  const bounds = { least: 10, seed: 20, most: 1000 };
  expect([0, 50, unlimited].map((position) => limitAt(position, bounds))).toEqual([10, 100, undefined]);
  for (const position of [0, 13, 50, 99]) expect(positionOf(limitAt(position, bounds), bounds)).toBe(position);
  expect(positionOf(undefined, bounds)).toBe(unlimited);
});

const net = (cost: number, quality: number, violation = 0): LoggedNet => ({
  genotype: [0],
  why: 'random',
  key: `input 3x8x8\nconv c${cost}\n`,
  costs: [cost],
  violation,
  generation: 0,
  quality,
  all: { macs: cost, params: cost, peak: cost },
});

test('history: area of the box of both searches; nets that miss a limit count as nothing', () => {
  const history = historyOf([net(3, 1, 0.5), net(2, 2), net(1, 1), net(3, 3)], [net(3, 0)]);
  expect(history.map(({ best }) => best)).toEqual([undefined, 2, 2, 3]);
  // Box: costs 1 … 3, qualities 0 … 3.
  expect(history.map(({ area }) => Math.round(area * 6))).toEqual([0, 2, 3, 3]);
});

test('a found net says where it comes from, in a comment that changes no net', () => {
  const request = {
    name: 'mine',
    spaceText: 'x',
    method: 'nsga2',
    seed: 3,
    evaluations: 9,
    objective: 'macs',
    limits: {},
  } as const;
  const text = foundText(net(4, 1), { request, at: 1, ms: { ms: 1.5, low: 1, high: 2 }, adapter: 'a GPU' });
  expect(text).toMatch(/^#: found search of mine [0-9a-f]{16}, nsga2, seed 3, net 2 of 9, 4 MACs, 1\.50 ms on a GPU$/m);
  expect(canonical(check(text).architecture)).toBe(canonical(check(net(4, 1).key).architecture));
});

test('the space around a net begins with the net, and a text with sets is taken as it is', () => {
  for (const name of ['mobilenetv2_100', 'mobilenetv3_small_100', 'mobilenetv4_conv_small']) {
    const preset = resolvePreset(name);
    if ('problem' in preset) throw new Error(preset.problem);
    const text = print(preset.architecture);
    const space = spaceOf(widened(text)!);
    expect(space.problems).toEqual([]);
    expect(space.size > 1000n).toBe(true);
    const first = space.instantiate(space.genes.map(() => 0));
    expect('text' in first && canonical(check(first.text).architecture)).toBe(canonical(preset.architecture));
  }
  expect(widened('input 3x8x8\nconv c{4,8}\n')).toBe('input 3x8x8\nconv c{4,8}\n');
  expect(widened('input 3x8x8\nconv c8\n')).toBeUndefined();
});

test('quality of a net that nobody trained is no per cent', () => {
  for (const value of [0.7, 7.123456, 71.25, -3])
    for (const source of ['prior', 'trained'] as const) expect(qualityText(value, source)).toMatch(/^−?-?[\d.]+$/);
});
