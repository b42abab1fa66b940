// The inspector's form: which arguments are shared, what typing and stepping mean, and which problem belongs to which field.
import { describe, expect, test } from 'vitest';
import type { Argument } from '../../../../src/graph/blocks/block.ts';
import { defaultHeader } from '../../../../src/graph/architecture.ts';
import { blocks } from '../../../../src/graph/blocks/index.ts';
import { universalArguments } from '../../../../src/graph/blocks/universal.ts';
import { check } from '../../../../src/graph/notation/check.ts';
import {
  formOf,
  problemsOfArgument,
  readField,
  readKnob,
  showField,
  stepOf,
  stepped,
  toWrite,
} from '../../../../src/ui/views/build/fields.ts';
import { knobFields } from '../../../../src/ui/views/build/knob-fields.ts';

test('a number of the header is refused in the words in which the text would be', () => {
  const typed = readKnob(knobFields.depth, '-3');
  const inText = check('depth -3\nconv k3 c8\n').problems[0]?.message;
  expect(typed).toMatchObject({ message: inText });
  expect(inText).toContain('not "-3"');
  expect(readKnob(knobFields.width, '0,75')).toMatchObject({ message: expect.any(String), suggestion: 0.75 });
  expect(readKnob(knobFields.width, '1.4')).toEqual({ value: 1.4 });
});

const argument = (word: string, key: string): Argument => {
  const found = blocks.get(word)?.args.find((candidate) => candidate.key === key);
  if (!found) throw new Error(`${word} has no ${key}`);
  return found;
};
const lines = (text: string) => check(text).architecture.blocks;

describe('form', () => {
  const [conv, mbconv, other] = lines('conv k3 s2 c32\nmbconv k3 c24 e6\nmbconv k5 c24 e6 se0.25');

  test('a block’s own arguments come first, rare ones later, none is lost', () => {
    const { main, more } = formOf(mbconv ? [mbconv] : []);
    expect(main.map((field) => field.argument.key)).toEqual(['k', 's', 'c', 'e', 'a', 'p', 'se', 'act', 'noskip']);
    expect(more.map((field) => field.argument.key)).toEqual(
      expect.arrayContaining(['gate', 'aa', 'fixwidth', 'rounddepth']),
    );
    expect(main.length + more.length).toBe((blocks.get('mbconv')?.args.length ?? 0) + universalArguments.length);
  });
  test('several lines show what they share and where they differ', () => {
    const { main } = formOf([mbconv, other].flatMap((line) => line ?? []));
    const field = (key: string) => main.find((candidate) => candidate.argument.key === key);
    expect(field('c')).toMatchObject({ value: 24, mixed: false });
    expect(field('k')).toMatchObject({ value: undefined, mixed: true });
    expect(field('se')).toMatchObject({ mixed: true });
  });
  test('an argument that is something else in another block is not shared', () => {
    const { main } = formOf([conv, mbconv].flatMap((line) => line ?? []));
    // A plain convolution has one kernel, a depthwise may have several.
    expect(main.map((field) => field.argument.key)).toEqual(['s', 'c', 'act']);
  });
});

describe('typing', () => {
  test.each([
    ['mbconv', 'k', '5', 5],
    ['mbconv', 'k', '3.5.7', [3, 5, 7]],
    ['mbconv', 'k', '3, 5 7', [3, 5, 7]],
    ['mbconv', 'e', '2.5', 2.5],
    ['conv', 'c', ' 32 ', 32],
  ])('%s %s "%s"', (word, key, text, value) => {
    expect(readField(argument(word, key), text)).toEqual({ value });
  });
  test.each([
    ['conv', 'c', '9000', 'output channels "c" must be between 1 and 8,192, not "9000".', 8192],
    ['conv', 'c', 'x', 'output channels "c" needs a whole number, for example "c16", not "x".', 16],
    ['conv', 'k', '-3', 'kernel "k" needs a whole number, for example "k1", not "-3".', 1],
  ])('%s %s "%s" is refused with a way out', (word, key, text, message, suggestion) => {
    expect(readField(argument(word, key), text)).toEqual({ message, suggestion });
  });
  test('values show without their key', () => {
    expect(showField(argument('mbconv', 'k'), [3, 5])).toBe('3.5');
    expect(showField(argument('mbconv', 'act'), 'relu')).toBe('relu');
    expect(showField(argument('mbconv', 'e'), undefined)).toBe('');
  });
  test('a default that says nothing is left out', () => {
    expect([
      toWrite(argument('mbconv', 's'), 1),
      toWrite(argument('uib', 'k'), 0),
      toWrite(argument('linear', 'act'), 'none'),
    ]).toEqual([undefined, undefined, undefined]);
    expect([
      toWrite(argument('mbconv', 'k'), 3),
      toWrite(argument('mqa', 'd'), 64),
      toWrite(argument('mbconv', 's'), 2),
    ]).toEqual([3, 64, 2]);
  });
});

describe('steps', () => {
  const step = (word: string, key: string, from: number, by: 1 | -1, large = false) => {
    const which = argument(word, key);
    return stepped(which, from, by, stepOf(which, defaultHeader), large);
  };
  test.each([
    ['mbconv', 'k', 3, 1, 5],
    ['mbconv', 'k', 4, 1, 6],
    ['mbconv', 'k', 1, -1, 1],
    ['uib', 'a', 0, 1, 3],
    ['uib', 'a', 3, -1, 0],
    ['uib', 'a', 5, -1, 3],
    ['mbconv', 'c', 24, 1, 32],
    ['mbconv', 'c', 30, 1, 32],
    ['mbconv', 'c', 30, -1, 24],
    ['mbconv', 'c', 1, -1, 1],
    ['mbconv', 'se', 0.25, 1, 0.3],
    ['mbconv', 'e', 6, -1, 5],
    ['mbconv', 's', 4, 1, 4],
  ] as const)('%s %s from %d by %d gives %d', (word, key, from, by, to) => {
    expect(step(word, key, from, by)).toBe(to);
  });
  test('Shift steps further', () => {
    expect([step('mbconv', 'c', 24, 1, true), step('mbconv', 'k', 3, 1, true)]).toEqual([80, 7]);
  });
});

test('a problem belongs to the argument it stands at, or that its fix changes', () => {
  const text = 'conv k3 s2 c32\nmha c32 h5 d9\nmbconv k3 c24 e99';
  const { architecture, problems } = check(text);
  const [, mha, mbconv] = architecture.blocks;
  const of = (line: typeof mha, key: string) =>
    line
      ? problemsOfArgument(
          line,
          key,
          problems.filter(({ range }) => range.from >= line.range.from && range.to <= line.range.to),
          text,
        )
      : [];
  expect(of(mha, 'h').map(({ message }) => message)).toEqual([expect.stringContaining('cannot be split into 5 heads')]);
  expect(of(mha, 'd')).toHaveLength(1);
  expect(of(mbconv, 'e').map(({ fix }) => fix?.label)).toEqual(['Change to e32']);
  expect(of(mbconv, 'k')).toEqual([]);
});
