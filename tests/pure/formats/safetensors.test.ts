// The safetensors reader against every malformed header that is known to have hurt a peer, and against its own writer.
import { describe, expect, test } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from '../../../src/graph/formats/safetensors/halves.ts';
import {
  countNonFinite,
  SafetensorsError,
  floatValues,
  integerValues,
  readSafetensors,
} from '../../../src/graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../../../src/graph/formats/safetensors/write.ts';
import { safetensorsFile } from './safetensors-files.ts';

const errorOf = (file: Uint8Array): SafetensorsError => {
  try {
    readSafetensors(file);
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
};

const four = '"dtype":"F32","shape":[1]';

describe('a malformed file is refused with the place and the reason', () => {
  test.each([
    ['an empty file', new Uint8Array(0), 'it is empty (0 bytes)'],
    ['seven bytes', Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 'ends inside its header length'],
    ['a header longer than 100 MB', safetensorsFile('{}', 0, 100_000_001), 'at most 100 MB'],
    ['a header length of 2^64 − 1', new Uint8Array(16).fill(255, 0, 8), 'at most 100 MB'],
    ['a header longer than the file', safetensorsFile('{}', 0, 100), 'cut short'],
    ['no header at all', safetensorsFile('', 0), 'nothing but zero bytes'],
    ['an array for a header', safetensorsFile('[]', 0), 'begin with "{"'],
    ['text after the header', safetensorsFile('{}x', 0), 'follows the header'],
    [
      'a duplicate tensor',
      safetensorsFile(`{"a":{${four},"data_offsets":[0,4]},"a":{${four},"data_offsets":[4,8]}}`, 8),
      'stands twice',
    ],
    [
      'a duplicate tensor behind an escape',
      safetensorsFile(`{"a":{${four},"data_offsets":[0,4]},"\\u0061":{${four},"data_offsets":[4,8]}}`, 8),
      'stands twice',
    ],
    ['a duplicate field', safetensorsFile(`{"a":{${four},"shape":[1],"data_offsets":[0,4]}}`, 4), 'stands twice'],
    ['a duplicate metadata key', safetensorsFile('{"__metadata__":{"a":"1","a":"2"}}', 0), 'stands twice'],
    ['metadata that is no text', safetensorsFile('{"__metadata__":{"a":1}}', 0), 'as the value of "a"'],
    ['a missing field', safetensorsFile('{"a":{"dtype":"F32","data_offsets":[0,4]}}', 4), 'shape is missing'],
    [
      'an unknown dtype',
      safetensorsFile('{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,4]}}', 4),
      'unknown dtype',
    ],
    [
      'an overlap',
      safetensorsFile(`{"a":{${four},"data_offsets":[0,4]},"b":{${four},"data_offsets":[2,6]}}`, 6),
      'overlaps',
    ],
    [
      'the same bytes twice',
      safetensorsFile(`{"a":{${four},"data_offsets":[0,4]},"b":{${four},"data_offsets":[0,4]}}`, 4),
      'overlaps',
    ],
    [
      'a hole',
      safetensorsFile(`{"a":{${four},"data_offsets":[0,4]},"b":{${four},"data_offsets":[8,12]}}`, 12),
      'hole of 4 bytes',
    ],
    ['a hole at the start', safetensorsFile(`{"a":{${four},"data_offsets":[4,8]}}`, 8), 'hole of 4 bytes'],
    ['data past the end', safetensorsFile(`{"a":{${four},"data_offsets":[0,4]}}`, 2), 'after the end of the file'],
    ['trailing bytes', safetensorsFile(`{"a":{${four},"data_offsets":[0,4]}}`, 5), '1 bytes follow'],
    ['reversed offsets', safetensorsFile(`{"a":{${four},"data_offsets":[4,0]}}`, 4), 'span -4'],
    [
      'a shape that is not the data',
      safetensorsFile('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4),
      'is 8 bytes',
    ],
    [
      'an overflowing shape',
      safetensorsFile('{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}}', 4),
      'more elements',
    ],
    [
      'an overflow hidden behind a zero',
      safetensorsFile('{"a":{"dtype":"F32","shape":[4294967296,4294967296,4,0],"data_offsets":[0,0]}}', 0),
      'more elements',
    ],
    [
      'a rank of 65',
      safetensorsFile(
        `{"a":{"dtype":"F32","shape":[${Array.from({ length: 65 }, () => 1).join(',')}],"data_offsets":[0,4]}}`,
        4,
      ),
      'more than 64',
    ],
    ['2^53 + 1', safetensorsFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9007199254740993]}}', 4), '2^53'],
    ['a fraction', safetensorsFile('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4), 'fraction'],
    ['an exponent', safetensorsFile('{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', 4), 'fraction'],
    [
      'a negative number',
      safetensorsFile('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4),
      'whole number',
    ],
    ['a leading zero', safetensorsFile('{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}', 4), 'begin with 0'],
    ['three offsets', safetensorsFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 4), 'more than 2'],
    ['one offset', safetensorsFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4), 'two numbers'],
    ['a trailing comma', safetensorsFile(`{"a":{${four},"data_offsets":[0,4]},}`, 4), 'as a key'],
    ['deep nesting', safetensorsFile(`{"a":${'['.repeat(100_000)}`, 0), '"{" expected'],
    ['an unfinished string', safetensorsFile('{"a', 0), 'does not end'],
    ['a control character', safetensorsFile('{"a\n":1}', 0), 'control character'],
    ['half a surrogate pair', safetensorsFile('{"\\ud800":1}', 0), 'surrogate'],
    ['an unknown escape', safetensorsFile('{"\\x41":1}', 0), 'unknown escape'],
    [
      'a half byte at the end',
      safetensorsFile('{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}', 4),
      'does not end on a byte',
    ],
    [
      'an unknown member that is no value',
      safetensorsFile(`{"a":{${four},"data_offsets":[0,4],"x":tru}}`, 4),
      'is no value',
    ],
    [
      'deep brackets in an unknown member',
      safetensorsFile(`{"a":{"x":${'['.repeat(100_000)}`, 0),
      'more than 128 deep',
    ],
  ])('%s', (_what, file, message) => {
    const error = errorOf(file);
    expect(error.message).toContain(message);
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(Math.max(file.length, 8));
  });

  test('bytes that are no UTF-8', () => {
    const file = safetensorsFile('{"a":1}', 0);
    file[10] = 0xff;
    expect(errorOf(file)).toMatchObject({ offset: 10, message: expect.stringContaining('UTF-8') });
  });

  test('more than 20,000 tensors, quickly', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `"t${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`);
    const started = performance.now();
    expect(errorOf(safetensorsFile(`{${many.join(',')}}`, 0)).message).toContain('20000 tensors');
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('the error names the tensor and the byte where its entry begins', () => {
    const header = `{"a":{${four},"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[3],"data_offsets":[4,8]}}`;
    const error = errorOf(safetensorsFile(header, 8));
    expect(error.tensor).toBe('b');
    expect(error.offset).toBe(8 + header.indexOf('"b"'));
  });
});

describe('a sound file', () => {
  test('round trip: every dtype, names in any script, metadata', () => {
    const tensors = new Map([
      ['bytes', { shape: [3], values: Int8Array.of(-128, 0, 127) }],
      ['weights.weight', { shape: [2, 3], values: Float32Array.of(1, -2.5, 3e-40, 0, -0, 65504) }],
      ['halves', { shape: [2], values: Float32Array.of(0.333333, -7), dtype: 'F16' as const }],
      ['λ "quoted"\\', { shape: [2], values: Int32Array.of(-5, 2 ** 30) }],
      ['unsigned', { shape: [1, 1], values: Uint8Array.of(255) }],
      ['empty', { shape: [0, 4], values: new Float32Array(0) }],
      ['scalar', { shape: [], values: Float32Array.of(42) }],
    ]);
    const metadata = { format: 'pt', __proto__x: 'ü' };
    const file = readSafetensors(writeSafetensors(tensors, metadata));
    expect([...file.metadata]).toEqual(Object.entries(metadata));
    expect([...file.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, values }] of tensors) {
      const stored = file.tensors.get(name);
      expect(stored?.shape).toEqual(shape);
      if (!stored || name === 'halves') continue;
      expect(values instanceof Float32Array ? floatValues(stored) : integerValues(stored)).toEqual(values);
    }
    const halves = file.tensors.get('halves');
    expect(halves && floatValues(halves)).toEqual(Float32Array.of(0.333251953125, -7));
  });

  test('an unaligned file is read the same', () => {
    const file = writeSafetensors(new Map([['a', { shape: [3], values: Float32Array.of(1, 2, 3) }]]));
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    const stored = readSafetensors(shifted.subarray(1)).tensors.get('a');
    expect(stored && floatValues(stored)).toEqual(Float32Array.of(1, 2, 3));
  });

  test('bfloat16 is the upper half of float32; padding after the header is allowed', () => {
    const file = safetensorsFile('{"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}   ', 6);
    file.set([0x80, 0x3f, 0x20, 0xc0, 0xc0, 0x7f], file.length - 6);
    const stored = readSafetensors(file).tensors.get('a');
    if (!stored) throw new Error('tensor is missing');
    expect(floatValues(stored)).toEqual(Float32Array.of(1, -2.5, NaN));
    expect(countNonFinite(stored)).toEqual({ nan: 1, infinite: 0 });
  });

  test('NaN and infinite weights are counted', () => {
    const values = Float32Array.of(NaN, Infinity, -Infinity, 1, NaN, 0);
    for (const dtype of ['F32', 'F16'] as const) {
      const stored = readSafetensors(writeSafetensors(new Map([['a', { shape: [6], values, dtype }]]))).tensors.get(
        'a',
      );
      expect(stored && countNonFinite(stored)).toEqual({ nan: 2, infinite: 2 });
    }
  });

  test('integers are not read as floats and the other way round', () => {
    const file = readSafetensors(
      writeSafetensors(
        new Map([
          ['i', { shape: [1], values: Int8Array.of(1) }],
          ['f', { shape: [1], values: Float32Array.of(1) }],
        ]),
      ),
    );
    expect(() => floatValues(file.tensors.get('i') as never)).toThrow('"i" is I8');
    expect(() => integerValues(file.tensors.get('f') as never)).toThrow('"f" is F32');
  });
});

test('every binary16 number survives the way to float32 and back; rounding is to even', () => {
  const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i).filter((half) => (half & 0x7fff) <= 0x7c00);
  expect(float32ToFloat16(float16ToFloat32(bits))).toEqual(bits);
  const halfway = Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519.99, 65520, 2 ** -25, 3 * 2 ** -26, -1e-9);
  expect([...float16ToFloat32(float32ToFloat16(halfway))]).toEqual([1, 1 + 2 ** -9, 65504, Infinity, 0, 2 ** -24, -0]);
});
