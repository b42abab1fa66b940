// Two nets node by node: partners by name where names say something, else by structure; what differs is told once, at its place.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openModel } from '../../../src/graph/formats/open.ts';
import { encodeOnnx, type OnnxNode } from '../../../src/graph/formats/onnx/proto.ts';
import { diffNodes, type NodeDiff } from '../../../src/graph/inspect/diff/diff.ts';
import { commonSubsequence } from '../../../src/graph/inspect/diff/sequence.ts';
import { sideOfGraph, sideOfModel, type NetSide } from '../../../src/graph/inspect/diff/side.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { cpuMs } from '../cpu-time.ts';

const read = (name: string) =>
  openModel(new Uint8Array(readFileSync(new URL(`../../../test-data/imports/models/${name}`, import.meta.url))));

/** A chain whose every third node is a convolution; a file by its words, `conv3` with another window. */
function chain(words: readonly string[], named: boolean): NetSide {
  const initializers = words.flatMap((word, at) => {
    const k = word === 'conv3' ? 3 : 1;
    const data = new Float32Array(4 * k * k).fill(at % 3);
    return word.startsWith('conv') ? [{ name: named ? `w.${at}` : `onnx::Conv_${at}`, shape: [2, 2, k, k], data }] : [];
  });
  const nodes = words.map((word, at): OnnxNode => {
    const isConv = word.startsWith('conv');
    const k = word === 'conv3' ? 3 : 1;
    const weight = named ? `w.${at}` : `onnx::Conv_${at}`;
    const attributes = { kernel_shape: [k, k], pads: [(k - 1) / 2, (k - 1) / 2, (k - 1) / 2, (k - 1) / 2] };
    const op = isConv ? 'Conv' : word;
    const own = { op, name: named ? `${word}.${at}` : `${op}_${at}`, inputs: [`v${at}`, ...(isConv ? [weight] : [])] };
    return { ...own, outputs: [`v${at + 1}`], ...(isConv && { attributes }) };
  });
  const shape = [1, 2, 8, 8];
  const outputs = [{ name: `v${words.length}`, shape }];
  const file = encodeOnnx({ name: 'n', opset: 17, inputs: [{ name: 'v0', shape }], outputs, nodes, initializers });
  return sideOfModel(openModel(file));
}
const told = ({ rows }: NodeDiff): string[] =>
  rows.flatMap(({ change, changes, left, right }) =>
    change === 'same'
      ? []
      : [`${change} ${left ?? '–'} ${right ?? '–'} ${changes.map(({ what }) => what).join()}`.trim()],
  );

test('a node more renames those behind it, and only itself is told', () => {
  const before = chain(['conv1', 'Relu', 'conv1', 'Relu', 'conv1', 'Relu'], false);
  const after = chain(['conv1', 'Relu', 'conv1', 'Relu', 'Abs', 'conv1', 'Relu'], false);
  // The weights of the last convolution hold other numbers.
  expect(told(diffNodes(before, after))).toEqual(['added – 4', 'changed 4 5 weights']);
  expect(told(diffNodes(after, before))).toEqual(['removed 4 –', 'changed 5 4 weights']);
});

test('attributes, shapes, kinds and sources that differ are told where they are', () => {
  const before = chain(['conv1', 'Relu', 'conv1', 'Abs'], true);
  const after = chain(['conv3', 'Sigmoid', 'conv1', 'Abs'], true);
  const diff = diffNodes(before, after);
  expect(told(diff)).toEqual(['changed 0 0 attribute,attribute,type,weights', 'changed 1 1 kind']);
  const attribute = diff.rows[0]!.changes.find(({ name }) => name === 'kernel_shape');
  expect(attribute).toEqual({ what: 'attribute', name: 'kernel_shape', before: '1, 1', after: '3, 3' });
  expect(told(diffNodes(before, before))).toEqual([]);
});

test('a quantized file against another form of it, and a net of ours against another', () => {
  const float = sideOfModel(read('k-odd-f32.tflite'));
  const int8 = sideOfModel(read('k-odd-int8.tflite'));
  const { rows, facts } = diffNodes(float, int8);
  const changed = rows.filter(({ change }) => change === 'changed');
  expect(changed.length).toBeGreaterThan(10);
  expect(changed.flatMap(({ changes }) => changes).some(({ what }) => what === 'quantization')).toBe(true);
  expect(rows.filter(({ change }) => change === 'removed').length).toBeLessThan(rows.length / 4);
  expect(facts.map(({ name }) => name)).not.toContain('Format');

  const net = (c: number): NetSide => sideOfGraph(check(`conv k3 s2 c16\nds k3 c${c}\npool\nlinear c10\n`).graph!);
  const own = diffNodes(net(24), net(32)).rows;
  expect(own.every(({ left, right }) => left !== undefined && right !== undefined)).toBe(true);
  expect(own[0]!.change).toBe('same');
  expect(own.filter(({ change }) => change === 'changed').length).toBeGreaterThan(2);
});

test('five thousand nodes are compared soon, whatever they are called', () => {
  const plain = (kinds: readonly string[]): NetSide => {
    const nodes = kinds.map((kind, at) => {
      const [inputs, outputs] = [[`v${at}`], [`v${at + 1}`]];
      return { name: `${kind}_${at}`, kind, inputs, outputs, attributes: [], block: 0 };
    });
    const value = (label: string) => ({ label, type: 'float32[1, 8]', constant: false });
    const values = new Map(['v0', ...nodes.flatMap(({ outputs }) => outputs)].map((key) => [key, value(key)]));
    const outline = { nodes, blocks: [], values, inputs: ['v0'], outputs: [`v${kinds.length}`], facts: [] };
    return { spelling: 'onnx', outline, constant: () => undefined };
  };
  const words = Array.from({ length: 5000 }, (_, at) => (at % 3 === 0 ? 'Neg' : at % 7 === 0 ? 'Abs' : 'Relu'));
  const before = plain(words);
  const after = plain([...words.slice(0, 1000), ...words.slice(1009, 3000), 'Tanh', ...words.slice(3000)]);
  let diff: NodeDiff | undefined;
  expect(cpuMs(() => (diff = diffNodes(before, after)))).toBeLessThan(5000);
  expect(diff!.rows.filter(({ change }) => change === 'removed')).toHaveLength(9);
  expect(diff!.rows.filter(({ change }) => change === 'added')).toHaveLength(1);
});

test('lists too long for a table are cut where a word is rare', () => {
  const words = (seed: number): string[] =>
    Array.from({ length: 9000 }, (_, at) => (at % 100 === 50 ? `rare ${at}` : `${(at * seed) % 13}`));
  const pairs = commonSubsequence(words(5), words(7));
  expect(pairs.length).toBeGreaterThan(1000);
  pairs.slice(1).forEach(([i, j], at) => {
    expect(i).toBeGreaterThan(pairs[at]![0]);
    expect(j).toBeGreaterThan(pairs[at]![1]);
  });
});
