// Edits of the block editor: what each does to a clean text, to stages, to an expected count, and to a text that has errors.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bare,
  deleteLines,
  duplicateLines,
  insertLines,
  moveLines,
  setArgument,
  setHeader,
  setRepeats,
  setSameStage,
  type Document,
} from '../../../src/graph/notation/edit.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { print } from '../../../src/graph/notation/print.ts';
import { randomArchitecture } from './random-architecture.ts';

const open = (text: string): Document => ({ text, ...check(text) });
const lines = (text: string): string[] =>
  parse(text).architecture.blocks.map(
    ({ word, args, sameStage }) => `${sameStage ? '+' : ''}${word}${String(args.c ?? '')}`,
  );
const block = (word: string, args: Record<string, number>, sameStage = false) =>
  bare({ word, args, repeats: 1, sameStage });

/** Two stages of three lines and one; channels name the lines. */
const staged = `family efficientnet
input 3x32x32

conv    k3 s2 c8
uib     k3    c16 e2
+ uib   k3    c17 e2
+ uib   k3    c18 e2
uib     k3 s2 c24 e2
pool
linear  c10
`;
const order = 'conv8 uib16 +uib17 +uib18 uib24 pool linear10';

const broken = `family efficientnet
input 3x32x32

conv k3 s2 c8
# the first
uib  k3    c16 e2
??? what is this
+ uib   k3    c17   e2 # kept as written
uib     k3 s2 c24 e2 oops
pool
linear  c10`;

describe('stages', () => {
  const move = (moved: number[], to: number) => lines(moveLines(open(staged), new Set(moved), to)).join(' ');

  test.each([
    ['a first line moves down within its stage', [1], 3, 'conv8 uib17 +uib16 +uib18 uib24'],
    ['a first line becomes the last of its stage', [1], 4, 'conv8 uib17 +uib18 +uib16 uib24'],
    ['a last line becomes the first of its stage', [3], 1, 'conv8 uib18 +uib16 +uib17 uib24'],
    ['a line of another stage joins the stage it lands in', [4], 2, 'conv8 uib16 +uib24 +uib17 +uib18'],
    ['a first line that leaves passes its place on', [1], 5, 'conv8 uib17 +uib18 uib24 uib16'],
    ['a whole stage stays one between two others', [1, 2, 3], 5, 'conv8 uib24 uib16 +uib17 +uib18'],
    ['nothing moves onto itself', [2], 2, 'conv8 uib16 +uib17 +uib18 uib24'],
  ])('%s', (_, moved, to, expected) => {
    expect(move(moved, to)).toBe(`${expected} pool linear10`);
  });

  test('a stage that loses its first line is still a stage', () => {
    expect(lines(deleteLines(open(staged), new Set([1]))).join(' ')).toBe(order.replace('uib16 +uib17', 'uib17'));
    expect(lines(deleteLines(open(staged), new Set([0, 1]))).join(' ')).toBe('uib17 +uib18 uib24 pool linear10');
  });

  test('a line put into a stage joins it, a line between stages is a stage of its own', () => {
    const inserted = (at: number) => lines(insertLines(open(staged), at, [block('uib', { c: 99 })])).join(' ');
    expect(inserted(2)).toBe(order.replace('+uib17', '+uib99 +uib17'));
    expect(inserted(4)).toBe(order.replace('uib24', 'uib99 uib24'));
  });

  test('copies of a stage stand behind it', () => {
    expect(lines(duplicateLines(open(staged), new Set([1, 2, 3]))).join(' ')).toBe(
      'conv8 uib16 +uib17 +uib18 uib16 +uib17 +uib18 uib24 pool linear10',
    );
  });

  test('the first line never continues a stage', () => {
    expect(lines(setSameStage(open(staged), new Set([0, 4]), true))[0]).toBe('conv8');
    expect(lines(moveLines(open(staged), new Set([2]), 0))[0]).toBe('uib17');
  });
});

describe('several lines at once', () => {
  test('an argument changes where it exists', () => {
    const text = setArgument(open(staged), new Set([0, 1, 2, 5, 6]), 'k', 5);
    expect(parse(text).architecture.blocks.map(({ args }) => args.k)).toEqual([5, 5, 5, 3, 3, undefined, undefined]);
    expect(parse(setArgument(open(text), new Set([1, 2]), 'k', undefined)).architecture.blocks[2]?.args).toEqual({
      c: 17,
      e: 2,
    });
  });
  test('repeats leave the head alone', () => {
    const text = setRepeats(open(staged), new Set([1, 5]), 3);
    expect(parse(text).architecture.blocks.map(({ repeats }) => repeats)).toEqual([1, 3, 1, 1, 1, 1, 1]);
  });
  test('a change may follow from each line', () => {
    const text = setArgument(open(staged), new Set([1, 2]), 'c', ({ args }) => Number(args.c) + 8);
    expect(lines(text).join(' ')).toBe(order.replace('uib16 +uib17', 'uib24 +uib25'));
    expect(
      parse(setRepeats(open(text), new Set([1, 2]), ({ repeats }) => repeats + 1)).architecture.blocks[2]?.repeats,
    ).toBe(2);
  });
  test('header knobs', () => {
    expect(setHeader(open(staged), { width: 1.5, depth: 2, input: [3, 64, 64] })).toContain(
      'input 3x64x64\nwidth 1.5\ndepth 2\n',
    );
  });
});

describe('an expected count', () => {
  const counted = staged.replace('\n\n', '\nexpect 7634 params\n\n');

  test('goes with an edit that changes it', () => {
    const right = counted.replace('7634', String(check(staged).graph ? count(staged) : 0));
    expect(check(right).problems).toEqual([]);
    expect(setArgument(open(right), new Set([4]), 's', 1)).toContain('expect');
    expect(setArgument(open(right), new Set([4]), 'c', 32)).not.toContain('expect');
    expect(setHeader(open(right), { width: 2 })).not.toContain('expect');
    expect(deleteLines(open(right), new Set([2]))).not.toContain('expect');
  });
  test('stays with its problem when it was wrong before', () => {
    expect(setArgument(open(counted.replace('7634', '5')), new Set([4]), 'c', 32)).toContain('expect 5 params');
  });
});

function count(text: string): number {
  return [...(check(text).graph?.facts.values() ?? [])].reduce((sum, { parameterCount }) => sum + parameterCount, 0);
}

describe('a text with errors keeps what it cannot read', () => {
  const document = open(broken);

  test('an argument changes in place', () => {
    const text = setArgument(document, new Set([2]), 'c', 20);
    expect(text).toBe(broken.replace('+ uib   k3    c17   e2', '+ uib k3 c20 e2'));
  });
  test('an insertion stands where it was asked for', () => {
    expect(insertLines(document, 2, [block('uib', { c: 99 })])).toBe(
      broken.replace('+ uib   k3', '+ uib c99\n+ uib   k3'),
    );
    expect(insertLines(document, 6, [block('linear', { c: 5 })])).toBe(`${broken}\nlinear c5\n`);
    expect(insertLines(open('?\n# x'), 0, [block('conv', { c: 5 })])).toBe('?\n# x\nconv c5\n');
  });
  test('a line goes with the comment above it', () => {
    expect(deleteLines(document, new Set([1]))).toBe(
      broken.replace('# the first\nuib  k3    c16 e2\n', '').replace('+ uib', 'uib'),
    );
  });
  test('a line moves as it is written', () => {
    const text = moveLines(document, new Set([1]), 3);
    expect(lines(text).join(' ')).toBe('conv8 uib17 +uib16 uib24 pool linear10');
    expect(text).toContain(
      '??? what is this\nuib   k3    c17   e2 # kept as written\n# the first\n+ uib  k3    c16 e2\nuib     k3 s2 c24 e2 oops',
    );
  });
  test('header lines are replaced, added and removed alone', () => {
    expect(setHeader(document, { input: [3, 64, 64], width: 2 })).toBe(
      `width 2\n${broken.replace('3x32x32', '3x64x64')}`,
    );
    expect(setHeader(open(`width 2\r\n${broken}`), { width: 1 })).toBe(`\r\n${broken}`);
  });
  test('carriage returns', () => {
    const dos = broken.replaceAll('\n', '\r\n');
    expect(lines(moveLines(open(dos), new Set([1]), 3)).join(' ')).toBe('conv8 uib17 +uib16 uib24 pool linear10');
    expect(deleteLines(open(dos), new Set([1]))).not.toContain('the first');
  });
});

test('on 500 random texts, the way for texts with errors gives the same net as the way for clean ones', () => {
  const problem = { severity: 'error' as const, message: 'Made up.', range: { from: 0, to: 0 } };
  const meaning = (text: string) =>
    parse(text).architecture.blocks.map(({ word, repeats, sameStage, args }) => ({ word, repeats, sameStage, args }));
  fc.assert(
    fc.property(
      randomArchitecture({ maxLines: 8, maxRepeats: 2 }),
      fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }),
      fc.nat(8),
      (architecture, chosen, to) => {
        const text = print({ ...architecture, header: { ...architecture.header, expectParams: undefined } });
        const parsed = parse(text);
        const size = parsed.architecture.blocks.length;
        const set = new Set(chosen.filter((index) => index < size));
        const at = Math.min(to, size);
        if (set.size === 0) return;
        const clean: Document = { text, architecture: parsed.architecture, problems: [] };
        const unclean: Document = { ...clean, problems: [problem] };
        for (const edit of [
          (document: Document) => moveLines(document, set, at),
          (document: Document) => deleteLines(document, set),
          (document: Document) => duplicateLines(document, set),
          (document: Document) => insertLines(document, at, [block('conv', { c: 7 })]),
          (document: Document) => setSameStage(document, set, true),
        ]) {
          const expected = edit(clean);
          expect(meaning(edit(unclean))).toEqual(meaning(expected));
          expect(print(parse(expected).architecture)).toBe(expected);
        }
      },
    ),
    { numRuns: 500, seed: 5 },
  );
});
