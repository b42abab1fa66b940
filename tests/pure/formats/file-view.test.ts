// The view of a model file's own graph: nodes placed without overlap, found by what they are, tensors as NumPy reads them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nodeSize, place } from '../../../src/graph/formats/model/place.ts';
import { outlineOf } from '../../../src/graph/formats/model/outline.ts';
import { writeNpy } from '../../../src/graph/formats/npy.ts';
import { openModel } from '../../../src/graph/formats/open.ts';
import { found } from '../../../src/ui/views/net/file/search.ts';
import { cpuMs } from '../cpu-time.ts';

const read = (name: string) =>
  openModel(new Uint8Array(readFileSync(new URL(`../../../test-data/imports/models/${name}`, import.meta.url))));

test('five thousand nodes are placed soon, readers below writers, and none over another', () => {
  const edges: [number, number][] = [];
  for (let at = 1; at < 5000; at++) {
    edges.push([at % 7 === 0 ? at - 3 : at - 1, at]);
    if (at % 5 === 0 && at > 9) edges.push([at - 9, at]);
  }
  let placed = place(0, []);
  expect(cpuMs(() => (placed = place(5000, edges)))).toBeLessThan(3000);
  const { x, y } = placed;
  for (const [from, to] of edges) expect(y[to]!).toBeGreaterThan(y[from]!);
  const rows = new Map<number, number[]>();
  x.forEach((left, at) => rows.set(y[at]!, [...(rows.get(y[at]!) ?? []), left]));
  for (const row of rows.values()) {
    row.sort((a, b) => a - b);
    row.forEach((left, i) => i > 0 && expect(left - row[i - 1]!).toBeGreaterThan(nodeSize.width - 1));
  }
  placed.routes.forEach((route, i) => {
    const [from, to] = edges[i]!;
    expect([route[1], route.at(-1)]).toEqual([y[from]! + nodeSize.height, y[to]]);
  });
});

test('nodes of a file are found by kind, shape and attribute; values say how they are stored', () => {
  const onnx = outlineOf(read('x-coord_att-legacy-op17.onnx'));
  const convolutions = found(onnx, 'conv');
  expect(convolutions.length).toBeGreaterThan(3);
  expect(convolutions.every((at) => /conv/i.test(`${onnx.nodes[at]!.kind} ${onnx.nodes[at]!.name}`))).toBe(true);
  const first = onnx.nodes.find(({ kind }) => kind === 'Conv')!;
  const [, text = ''] = first.attributes.find(([name]) => name === 'kernel_shape')!;
  expect(found(onnx, `Conv kernel_shape=${text}`)).toContain(onnx.nodes.indexOf(first));
  expect(found(onnx, 'no such thing')).toEqual([]);
  const tflite = outlineOf(read('k-odd-int8.tflite'));
  expect([...tflite.values.values()].some(({ quantization }) => quantization?.includes('(q − '))).toBe(true);
  expect([...tflite.values.values()].some(({ type }) => type.startsWith('int8['))).toBe(true);
});

test('a tensor is a .npy file as NumPy writes it', () => {
  // numpy.save of numpy.arange(6, dtype='<f4').reshape(2, 3), NumPy 2.
  const bytes = writeNpy({ type: 'float32', shape: [2, 3], data: Float32Array.from([0, 1, 2, 3, 4, 5]) });
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  expect(Buffer.from(bytes).subarray(0, 10).toString('hex')).toBe('934e554d5059010076 00'.replace(' ', ''));
  expect(Buffer.from(bytes).subarray(10, 128).toString()).toBe(`${header.padEnd(117)}\n`);
  expect(bytes).toHaveLength(128 + 24);
});
