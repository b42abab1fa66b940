// The text editor's knowledge of the notation: colours, completions, documentation, and how text and block lines meet.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocks } from '../../../../src/graph/blocks/index.ts';
import { argumentsOf } from '../../../../src/graph/notation/argument-text.ts';
import { parse } from '../../../../src/graph/notation/parse.ts';
import { presetTexts } from '../../../../src/graph/presets/index.ts';
import { docAt, suggest } from '../../../../src/ui/views/build/text/assist.ts';
import { difference, linesTouched } from '../../../../src/ui/views/build/text/place.ts';
import { tokensOfLine } from '../../../../src/ui/views/build/text/tokens.ts';

describe('colours', () => {
  const kinds = (line: string) =>
    tokensOfLine(line)
      .map(({ from, to, kind }) => `${line.slice(from, to)}:${kind}`)
      .join(' ');

  test.each([
    [
      '+ mbconv x2 k3.5 s2 act=relu noskip # why',
      '+:plus mbconv:block x2:repeats k:key 3.5:number s:key 2:number act=:key relu:word noskip:flag # why:comment',
    ],
    ['+uib c24', '+:plus uib:block c:key 24:number'],
    ['act relu6', 'act:knob relu6:word'],
    ['input 3x224x224', 'input:knob 3x224x224:number'],
    ['#: top1 72', '#: top1 72:meta'],
    ['mbconf k3', 'mbconf:unknown k3:word'],
    ['mbconv k3 oops', 'mbconv:block k:key 3:number oops:unknown'],
    ['', ''],
    ['+', '+:plus'],
  ])('%s', (line, expected) => {
    expect(kinds(line)).toBe(expected);
  });
  test('nothing in a preset is unknown', () => {
    const unknown = presetTexts
      .flatMap((text) => text.split('\n'))
      .filter((line) => tokensOfLine(line).some(({ kind }) => kind === 'unknown'));
    expect(unknown).toEqual([]);
  });
  test('tokens lie in order inside any line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (line) => {
        let last = 0;
        for (const { from, to } of tokensOfLine(line)) {
          expect(from).toBeGreaterThanOrEqual(last);
          expect(to).toBeGreaterThan(from);
          last = to;
        }
        expect(last).toBeLessThanOrEqual(line.length);
      }),
    );
  });
});

describe('completions', () => {
  const labels = (line: string, used: string[] = []) => {
    const column = line.indexOf('|');
    return suggest(line.replace('|', ''), column, new Set(used))?.options.map(({ label }) => label);
  };
  test('words where a line begins: blocks, and header words that are not used yet', () => {
    expect(labels('|', ['act'])).toEqual(expect.arrayContaining(['mbconv', 'norm']));
    expect(labels('|', ['act'])).not.toContain('act');
    expect(labels('+ |')).not.toContain('norm');
  });
  test('every argument behind a block, without those that are there', () => {
    const expected = argumentsOf(blocks.get('mbconv') ?? { args: [] }).map(({ key }) => key);
    expect(labels('mbconv |')).toEqual([...expected, 'x']);
    expect(labels('mbconv x2 k3 | c24 noskip')).toEqual(expected.filter((key) => !['k', 'c', 'noskip'].includes(key)));
    expect(labels('pool |')).not.toContain('x');
  });
  test('words of a word argument and of a header line', () => {
    expect(labels('mbconv act=re|')).toContain('relu6');
    expect(labels('norm |')).toContain('evonormb0');
    expect(labels('norm bn |')).toBeUndefined();
  });
  test('nothing in a comment or behind an unknown word', () => {
    expect(labels('mbconv # k|')).toBeUndefined();
    expect(labels('mbconf k|')).toBeUndefined();
  });
  test('an accepted argument is one that the parser reads', () => {
    for (const { word, args } of blocks.values()) {
      const required = args.filter((argument) => argument.required).map(({ key }) => `${key}16`);
      for (const { apply, kind } of suggest(`${word} `, word.length + 1, new Set())?.options ?? []) {
        if (kind !== 'argument' || /[a-z=]$/.test(apply)) continue;
        const line = [word, apply, ...required.filter((text) => !text.startsWith(apply.replace(/\d.*/, '')))].join(' ');
        expect(
          parse(`conv c16\n${line}`).problems.filter(({ severity }) => severity === 'error'),
          line,
        ).toEqual([]);
      }
    }
  });
});

describe('documentation', () => {
  const doc = (line: string) => docAt(line.replace('|', ''), line.indexOf('|'));
  test('of words, arguments, repeats and header lines', () => {
    expect(doc('mb|conv k3')?.text).toContain('Inverted residual');
    expect(doc('mbconv k|3')).toMatchObject({ title: 'kernel', from: 7, to: 9 });
    expect(doc('+ mbconv x|2')?.title).toBe('repeats');
    expect(doc('wid|th 1.4')?.title).toBe('width X');
    expect(doc('mbconv act=re|lu')?.text).toContain('relu6');
  });
  test('nothing of comments, blanks and unknown words', () => {
    expect([doc('mbconv # k|3'), doc('mbconv | k3'), doc('mbc|onf')]).toEqual([undefined, undefined, undefined]);
  });
});

describe('text and lines', () => {
  const text = '# title\nconv c8\n\nuib c8\n+ uib c16';
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  test('the cursor selects the block lines that its text lines hold', () => {
    const { blocks: found } = parse(text).architecture;
    expect([...linesTouched(found, { from: 9, to: 9 }, lineOf)]).toEqual([0]);
    expect([...linesTouched(found, { from: 9, to: text.length }, lineOf)]).toEqual([0, 1, 2]);
    expect([...linesTouched(found, { from: 2, to: 2 }, lineOf)]).toEqual([]);
  });
  test('the difference of two texts turns one into the other', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab\n]{0,12}$/), fc.stringMatching(/^[ab\n]{0,12}$/), (before, after) => {
        const change = difference(before, after) ?? { from: 0, to: 0, insert: '' };
        expect(before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after);
      }),
    );
    expect(difference('conv c8\npool', 'conv c16\npool')).toEqual({ from: 6, to: 7, insert: '16' });
  });
});
