// The notation on the texts that matter most: every preset is free of problems, canonical once resolved, and fast.
import { expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { presetTexts } from '../../../src/graph/presets/index.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { cpuMs } from '../cpu-time.ts';
import { meaning } from './random-architecture.ts';

const names = [...new Set(presets.map(({ name }) => name))];

function textOf(name: string): string {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return resolved.text;
}

test('there are presets to try', () => {
  expect(names.length).toBeGreaterThan(100);
});

test.each(names)('%s: no problem, and canonical', (name) => {
  const text = textOf(name);
  expect(check(text, name).problems).toEqual([]);
  expect(print(parse(text).architecture)).toBe(text);
});

test('printing a preset file loses neither a knob, a block nor a comment', () => {
  for (const text of presetTexts) {
    const { architecture, problems } = parse(text);
    expect(problems).toEqual([]);
    const printed = print(architecture);
    expect(meaning(parse(printed).architecture)).toEqual(meaning(architecture));
    for (const comment of text.match(/#.*/g) ?? []) expect(printed).toContain(comment.trimEnd());
  }
});

test('from text to shapes: the largest preset in under 30 ms, the median one in under 5 ms', () => {
  const texts = names.map(textOf);
  const infer = (text: string) => expand(parse(text).architecture, 'net');
  const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;
  for (const text of texts) infer(text);
  // Collecting garbage and compiling can only make it slower: the best of five says what the work needs.
  const times = texts.map((text) => Math.min(...Array.from({ length: 2 }, () => cpuMs(() => infer(text)))));
  expect(Math.max(...times)).toBeLessThan(30);
  expect(median(times)).toBeLessThan(5);
});
