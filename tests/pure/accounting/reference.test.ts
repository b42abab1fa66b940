// Runs of a whole net on the CPU: what is kept, what is refused, how layouts turn, and where two runs part.
import { describe, expect, test } from 'vitest';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import {
  firstDifference,
  nchwToNhwc,
  nhwcToNchw,
  ReferenceAborted,
  runReference,
} from '../../../src/graph/ir/reference.ts';
import { readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { writeSafetensors, type TensorToWrite } from '../../../src/graph/formats/safetensors/write.ts';
import { describeMismatch, graphParams, loadWeights } from '../../../src/graph/weights/weights.ts';
import { smallNet } from './small-net.ts';

const graph = smallNet(8);
const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('t', name, shape)]));
const input = generateTensor('t', 'input', [8, 8, 3, 1]);

describe('runReference', () => {
  test('gives the outputs and what was asked for, nothing else', () => {
    expect([...runReference(graph, params, input).keys()]).toEqual(['classifier']);
    const values = runReference(graph, params, input, { keep: ['input', 'se'] });
    expect([...values.keys()]).toEqual(['input', 'se', 'classifier']);
    expect(values.get('se')).toHaveLength(4 * 4 * 8);
    expect(values.get('classifier')).toEqual(
      runReference(graph, params, new Map([['input', input]])).get('classifier'),
    );
  });

  test('reports every node in order, and stops when asked', () => {
    const seen: string[] = [];
    const signal = { aborted: false };
    const onNode = ({ id }: { id: string }): void => {
      seen.push(id);
      signal.aborted = id === 'dw';
    };
    expect(() => runReference(graph, params, input, { onNode, signal })).toThrow(ReferenceAborted);
    expect(seen).toEqual(['input', 'conv_stem', 'bn1', 'act1', 'dw']);
  });

  test('refuses what does not fit, by name', () => {
    expect(() => runReference(graph, params, input.subarray(1))).toThrow(
      'input "input" has 191 values; [1, 8, 8, 3] needs 192',
    );
    expect(() => runReference(graph, params, new Map())).toThrow('input "input" is not given');
    expect(() => runReference(graph, new Map(), input)).toThrow('parameter "conv_stem.weight" is missing');
    expect(() => runReference(graph, params, input, { keep: ['nowhere'] })).toThrow('no node is called "nowhere"');
  });
});

test('NCHW and NHWC turn into each other', () => {
  const nchw = Float32Array.from({ length: 24 }, (_, i) => i);
  const nhwc = nchwToNhwc(nchw, [2, 2, 3, 2]);
  expect([...nhwc.subarray(0, 4)]).toEqual([0, 6, 1, 7]);
  expect(nhwc[12]).toBe(12);
  expect(nhwcToNchw(nhwc, [2, 2, 3, 2])).toEqual(nchw);
});

test('firstDifference names the first node in graph order and the element', () => {
  const keep = ['conv_stem', 'dw', 'se'];
  const expected = runReference(graph, params, input, { keep });
  expect(firstDifference(graph, expected, expected)).toBeUndefined();
  const actual = new Map([...expected].map(([id, values]) => [id, values.slice()]));
  (actual.get('se') as Float32Array)[0] = NaN;
  (actual.get('dw') as Float32Array)[5] = 100;
  expect(firstDifference(graph, expected, actual)).toMatchObject({ node: 'dw', index: 5, actual: 100 });
  (actual.get('dw') as Float32Array)[5] = (expected.get('dw') as Float32Array)[5] as number;
  expect(firstDifference(graph, expected, actual)).toMatchObject({ node: 'se', index: 0 });
});

describe('loadWeights', () => {
  const tensors = (): Map<string, TensorToWrite> =>
    new Map(graphParams(graph).map(({ name, shape }) => [name, { shape, values: params.get(name) as Float32Array }]));
  const stored = (map: ReadonlyMap<string, TensorToWrite>) => readSafetensors(writeSafetensors(map)).tensors;

  test('loads a checkpoint by name; step counters are left aside', () => {
    const map = tensors().set('bn1.num_batches_tracked', { shape: [], values: Int32Array.of(7) });
    const loaded = loadWeights(graph, stored(map));
    expect('params' in loaded && [...loaded.params]).toEqual([...params]);
  });

  test('a mismatch lists everything and loads nothing', () => {
    const map = tensors();
    map.delete('bn1.bias');
    map.set('bn3.bias', { shape: [1], values: new Float32Array(1) });
    map.set('dw.weight', { shape: [8, 25], values: new Float32Array(200) });
    map.set('se.conv.bias', { shape: [8], values: new Int8Array(8) });
    const loaded = loadWeights(graph, stored(map));
    if ('params' in loaded) throw new Error('weights were loaded');
    expect(loaded).toEqual({
      missing: ['bn1.bias'],
      unexpected: ['bn3.bias'],
      wrongShape: [{ name: 'dw.weight', expected: [8, 1, 5, 5], found: [8, 25] }],
      wrongDtype: [{ name: 'se.conv.bias', dtype: 'I8' }],
    });
    expect(describeMismatch(loaded)).toEqual([
      '1 missing from the file: bn1.bias',
      '1 in the file that the net does not have: bn3.bias',
      '1 of another shape: dw.weight is [8, 25], the net needs [8, 1, 5, 5]',
      '1 of a dtype that is no float: se.conv.bias (I8)',
    ]);
  });

  test('a long list is cut in words', () => {
    const loaded = loadWeights(graph, new Map());
    expect('missing' in loaded && describeMismatch(loaded, 2)).toEqual([
      '14 missing from the file: conv_stem.weight, bn1.weight and 12 more',
    ]);
  });
});
