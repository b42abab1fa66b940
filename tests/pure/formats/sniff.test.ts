// Files are known by their first bytes: every kind that people hand over, a hundred and more drawn files, each named with a way on.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ForeignFileError, readSafetensors, SafetensorsError } from '../../../src/graph/formats/safetensors/read.ts';
import { writeSafetensors } from '../../../src/graph/formats/safetensors/write.ts';
import { misplaced, kinds, type Wanted } from '../../../src/graph/formats/sniff/kinds.ts';
import { decodeText, refusal, sniff, type FileKind } from '../../../src/graph/formats/sniff/sniff.ts';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytes = (...parts: (string | readonly number[] | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => [...(typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : part)]),
  );
const zip = (...names: string[]): Uint8Array =>
  bytes(...names.flatMap((name) => ['PK\x03\x04', new Uint8Array(22), [name.length, 0, 0, 0], name]));
const box = (...brands: string[]): Uint8Array =>
  bytes([0, 0, 0, 8 + 4 * (brands.length + 1)], 'ftyp', brands[0]!, [0, 0, 0, 0], ...brands.slice(1));
const tensors = new Map([['w', { shape: [1], values: Float32Array.of(1) }]]);

/** Kind, what a file of it begins with, and whether any bytes may follow (a text goes on as text). */
const examples: readonly (readonly [FileKind, Uint8Array, 'tail' | 'text' | 'whole'])[] = [
  ['empty', bytes(), 'whole'],
  ['zeros', new Uint8Array(4096), 'whole'],
  ['safetensors', writeSafetensors(tensors), 'whole'],
  ['safetensors', writeSafetensors(tensors, { format: 'pt' }), 'whole'],
  ['int8', writeSafetensors(tensors, { bottleneck: '{"format":"bottleneck.int8"}' }), 'whole'],
  ['lfs', ascii('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345678\n'), 'text'],
  ['html', ascii('<!DOCTYPE html><html><head>'), 'text'],
  ['html', ascii('\n  <html lang="en">'), 'text'],
  ['html', ascii('<!-- saved from -->\n<!doctype html>'), 'text'],
  ['serverError', ascii('{"error":"Repository not found"}'), 'text'],
  ['serverError', ascii('Entry not found'), 'whole'],
  ['serverError', ascii('<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'), 'text'],
  [
    'indexJson',
    ascii('{"metadata":{"total_size":1},"weight_map":{"a.weight":"model-00001-of-00002.safetensors"}}'),
    'text',
  ],
  ['configJson', ascii('{\n  "architecture": "mobilenetv3_large_100",\n  "num_classes": 1000'), 'text'],
  ['configJson', ascii('{"architectures":["ViT"],"model_type":"vit"}'), 'text'],
  ['tuning', ascii('{\n  "format": "bottleneck-tuning",\n  "adapter": {"architecture": "swiftshader"}'), 'text'],
  ['run', ascii('{\n  "format": "bottleneck-run",\n  "model": "x"'), 'text'],
  ['record', ascii('{"model":"x","salt":"s","at_input":{}}'), 'text'],
  ['json', ascii('{"a":1}'), 'whole'],
  ['json', ascii('[1, 2, 3]'), 'whole'],
  ['notebook', ascii('{"cells":[{"cell_type":"code"}],"nbformat":4}'), 'text'],
  ['torchZip', bytes('PK\x03\x04', new Uint8Array(300)), 'whole'],
  ['torchZip', zip('archive/data.pkl'), 'tail'],
  ['torchZip', zip('mobilenet/data.pkl', 'mobilenet/byteorder'), 'tail'],
  ['npz', zip('arr_0.npy'), 'tail'],
  ['keras', zip('metadata.json', 'config.json', 'model.weights.h5'), 'tail'],
  ['office', zip('[Content_Types].xml'), 'tail'],
  ['zip', zip('photos/one.jpg'), 'whole'],
  ['pickle', bytes([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20]), 'tail'],
  ['pickle', bytes([0x80, 4, 0x95, 0x10, 0, 0, 0]), 'tail'],
  ['hdf5', bytes([0x89], 'HDF\r\n\x1a\n'), 'tail'],
  ['gguf', bytes('GGUF', [3, 0, 0, 0]), 'tail'],
  ['onnx', bytes([8, 7, 0x12, 7], 'pytorch'), 'tail'],
  ['onnx', bytes([8, 9, 0x3a, 0x80, 1]), 'tail'],
  ['savedModel', bytes([8, 1, 0x12, 0x80, 1]), 'tail'],
  ['tensorflowGraph', bytes([0x0a, 60, 0x0a, 5], 'input', [0x12, 11], 'Placeholder'), 'tail'],
  ['tensorflowGraph', bytes([0x0a, 0xb4, 3, 0x0a, 12], 'stem/Conv2D-1', [0x12]).with(4, 13), 'tail'],
  ['coreml', bytes([8, 4, 0x12, 0x9a, 2, 0x0a, 40, 0x0a, 5], 'image'), 'tail'],
  ['tflite', bytes([0x1c, 0, 0, 0], 'TFL3'), 'tail'],
  ['openvino', ascii('<?xml version="1.0"?>\n<net name="m" version="11">'), 'text'],
  ['npy', bytes([0x93], 'NUMPY', [1, 0]), 'tail'],
  ['gzip', bytes([0x1f, 0x8b, 8, 0]), 'tail'],
  ['xz', bytes([0xfd], '7zXZ', [0]), 'tail'],
  ['zstd', bytes([0x28, 0xb5, 0x2f, 0xfd]), 'tail'],
  ['bzip2', bytes('BZh9'), 'tail'],
  ['sevenZip', bytes('7z', [0xbc, 0xaf, 0x27, 0x1c]), 'tail'],
  ['rar', bytes('Rar!\x1a\x07'), 'tail'],
  ['tar', bytes('weights/a.bin', new Uint8Array(244), 'ustar', [0], '00'), 'tail'],
  ['jpeg', bytes([0xff, 0xd8, 0xff, 0xe0]), 'tail'],
  ['jpeg', bytes([0xff, 0xd8, 0xff, 0xe1]), 'tail'],
  ['png', bytes([0x89], 'PNG\r\n\x1a\n'), 'tail'],
  ['webp', bytes('RIFF', [9, 9, 0, 0], 'WEBPVP8 '), 'tail'],
  ['gif', bytes('GIF89a'), 'tail'],
  ['gif', bytes('GIF87a'), 'tail'],
  ['bmp', bytes('BM', [54, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]), 'tail'],
  ['avif', box('avif', 'mif1', 'miaf'), 'tail'],
  ['avif', box('mif1', 'avif'), 'tail'],
  ['heic', box('heic', 'mif1'), 'tail'],
  ['heic', box('mif1', 'heic'), 'tail'],
  ['tiff', bytes('II*', [0]), 'tail'],
  ['tiff', bytes('MM', [0], '*'), 'tail'],
  ['jxl', bytes([0xff, 0x0a]), 'tail'],
  ['jp2', bytes([0, 0, 0, 12], 'jP  \r\n\x87\n'), 'tail'],
  ['psd', bytes('8BPS'), 'tail'],
  ['ico', bytes([0, 0, 1, 0, 1, 0]), 'tail'],
  ['svg', ascii('<svg xmlns="http://www.w3.org/2000/svg">'), 'text'],
  ['svg', ascii('<?xml version="1.0"?>\n<!-- drawn -->\n<svg width="1">'), 'text'],
  ['pdf', bytes('%PDF-1.7'), 'tail'],
  ['video', box('isom', 'mp42'), 'tail'],
  ['video', box('qt  '), 'tail'],
  ['video', bytes([0x1a, 0x45, 0xdf, 0xa3]), 'tail'],
  ['video', bytes('RIFF', [9, 9, 0, 0], 'AVI LIST'), 'tail'],
  ['audio', bytes('RIFF', [9, 9, 0, 0], 'WAVEfmt '), 'tail'],
  ['audio', bytes('OggS'), 'tail'],
  ['program', bytes([0x7f], 'ELF'), 'tail'],
  ['database', bytes('SQLite format 3\0'), 'tail'],
  ['appleDouble', bytes([0, 5, 0x16, 7, 0, 2, 0, 0], 'Mac OS X'), 'tail'],
  ['thumbnails', bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), 'tail'],
  ['folderNote', bytes([0, 0, 0, 1], 'Bud1'), 'tail'],
  ['xml', ascii('<?xml version="1.0"?>\n<annotation>'), 'text'],
  ['timm', ascii("[['ds_r1_k3_s1_c16'], ['ir_r2_k3_s2_e6_c24']]"), 'whole'],
  ['timm', ascii("arch_def = [\n  ['cn_r1_k1_s1_c960'],\n]"), 'whole'],
  ['text', ascii('family mobilenetv2\ninput 3x224x224\n\nconv k3 s2 c32\n'), 'text'],
  ['text', ascii('# ein Netz für Übungen\nconv k3 s2 c32\n'), 'text'],
  ['eightBit', bytes('# f', [0xfc], 'r\nconv k3 s2 c32\n'), 'whole'],
  ['binary', bytes([0xfe, 0xed, 0xfa, 0xce, 0, 1]), 'tail'],
];

test('150 drawn files of every kind are what they are, whatever follows', () => {
  expect(new Set(examples.map(([kind]) => kind)).size).toBe(Object.keys(kinds).length);
  fc.assert(
    fc.property(
      fc.constantFrom(...examples),
      fc.uint8Array({ maxLength: 600 }),
      fc.stringMatching(/^[ -~\n]{0,300}$/),
      ([kind, head, rest], tail, more) => {
        const file =
          rest === 'tail'
            ? bytes(head, tail)
            : rest === 'text' && kind !== 'text'
              ? bytes(head, ' ', ascii(more))
              : head;
        // What follows must not turn one JSON or XML into another: only the tail of the file is drawn.
        if (rest === 'text' && /["<']/.test(more)) return;
        expect(sniff(file)).toBe(kind);
      },
    ),
    { numRuns: 600 },
  );
  for (const [kind, head] of examples) expect([kind, sniff(head)]).toEqual([kind, kind]);
});

test('every kind in every place is taken or refused with a sentence that says what it is and where to go on', () => {
  for (const [kind, head] of examples)
    for (const wanted of ['weights', 'picture', 'net', 'record', 'any'] as const satisfies readonly Wanted[]) {
      const sentence = refusal(head, wanted);
      if (sentence === undefined) continue;
      expect(sentence).toBe(misplaced(kind, wanted));
      expect(sentence).toMatch(/^is .{4,};\s.{10,}[^.]$/s);
    }
});

test('18-not-a-safetensors: the reader names the file for what it is', () => {
  for (const [kind, head] of examples) {
    if (kind === 'safetensors' || kind === 'int8' || kind === 'binary') continue;
    let error: unknown;
    try {
      readSafetensors(head);
    } catch (caught) {
      error = caught;
    }
    expect([kind, error instanceof ForeignFileError, error instanceof SafetensorsError]).toEqual([kind, true, true]);
    expect((error as Error).message).toContain(kinds[kind].what);
    expect((error as Error).message).not.toContain('header claims');
  }
  const pointer = ascii('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345678\n');
  expect(() => readSafetensors(pointer)).toThrow('it is a Git LFS pointer, not the file itself; run `git lfs pull`');
});

test('20-utf16-arch: texts are read by their mark, or by their pattern', () => {
  const text = 'family mobilenetv2\r\ninput 3x224x224\r\nconv k3 s2 c32\r\n# für ∑\r\n';
  const utf16 = (little: boolean, mark: boolean): Uint8Array => {
    const units = [...(mark ? '\ufeff' : ''), ...text].join('');
    return Uint8Array.from(
      [...units]
        .flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8])
        .map((_, i, all) => (little ? all[i]! : all[i ^ 1]!)),
    );
  };
  for (const file of [
    ascii(text),
    bytes([0xef, 0xbb, 0xbf], ascii(text)),
    utf16(true, true),
    utf16(false, true),
    utf16(true, false),
    utf16(false, false),
  ]) {
    expect(decodeText(file)).toEqual({ text });
    expect(sniff(file)).toBe('text');
  }
  expect(decodeText(bytes('caf', [0xe9], '\n'))).toEqual({ problem: expect.stringContaining('save it as UTF-8') });
});

test('pictures of kinds that are not decoded are refused alike in every place, with the way on', () => {
  for (const [kind, file] of examples.filter(([kind]) =>
    ['gif', 'bmp', 'avif', 'heic', 'tiff', 'jxl'].includes(kind),
  )) {
    expect(refusal(file, 'any'), kind).toMatch(/^is an? .*; export it as JPEG, PNG or WebP$/);
    expect(refusal(file, 'picture')).toBe(refusal(file, 'any'));
  }
});
