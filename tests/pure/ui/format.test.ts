// Numbers as shown on the page: digits, units, rounding at the edges.
import { describe, expect, it } from 'vitest';
import { bytes, milliseconds, percent, percentChange, shapeText, si } from '../../../src/ui/parts/format.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ');

describe('si', () => {
  it.each([
    [3_504_872, '3.50 M'],
    [999_960, '1.00 M'],
    [300_774_272, '301 M'],
    [32_590_864, '32.6 M'],
    [7_711_900_000, '7.71 G'],
    [1000, '1.00 k'],
    [12, '12'],
    [0, '0'],
    [0.25, '0.250'],
    [Number.NaN, '–'],
  ])('%d → %s', (value, text) => {
    expect(plain(si(value))).toBe(text);
  });
  it('adds the unit to the prefix', () => {
    expect(plain(si(12_300_000_000, 'MAC/s'))).toBe('12.3 GMAC/s');
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '0.999 KiB'],
    [512, '512 B'],
    [14_020_608, '13.4 MiB'],
    [1_073_741_823, '1.00 GiB'],
  ])('%d → %s', (value, text) => {
    expect(plain(bytes(value))).toBe(text);
  });
});

describe('milliseconds', () => {
  it.each([
    [12.345, '12.3 ms'],
    [1.2345, '1.23 ms'],
    [0.1234, '0.123 ms'],
    [0.0045, '4.5 µs'],
    [0, '0.00 ms'],
    [12_345, '12.3 s'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('%d → %s', (value, text) => {
    expect(plain(milliseconds(value))).toBe(text);
  });
});

it('changes carry their sign', () => {
  expect(plain(percentChange(100, 103.2))).toBe('+3.2 %');
  expect(plain(percentChange(100, 87))).toBe('−13.0 %');
  expect(plain(percentChange(100, 100.01))).toBe('±0 %');
  expect(percentChange(0, 5)).toBe('–');
  expect(plain(percent(0.1234))).toBe('12.3 %');
});

it('shapes leave out a batch of one', () => {
  expect(shapeText([1, 112, 112, 32])).toBe('112×112×32');
  expect(shapeText([4, 7, 7, 8])).toBe('4×7×7×8');
});
