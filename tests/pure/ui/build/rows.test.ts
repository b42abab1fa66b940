// Rows of the block list: stages, chips, costs that add up to the net's, and what is left when a line does not build.
import { describe, expect, test } from 'vitest';
import { accounting } from '../../../../src/graph/cost/cost.ts';
import { check } from '../../../../src/graph/notation/check.ts';
import { presets } from '../../../../src/graph/presets/catalogue.ts';
import { counterparts } from '../../../../src/ui/state/baseline.ts';
import { partialNet } from '../../../../src/ui/views/build/partial.ts';
import { rowsOf, type Row } from '../../../../src/ui/views/build/rows.ts';
import { shareOf } from '../../../../src/ui/views/build/shares.ts';

const preset = (name: string): string => presets.find((candidate) => candidate.name === name)?.file.text ?? '';
function rows(text: string): Row[] {
  const { architecture, problems, graph } = check(text);
  return rowsOf(architecture, problems, graph, graph && accounting(graph));
}

test('stages begin where the text says, stem and head have none', () => {
  const list = rows(preset('mobilenetv4_conv_small'));
  expect(list[0]).toMatchObject({ place: 'stem', stage: undefined, begins: false });
  expect(list.filter(({ begins }) => begins).length).toBe(new Set(list.map(({ stage }) => stage)).size - 1 + 1);
  expect(list.at(-1)).toMatchObject({ place: 'head', stage: undefined });
});

test.each(['mobilenetv2_100', 'mobilenetv4_hybrid_medium', 'efficientformerv2_s0', 't2t_vit_7'])(
  'the lines of %s cost what the net costs',
  (name) => {
    const { graph } = check(preset(name));
    const total = graph && accounting(graph).total;
    const sum = (key: 'params' | 'macs' | 'bytes') =>
      rows(preset(name)).reduce((all, { facts }) => all + (facts?.total[key] ?? 0), 0);
    expect([sum('params'), sum('macs'), sum('bytes')]).toEqual([total?.params, total?.macs.total, total?.bytes]);
  },
);

test('each line reads what the line above it makes', () => {
  const list = rows(preset('mobilenetv2_100'));
  expect(list[0]?.facts?.input).toEqual([1, 224, 224, 3]);
  for (const [index, row] of list.entries())
    if (index > 0) expect(row.facts?.input).toEqual(list[index - 1]?.facts?.output);
  expect(list[3]?.facts).toMatchObject({ output: [1, 28, 28, 32], stride: [8, 8], repeats: { length: 3 } });
  expect(list[3]?.chips.map(({ text }) => text)).toEqual(['k3', 's2', 'c32', 'e6']);
});

test('the depth knob shows in the repeats', () => {
  const list = rows(preset('mobilenetv2_100').replace('act relu6', 'act relu6\ndepth 2'));
  expect(list[2]).toMatchObject({ repeats: 4, line: { repeats: 2 } });
});

test('the bars are shares of the largest line, the titles shares of the whole', () => {
  const list = rows(preset('mobilenetv2_100'));
  const share = shareOf('macs', list, undefined, undefined);
  expect(Math.max(...list.map(({ index }) => share.bar(index)))).toBe(1);
  expect(share.title(0).replaceAll('\u202f', ' ')).toBe('3.6 % of MACs (10.8 M)');
  expect(shareOf('ms', list, undefined, undefined).title(0)).toBe('');
});

describe('a net with a line that does not build', () => {
  const text = 'input 3x32x32\nconv k3 s2 c8\nmbconv k3 c8 e2\nuib c16 s2\npool\nlinear c10';
  const { architecture, problems, graph } = check(text);

  test('has facts above that line, and the problem at it', () => {
    expect(graph).toBeUndefined();
    const partial = partialNet(architecture, problems);
    const list = rowsOf(architecture, problems, partial?.graph, partial?.accounting);
    expect(list.map(({ facts }) => facts?.output)).toEqual([
      [1, 16, 16, 8],
      [1, 16, 16, 8],
      undefined,
      undefined,
      undefined,
    ]);
    expect(list.map((row) => row.problems.length)).toEqual([0, 0, 1, 0, 0]);
  });
  test('has nothing when its first line is the broken one', () => {
    const first = check('uib c16 s2');
    expect(partialNet(first.architecture, first.problems)).toBeUndefined();
  });
});

test('lines are compared with the same line of the baseline, wherever it stands now', () => {
  const before = check('conv c8\nuib c8 k3\nuib c8 k5\nmbconv c8\npool\nlinear c10').architecture.blocks;
  const after = check('conv c8\nds c8\nuib c8 k5\nmbconv c8 e6\npool\nlinear c5').architecture.blocks;
  expect(counterparts(after, before)).toEqual([0, undefined, 2, 3, 4, 5]);
  expect(counterparts(before, before)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(counterparts([], before)).toEqual([]);
});
