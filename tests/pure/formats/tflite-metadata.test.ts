// What a model file says of itself is taken: preparation, names of classes, author and licence; damaged, it spoils nothing.
import { expect, test } from 'vitest';
import { ModelError } from '../../../src/graph/formats/model/model.ts';
import { openModel } from '../../../src/graph/formats/open.ts';
import { byte, encodeFlatbuffer, floats, int, ints, text } from '../../../src/graph/formats/tflite/flatbuffer.ts';
import type { FlatField, FlatTable } from '../../../src/graph/formats/tflite/flatbuffer.ts';
import { modelMetadata } from '../../../src/graph/formats/tflite/metadata.ts';
import { labelsIn } from '../../../src/graph/weights/label-texts.ts';
import { preparationMetadata, readPreparationMetadata } from '../../../src/graph/weights/preparation-config.ts';
import { findPreparation } from '../../../src/graph/weights/preparation.ts';
import { parse } from '../../../src/graph/notation/parse.ts';

const table = (value: FlatTable): FlatField => ({ kind: 'table', value });
const tables = (...value: readonly FlatTable[]): FlatField => ({ kind: 'tables', value });

/** As tflite_support writes it: preparation of the first input, labels of the first output. */
const described = (): Uint8Array => {
  const units = tables([byte(1), table([floats([127.5]), floats([127.5])])]);
  const input: FlatTable = [text('image'), undefined, undefined, undefined, units];
  const files = tables([text('labels.txt'), undefined, byte(2)]);
  const output: FlatTable = [text('probability'), undefined, undefined, undefined, undefined, undefined, files];
  const graph: FlatTable = [undefined, undefined, tables(input), tables(output)];
  return encodeFlatbuffer(
    [text('flowers'), text('Names flowers.'), text('v2'), tables(graph), text('A. Gardener'), text('Apache-2.0')],
    'M001',
  );
};

/** A zip of one stored file, as Python's zipfile appends it: places count from the file's beginning. */
function zip(name: string, content: string, before: number, method = 0): Uint8Array {
  const [names, data] = [new TextEncoder().encode(name), new TextEncoder().encode(content)];
  const local = 30 + names.length + data.length;
  const bytes = new Uint8Array(local + 46 + names.length + 22);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  view.setUint16(26, names.length, true);
  bytes.set(names, 30);
  bytes.set(data, 30 + names.length);
  view.setUint32(local, 0x02014b50, true);
  view.setUint16(local + 10, method, true);
  view.setUint32(local + 20, data.length, true);
  view.setUint16(local + 28, names.length, true);
  view.setUint32(local + 42, before, true);
  bytes.set(names, local + 46);
  const end = local + 46 + names.length;
  view.setUint32(end, 0x06054b50, true);
  view.setUint16(end + 10, 1, true);
  view.setUint32(end + 12, end - local, true);
  view.setUint32(end + 16, before + local, true);
  return bytes;
}
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** One RELU, with the metadata in its second buffer and the zip behind it. */
function model(stored: Uint8Array, labels: string, quantization?: FlatTable): Uint8Array {
  const tensor = (name: string): FlatTable => [
    ints([1, 3]),
    byte(quantization ? 3 : 0),
    int(0),
    text(name),
    ...(quantization ? [table(quantization)] : []),
  ];
  const relu: FlatTable = [int(0), ints([0]), ints([1])];
  const graph: FlatTable = [tables(tensor('x'), tensor('y')), ints([0]), ints([1]), tables(relu)];
  const file = encodeFlatbuffer(
    [
      int(3),
      tables([byte(19), undefined, undefined, int(19)]),
      tables(graph),
      undefined,
      tables([], [{ kind: 'bytes', value: stored }]),
      undefined,
      tables([text('TFLITE_METADATA'), int(1)]),
    ],
    'TFL3',
  );
  return joined(file, zip('labels.txt', labels, file.length));
}

test('preparation, labels, author and licence of a TFLite file, from its metadata to the weights that answer', () => {
  const { metadata, warnings } = openModel(model(described(), 'daisy\r\nrose\ntulip\n'));
  expect(warnings).toEqual([]);
  expect([...metadata.keys()]).toEqual(expect.arrayContaining(['description', 'author', 'license', 'version']));
  expect(metadata.get('license')).toBe('Apache-2.0');
  const { preprocessing, labels } = readPreparationMetadata(metadata);
  expect(preprocessing).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  expect(labels).toEqual(['daisy', 'rose', 'tulip']);
  const kept = new Map(Object.entries(preparationMetadata(preprocessing, labels)));
  const found = findPreparation({ architecture: parse('conv k3 c3').architecture, names: [], metadata: kept });
  expect([found.preprocessing.mean, found.labels]).toEqual([
    [0.5, 0.5, 0.5],
    ['daisy', 'rose', 'tulip'],
  ]);
  // Labels alone are kept, too.
  const bare = new Map(Object.entries(preparationMetadata({}, labels)));
  expect(findPreparation({ architecture: parse('conv k3 c3').architecture, names: [], metadata: bare }).labels).toEqual(
    labels,
  );
});

test('bytes go in as they are: their scale is the preparation', () => {
  const quantization: FlatTable = [undefined, undefined, floats([1 / 128]), { kind: 'longs', value: [128] }];
  const { preprocessing } = readPreparationMetadata(openModel(model(described(), 'a\nb', quantization)).metadata);
  expect(preprocessing.mean?.[0]).toBeCloseTo(128 / 255, 12);
  expect(preprocessing.std?.[0]).toBeCloseTo(128 / 255, 12);
});

test('damaged metadata are refused by a sentence and leave the model as it is', () => {
  const stored = described();
  const file = model(stored, 'daisy\nrose');
  const input = openModel(file).inputs[0];
  for (let at = 0; at < stored.length; at++)
    for (const value of [0xff, stored[at]! ^ 0x10]) {
      const damaged = stored.slice();
      damaged[at] = value;
      try {
        modelMetadata(damaged, file, input);
      } catch (error) {
        expect(error).toBeInstanceOf(ModelError);
      }
    }
  const opened = openModel(model(stored.subarray(0, 40), 'a\nb'));
  expect(opened.nodes).toHaveLength(1);
  expect(opened.warnings[0]).toContain('metadata');
  // The zip: cut at every length, and every byte of it turned.
  const begins = file.length - zip('labels.txt', 'daisy\nrose', 0).length;
  for (let cut = begins; cut < file.length; cut++) openModel(file.subarray(0, cut));
  for (let at = begins; at < file.length; at++) {
    const damaged = file.slice();
    damaged[at]! ^= 0xff;
    openModel(damaged);
  }
});

test('names of classes as other exporters write them', () => {
  const of = (key: string, value: string) => labelsIn(new Map([[key, value]]));
  expect(of('names', "{0: 'person', 1: 'traffic light', 2: \"bird's nest\"}")).toEqual([
    'person',
    'traffic light',
    "bird's nest",
  ]);
  expect(of('id2label', '{"1": "dog", "0": "cat"}')).toEqual(['cat', 'dog']);
  expect(of('class_names', '["a", "b, c"]')).toEqual(['a', 'b, c']);
  expect(of('Labels', 'cat\ndog')).toEqual(['cat', 'dog']);
  expect(of('classes', 'cat, dog')).toEqual(['cat', 'dog']);
  expect(of('names', '{0: "a", 2: "c"}')).toBeUndefined();
  expect(of('license', 'cat\ndog')).toBeUndefined();
});
