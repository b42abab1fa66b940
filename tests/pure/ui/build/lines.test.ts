// What the block list does with lines: another kind in place, arguments that fit a row, fields that agree with the picture, even kernels.
import { describe, expect, it } from 'vitest';
import { check } from '../../../../src/graph/notation/check.ts';
import { replaceLines } from '../../../../src/graph/notation/edit.ts';
import { parse } from '../../../../src/graph/notation/parse.ts';
import { printLine } from '../../../../src/graph/notation/print.ts';
import { presetNames } from '../../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../../src/graph/presets/resolve.ts';
import { asKind, kindsLike } from '../../../../src/ui/views/build/change-kind.ts';
import { chipsThatFit } from '../../../../src/ui/views/build/chips.ts';
import { fieldText } from '../../../../src/ui/views/build/field-text.ts';

const text = (line: string) => `input 3x64x64\n\nconv k3 s2 c16\n${line}\npool\nlinear c10\n`;
const changed = (line: string, word: string): string => {
  const document = { text: text(line), ...check(text(line), 'net') };
  const next = replaceLines(document, new Set([1]), (old, index) => asKind(old, word, document.architecture, index));
  const [, block] = parse(next).architecture.blocks;
  return block ? printLine(block).replaceAll(/ +/g, ' ') : '';
};

describe('another kind in place', () => {
  it('keeps channels, stride, repeats and what both take', () => {
    expect(changed('mbconv x3 k5 s2 c24 e6', 'uib')).toBe('uib x3 a3 k5 s2 c24 e6');
    expect(changed('uib x2 a5 k3 s2 c40 e4', 'mbconv')).toBe('mbconv x2 k3 s2 c40 e4');
    expect(changed('mbconv x3 k3 c24 e6 se0.25', 'fused')).toBe('fused x3 k3 c24 e6 se0.25');
    expect(changed('ds k3 c24', 'mbconv')).toBe('mbconv k3 c24 e6');
  });
  it('gives a line that reads without an error, for every pair of kinds of a stage', () => {
    const kinds = kindsLike('mbconv');
    expect(kinds).toContain('uib');
    for (const from of kinds)
      for (const to of kinds) {
        const line = changed('mbconv x2 k3 s2 c32 e4', from);
        const result = changed(line, to);
        expect(result.split(' ')[0]).toBe(to);
        const read = parse(text(result)).problems.filter(({ severity }) => severity === 'error');
        expect(
          read.map(({ message }) => message),
          `${from} → ${to}: ${result}`,
        ).toEqual([]);
      }
  });
});

it('a row shows the arguments that it has room for, and room for the count of the others', () => {
  const texts = ['k3', 's2', 'c160', 'e6', 'se0.25', 'act=hswish'];
  const width = (shown: readonly string[]) => shown.reduce((sum, one) => sum + one.length * 6.7 + 11, 0);
  for (let room = 0; room < 400; room += 7) {
    const count = chipsThatFit(texts, room);
    if (count < texts.length) expect(count === 0 || width(texts.slice(0, count)) + 24 <= room).toBe(true);
    else expect(width(texts) - 3).toBeLessThanOrEqual(room);
    expect(count).toBeGreaterThanOrEqual(chipsThatFit(texts, room - 7));
  }
  expect(chipsThatFit(texts, 1000)).toBe(6);
});

it('no element sees more pixels than the picture has', () => {
  const facts = { whole: false, field: [787, 787], stride: [32, 32] } as const;
  expect(fieldText(facts, [224, 224])).toBe('sees the whole picture from its middle · stride 32');
  expect(fieldText({ ...facts, field: [43, 43] }, [224, 224])).toBe('sees 43×43 px · stride 32');
  expect(fieldText({ ...facts, field: [43, 300] }, [512, 224])).toBe('sees 43×224 px · stride 32');
  expect(fieldText({ ...facts, whole: true }, [224, 224])).toBe('sees the whole picture');
});

describe('even kernels', () => {
  const warnings = (line: string) => check(text(line), 'net').problems.filter(({ message }) => /is even/.test(message));
  it.each(['uib a4 k3 c16 e4', 'mbconv k4 c16 e6', 'conv k2 c16', 'ds k6 c16'])(
    '%s warns and offers an odd one',
    (line) => {
      const [warning] = warnings(line);
      expect(warning?.severity).toBe('warning');
      expect(warning?.fix).toBeDefined();
      const { range, insert } = warning!.fix!;
      const mended = text(line).slice(0, range.from) + insert + text(line).slice(range.to);
      expect(check(mended, 'net').problems.filter(({ message }) => /is even/.test(message))).toEqual([]);
    },
  );
  it.each(['mbconv k3 c16 e6', 'conv k4 s4 c16', 'uib a5 k3 c16 e4'])('%s does not', (line) => {
    expect(warnings(line)).toEqual([]);
  });
  it('no published net warns', () => {
    for (const name of presetNames) {
      const preset = resolvePreset(name);
      if ('problem' in preset) throw new Error(preset.problem);
      const found = check(preset.text, name).problems.filter(({ message }) => /is even/.test(message));
      expect(found, name).toEqual([]);
    }
  });
});
