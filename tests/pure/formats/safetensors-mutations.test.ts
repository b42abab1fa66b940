// Structure-aware damage to small valid safetensors files: whatever happens, the reader answers with a typed error or a sound result, fast.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countNonFinite, SafetensorsError, readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../../../src/graph/formats/safetensors/write.ts';

const valid = writeSafetensors(
  new Map([
    ['conv_stem.weight', { shape: [2, 3, 1, 1], values: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    ['bn1.weight', { shape: [2], values: Float32Array.of(1, 2), dtype: 'F16' }],
    ['blocks.0.0.q', { shape: [2, 2], values: Int8Array.of(1, 2, 3, 4) }],
  ]),
  { format: 'pt' },
);
const headerBytes = new DataView(valid.buffer).getUint32(0, true);
const header = new TextDecoder().decode(valid.subarray(8, 8 + headerBytes)).trimEnd();
const data = valid.subarray(8 + headerBytes);

const rebuilt = (text: string): Uint8Array => {
  const json = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + json.length + data.length);
  new DataView(file.buffer).setUint32(0, json.length, true);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
};

const numbers = [...header.matchAll(/\d+/g)].map((match) => [match.index, match[0].length] as const);
const oddNumbers = [
  '-1',
  '1.5',
  '1e9',
  '2147483648',
  '9007199254740993',
  '99999999999999999999',
  '00',
  '0x1',
  'NaN',
  '-0',
  '',
  '[[[[',
  '"4"',
];
const pieces = [
  '"__proto__":',
  '"constructor":',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  'null',
  '"dtype":"F32"',
  '\u202e',
  '{"a":'.repeat(50),
];

const mutation: fc.Arbitrary<Uint8Array> = fc.oneof(
  // Bit flips anywhere.
  fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(7)), { minLength: 1, maxLength: 4 }).map((flips) => {
    const file = valid.slice();
    for (const [at, bit] of flips) file[at] = (file[at] as number) ^ (1 << bit);
    return file;
  }),
  // Truncation and extension.
  fc.nat(valid.length).map((length) => valid.slice(0, length)),
  fc.integer({ min: 1, max: 64 }).map((more) => Uint8Array.from([...valid, ...new Uint8Array(more)])),
  // Header length ± a little, × a lot.
  fc
    .tuple(fc.constantFrom(-8, -1, 1, 8, 2 ** 24, 2 ** 31), fc.constantFrom(0, 1, 2 ** 20, 2 ** 31))
    .map(([low, high]) => {
      const file = valid.slice();
      const view = new DataView(file.buffer);
      view.setUint32(0, headerBytes + low, true);
      view.setUint32(4, high, true);
      return file;
    }),
  // Another number in place of one of the header's.
  fc
    .tuple(fc.nat(numbers.length - 1), fc.oneof(fc.constantFrom(...oddNumbers), fc.nat(64).map(String)))
    .map(([which, text]) => {
      const [at, length] = numbers[which] as readonly [number, number];
      return rebuilt(header.slice(0, at) + text + header.slice(at + length));
    }),
  // Splices, swaps and repeats of header text.
  fc
    .tuple(fc.nat(header.length), fc.nat(20), fc.constantFrom(...pieces))
    .map(([at, cut, piece]) => rebuilt(header.slice(0, at) + piece + header.slice(at + cut))),
  fc.tuple(fc.nat(header.length), fc.nat(header.length), fc.nat(header.length)).map((cuts) => {
    const [a, b, c] = cuts.sort((x, y) => x - y);
    return rebuilt(header.slice(0, a) + header.slice(b, c) + header.slice(a, b) + header.slice(c));
  }),
  fc
    .tuple(fc.nat(header.length), fc.nat(header.length))
    .map(([a, b]) => rebuilt(header.slice(0, Math.max(a, b)) + header.slice(Math.min(a, b)))),
);

test('2,000 mutated files: a typed error or a sound file, never slow, no prototype touched', () => {
  const prototype = Object.getOwnPropertyNames(Object.prototype).join();
  const arrayPrototype = Object.getOwnPropertyNames(Array.prototype).join();
  let refused = 0;
  let slowest = 0;
  fc.assert(
    fc.property(mutation, (file) => {
      const started = performance.now();
      try {
        let total = 0;
        for (const tensor of readSafetensors(file).tensors.values()) {
          total += tensor.bytes.length;
          countNonFinite(tensor);
        }
        const length = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
        expect(total).toBe(file.length - 8 - length);
      } catch (error) {
        if (!(error instanceof SafetensorsError)) throw error;
        expect(error.offset).toBeGreaterThanOrEqual(0);
        expect(error.message.length).toBeLessThan(1000);
        refused++;
      }
      slowest = Math.max(slowest, performance.now() - started);
    }),
    { numRuns: 2000 },
  );
  expect(refused).toBeGreaterThan(1500);
  expect(slowest).toBeLessThan(1000);
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
  expect(Object.getOwnPropertyNames(Array.prototype).join()).toBe(arrayPrototype);
});

test('cut at every byte, the file is refused', () => {
  for (let length = 0; length < valid.length; length++) {
    expect(() => readSafetensors(valid.slice(0, length))).toThrow(SafetensorsError);
  }
});
