// What safetensors 0.8.0 (the reference in Rust, through its Python binding) opens, this reader opens: each row was tried there.
import { expect, test } from 'vitest';
import { floatValues, readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { graphParams, loadWeights } from '../../../src/graph/weights/weights.ts';
import { safetensorsFile } from './safetensors-files.ts';

const a = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}';
const of = (dtype: string, shape: string, bytes: number): string =>
  `{"a":{"dtype":"${dtype}","shape":${shape},"data_offsets":[0,${bytes}]}}`;
const ones = (rank: number): string => `[${Array.from({ length: rank }, () => 1).join(',')}]`;

test.each([
  ['null metadata', `{"__metadata__":null,${a}}`, 4],
  ['metadata alone', '{"__metadata__":{"a":"1"}}', 0],
  ['no tensors', '{}', 0],
  ['an unknown member', `{"a":{"dtype":"F32","x":1,"shape":[1],"data_offsets":[0,4]}}`, 4],
  [
    'unknown members of every kind',
    `{"a":{"w":[],"x":{"y":[1,{"z":"]}"}]},"dtype":"F32","shape":[1],"data_offsets":[0,4],"v":-1.5e3,"u":null}}`,
    4,
  ],
  ['white space before the header', ` \n\t{${a}}`, 4],
  ['white space after the header', `{${a}}   `, 4],
  ['a tensor called __proto__', `{${a.replace('"a"', '"__proto__"')}}`, 4],
  ['a tensor without a name', `{${a.replace('"a"', '""')}}`, 4],
  ['rank 9', of('F32', ones(9), 4), 4],
  ['rank 40', of('F32', ones(40), 4), 4],
  ['a large dimension beside a zero', of('F32', '[0,9007199254740991]', 0), 0],
  ['an escaped zero in metadata', `{"__metadata__":{"a":"\\u0000"},${a}}`, 4],
  ['a metadata value of 200 kB', `{"__metadata__":{"a":"${'x'.repeat(200_000)}"},${a}}`, 4],
  ['F4', of('F4', '[8]', 4), 4],
  ['F6_E2M3', of('F6_E2M3', '[4]', 3), 3],
  ['F6_E3M2', of('F6_E3M2', '[4]', 3), 3],
  ['C64', of('C64', '[1]', 8), 8],
  ...['F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ', 'F8_E4M3', 'F8_E5M2', 'BOOL', 'U8', 'I8'].map(
    (dtype): [string, string, number] => [dtype, of(dtype, '[4]', 4), 4],
  ),
])('%s', (_what, header, dataBytes) => {
  expect(() => readSafetensors(safetensorsFile(header, dataBytes))).not.toThrow();
});

test('13-unaligned-safetensors: values are the same wherever the data begin, in a Buffer too', () => {
  const wanted = Float32Array.of(1.5, -2, 1e-3);
  for (let pad = 0; pad < 8; pad++) {
    for (const [dtype, odd] of [
      ['U8', 1],
      ['F16', 2],
      ['BOOL', 3],
    ] as const) {
      const head = `"n":{"dtype":"${dtype}","shape":[${odd === 2 ? 1 : odd}],"data_offsets":[0,${odd}]}`;
      const json = `{${head},"w":{"dtype":"F32","shape":[3],"data_offsets":[${odd},${odd + 12}]}}${' '.repeat(pad)}`;
      const file = safetensorsFile(json, odd + 12);
      file.set(new Uint8Array(wanted.buffer), file.length - 12);
      // `Buffer.slice` copies nothing: what Node reads from a disk must not depend on it.
      for (const bytes of [file, Buffer.from(file), Buffer.concat([Buffer.from([0]), file]).subarray(1)])
        expect(floatValues(readSafetensors(bytes).tensors.get('w')!)).toEqual(wanted);
    }
  }
});

test('19-reader-stricter-than-reference: a tensor of another dtype matters only where the net needs it', () => {
  const { graph } = expand(parse('input 3x8x8\n\nconv k1 c2\npool\nlinear c2\n').architecture, 'tiny');
  const params = graphParams(graph!);
  const file = (extra: string, extraBytes: number, needed?: string): Uint8Array => {
    let at = 0;
    const entries = params.map(({ name, shape }) => {
      const bytes = shape.reduce((product, size) => product * size, 1) * (name === needed ? 1 : 4);
      const entry = `"${name}":{"dtype":"${name === needed ? 'F8_E4M3' : 'F32'}","shape":[${shape.join(',')}],"data_offsets":[${at},${at + bytes}]}`;
      at += bytes;
      return entry;
    });
    const last = `"x":{"dtype":"${extra}","shape":[4],"data_offsets":[${at},${at + extraBytes}]}`;
    return safetensorsFile(`{${[...entries, last].join(',')}}`, at + extraBytes);
  };
  for (const [dtype, bytes] of [
    ['C64', 32],
    ['F4', 2],
    ['F8_E8M0', 4],
    ['I64', 32],
  ] as const)
    expect(loadWeights(graph!, readSafetensors(file(dtype, bytes)).tensors)).toHaveProperty('params');
  const refused = loadWeights(graph!, readSafetensors(file('F4', 2, params[0]!.name)).tensors);
  expect(refused).toMatchObject({ wrongDtype: [{ name: params[0]!.name, dtype: 'F8_E4M3' }] });
  // A float tensor that the net lacks still says that the file is another net's.
  expect(loadWeights(graph!, readSafetensors(file('F32', 16)).tensors)).toMatchObject({ unexpected: ['x'] });
});
