// F51: a net that bears a published net's name says when it no longer is that net; other words for the same net do not count.
import { describe, expect, test } from 'vitest';
import { parse } from '../../../src/graph/notation/parse.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { departureOf, likenessOf } from '../../../src/graph/presets/edited.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';

const textOf = (name: string): string => {
  const resolved = resolvePreset(name);
  if ('problem' in resolved) throw new Error(resolved.problem);
  return resolved.text;
};
const departure = (name: string, change: (text: string) => string): string | undefined => {
  const text = textOf(name);
  const changed = change(text);
  expect(changed, `${name}: the change hits something`).not.toBe(text);
  return departureOf(name, parse(changed).architecture);
};

test('every preset as it opens is what its name says', () => {
  for (const { name } of presets) {
    expect.soft(likenessOf(name, parse(textOf(name)).architecture)?.is, name).toBe('same');
  }
});

describe('mobilenetv2_100', () => {
  test.each([
    ['a kernel', (text: string) => text.replace('mbconv x2  k3', 'mbconv x2  k5')],
    ['a width', (text: string) => text.replace('act relu6', 'act relu6\nwidth 0.75')],
    ['an activation', (text: string) => text.replace('act relu6', 'act relu')],
    ['a stride', (text: string) => text.replace('k3 s2 c160', 'k3 c160')],
    ['a block less', (text: string) => text.replace(/^mbconv {5}k3.*\n/m, '')],
    ['the classes', (text: string) => text.replace('linear     c1000', 'linear     c10')],
    ['the channels of the picture', (text: string) => text.replace('input 3x224x224', 'input 1x224x224')],
  ])('%s changed: edited', (_, change) => expect(departure('mobilenetv2_100', change)).toBe('edited'));

  test.each([
    ['width 1', (text: string) => text.replace('act relu6', 'act relu6\nwidth 1')],
    [
      'a line in two',
      (text: string) => text.replace('mbconv x2  k3 s2 c24   e6', 'mbconv k3 s2 c24 e6\n+ mbconv k3 c24 e6'),
    ],
    ['comments and spaces', (text: string) => text.replace('pool', '# the mean\npool  # of 49')],
    ['no count', (text: string) => text.replace(/^expect.*\n/m, '')],
  ])('%s: the same net', (_, change) => expect(departure('mobilenetv2_100', change)).toBeUndefined());

  test('another size is said with its pixels', () => {
    expect(departure('mobilenetv2_100', (text) => text.replace('3x224x224', '3x160x160'))).toBe('at 160 px');
    expect(departure('mobilenetv2_100', (text) => text.replace('3x224x224', '3x96x160'))).toBe('at 96×160 px');
  });
});

test('where parameters have a place each, another size is another net', () => {
  expect(departure('efficientformer_l1', (text) => text.replace('3x224x224', '3x256x256'))).toBe('edited');
});

test('names of one’s own claim nothing', () => {
  const { architecture } = parse(textOf('mobilenetv2_050'));
  for (const name of ['my net', 'untitled', 'mobilenet', 'MobileNetV2'])
    expect(departureOf(name, architecture)).toBeUndefined();
  expect(departureOf('mobilenetv2_100', architecture)).toBe('edited');
});
