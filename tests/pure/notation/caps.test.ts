// What a hostile text cannot do: each cap has its sentence, is checked before the work it bounds, and nothing is slow.
import { expect, test } from 'vitest';
import { check } from '../../../src/graph/notation/check.ts';
import { limits, utf8Bytes } from '../../../src/graph/limits.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { cpuMs } from '../cpu-time.ts';

const messages = (text: string) => check(text).problems.map(({ message }) => message);

test('at most 512 blocks after repeats; the lines from there on are left out', () => {
  const text = 'conv c8\nmbconv x500 c8\nmbconv x12 c8\npool\nlinear c10\n';
  const { architecture, problems } = parse(text);
  expect(problems).toEqual([
    {
      severity: 'error',
      message: 'A net has at most 512 blocks, repeats included; this line and what follows are left out.',
      range: { from: 23, to: 36 },
      fix: { label: 'Change to x11', range: { from: 30, to: 33 }, insert: 'x11' },
    },
  ]);
  expect(architecture.blocks.length).toBe(2);
});

test('depth is counted before anything is expanded', () => {
  const { architecture, problems } = parse('depth 16\nconv c8\nmbconv x40 c8\npool\nlinear c10\n');
  expect(problems.map(({ message, fix }) => [message, fix?.insert])).toEqual([
    ['Depth 16 makes more than 512 blocks; up to 12.72 fits.', 'depth 12.72'],
  ]);
  expect(architecture.header.depth).toBe(1);
  expect(parse('depth 12.72\nconv c8\nmbconv x40 c8\npool\nlinear c10\n').problems).toEqual([]);
});

test('channels, kernels, sides and parameters', () => {
  expect(messages('conv c8193\npool\nlinear c10')).toEqual([
    'output channels "c" must be between 1 and 8,192, not "8193".',
  ]);
  expect(messages('width 16\nconv c1000\npool\nlinear c10')).toEqual([
    expect.stringMatching(/^conv: 16,000 channels are more than the 8,192 allowed/),
  ]);
  expect(messages('conv k32 c8\npool\nlinear c10')).toEqual(['kernel "k" must be between 1 and 31, not "32".']);
  expect(messages('input 3x2049x64\nconv c8\npool\nlinear c10')).toEqual([
    expect.stringMatching(/2,048 pixels a side, not "3x2049x64"/),
  ]);
  expect(messages('conv c8192\nconv k3 c8192\npool\nlinear c10')).toEqual([
    expect.stringMatching(/^conv: the net has more than 500,000,000 parameters/),
  ]);
});

test('at most 262,144 bytes of UTF-8', () => {
  const head = 'conv c8\npool\nlinear c10\n';
  expect(parse(head + '#'.repeat(limits.textBytes - head.length)).problems).toEqual([]);
  const long = '# ' + 'ä'.repeat(limits.textBytes / 2);
  expect(parse(long)).toMatchObject({
    architecture: { blocks: [] },
    problems: [
      {
        message: 'The text is longer than 262,144 bytes, the most that an architecture may have.',
        range: { from: 0, to: long.length },
      },
    ],
  });
});

test('UTF-8 bytes are counted as TextEncoder counts them', () => {
  for (const text of ['', 'abc', 'ä€𝒳', '\ud800', '\udc00x', 'x\ud83d', '\ud83d\ude00\ud800\ud800']) {
    expect(utf8Bytes(text, 1_000)).toBe(new TextEncoder().encode(text).length);
  }
});

test('reading stops at 200 problems', () => {
  const { problems } = parse('nonsense\n'.repeat(1000));
  expect(problems.length).toBe(limits.problems + 1);
  expect(problems.at(-1)?.message).toBe('There are 200 problems or more; the rest of the text was not read.');
});

test('at most 64 words and arguments on a line', () => {
  const text = `conv c8${' z'.repeat(70)}\npool\nlinear c10`;
  const [excess] = parse(text).problems;
  expect(excess).toMatchObject({
    message: 'A line has at most 64 words and arguments; the rest of it is left out.',
    fix: { insert: '' },
  });
  expect(text.slice(excess?.range.from, excess?.range.to)).toBe('z z z z z z z z');
});

const size = limits.textBytes;
test.each<[string, string]>([
  ['one long word', 'k'.repeat(size)],
  ['one long number', `conv c8 k${'9'.repeat(size - 20)}`],
  ['one long list', `conv c8\nmbconv c8 k${'3.'.repeat(size / 2 - 20)}3`],
  ['many tokens', `conv c8 ${'k3 '.repeat(size / 3 - 10)}`],
  ['many header values', `act ${'relu '.repeat(size / 5 - 10)}`],
  ['many options', `round 8 ${'min=8 '.repeat(size / 6 - 10)}`],
  ['many lines', 'pool\n'.repeat(size / 5 - 10)],
  ['many blank lines', '\n'.repeat(size)],
  ['many blanks', ' '.repeat(size)],
  ['many comments', '#\n'.repeat(size / 2)],
  ['many comments above a header line', `${'#\n'.repeat(size / 2 - 10)}act relu`],
  ['many near words', 'mbcomv\n'.repeat(size / 7 - 10)],
  ['many near arguments', `mbconv ${'noskpi '.repeat(size / 7 - 10)}`],
  ['many plus signs', '+'.repeat(size)],
  ['a long timm string', `ir_${'k3_'.repeat(size / 3 - 10)}`],
  ['deep and wide', `depth 16\nwidth 16\n${'mbconv x16 c512 e32 se1 k3.5.7.9\n'.repeat(32)}`],
  ['a kernel that fits nowhere', `conv c8\n${'mbconv x8 c8\n'.repeat(60)}conv c7 g3 k31\n`],
])('%s: answered in a moment', (_name, text) => {
  expect(text.length).toBeLessThanOrEqual(size);
  expect(cpuMs(() => parse(text))).toBeLessThan(100);
  // Checking also builds the net, and tries edits of a line that cannot be built.
  expect(cpuMs(() => check(text))).toBeLessThan(750);
});
