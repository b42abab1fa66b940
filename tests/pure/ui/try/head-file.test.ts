// A taught head goes out as a file and comes back the same; another net's, another checkpoint's or a broken one is refused with a sentence.
import { describe, expect, test } from 'vitest';
import { writeSafetensors, type TensorToWrite } from '../../../../src/graph/formats/safetensors/write.ts';
import { readHead, writeHead } from '../../../../src/ui/views/try/head-file.ts';
import type { NetOrigin } from '../../../../src/ui/weights/net-status.ts';
import type { Head } from '../../../../src/workers/jobs/vision/teach-head.ts';

const origin: NetOrigin = { net: 'tf_efficientnet_lite0', netHash: '0123456789abcdef', weights: 'a'.repeat(64) };
const head: Head = {
  classes: ['mug', 'Käse “fein”'],
  features: 3,
  weight: Float32Array.of(1, -2, 3, 0.5, 0, 1e-8),
  bias: Float32Array.of(0.1, -0.1),
};
const file = writeHead(head, origin);

test('out and in again', () => {
  expect(readHead(file, origin)).toEqual({ head });
});

describe('refused', () => {
  const problem = (bytes: Uint8Array, here = origin): string => {
    const read = readHead(bytes, here);
    return 'problem' in read ? read.problem : 'read';
  };
  test('a head of another net or of other weights', () => {
    expect(problem(file, { ...origin, netHash: 'f'.repeat(16) })).toBe(
      'This head was taught on tf_efficientnet_lite0; open that net first.',
    );
    expect(problem(file, { ...origin, weights: 'b'.repeat(64) })).toBe(
      'This head was taught on other weights of tf_efficientnet_lite0; load those first.',
    );
  });
  test('a checkpoint, and what is no safetensors file', () => {
    expect(problem(writeSafetensors(new Map([['weight', { shape: [2], values: Float32Array.of(1, 2) }]])))).toBe(
      'This file holds no head that Bottleneck taught.',
    );
    expect(problem(Uint8Array.of(1, 2, 3))).toContain('This file cannot be read: ');
  });
  const facts = {
    format: 'bottleneck-head-1',
    classes: '["a","b"]',
    net: 'n',
    netHash: origin.netHash,
    weights: origin.weights,
  };
  const two = { shape: [2], values: Float32Array.of(0, 0) };
  test.each([
    ['no bias', new Map([['weight', { shape: [2, 3], values: new Float32Array(6) }]])],
    [
      'rows that are not the classes',
      new Map([
        ['weight', { shape: [3, 3], values: new Float32Array(9) }],
        ['bias', two],
      ]),
    ],
    [
      'half precision',
      new Map<string, TensorToWrite>([
        ['weight', { shape: [2, 3], values: new Float32Array(6), dtype: 'F16' }],
        ['bias', two],
      ]),
    ],
    [
      'no features',
      new Map([
        ['weight', { shape: [2, 0], values: new Float32Array(0) }],
        ['bias', two],
      ]),
    ],
  ])('%s', (_, tensors) =>
    expect(problem(writeSafetensors(tensors, facts))).toBe('This head’s tensors do not fit its classes.'),
  );
  test.each([['["a"]'], ['["a",""]'], ['["a","<\u202eb"]'], ['{}'], ['[']])('classes %j', (classes) => {
    expect(problem(writeSafetensors(new Map([['bias', two]]), { ...facts, classes }))).toBe(
      'This file holds no head that Bottleneck taught.',
    );
  });
});
