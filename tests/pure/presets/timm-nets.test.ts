// Names, shapes, order and convolution costs of the families' nets at odd input sizes, as PyTorch Image Models builds them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { elements } from '../../../src/gpu-kernels/op.ts';
import { fnv1a } from '../../../src/graph/random.ts';
import { built, factsOf, tensors } from './build.ts';

interface Net {
  readonly tensors: number;
  readonly hash: number;
  /** Input size in pixels → multiply-accumulates and output elements of all convolutions. */
  readonly costs: Readonly<Record<string, readonly [macs: number, outputs: number]>>;
}
const { nets } = JSON.parse(readFileSync('test-data/timm-nets.json', 'utf8')) as {
  nets: Readonly<Record<string, Net>>;
};

test('the record has registered models and widths without a name', () => {
  expect(Object.keys(nets).length).toBeGreaterThan(240);
});

test.each(Object.entries(nets))('%s', (name, net) => {
  for (const [size, costs] of Object.entries(net.costs)) {
    const graph = built(`${name}@${size}`);
    const lines = tensors(graph);
    expect([lines.length, fnv1a(lines.join('\n'))]).toEqual([net.tensors, net.hash]);
    const convolutions = graph.nodes
      .filter(({ op }) => op === 'conv2d' || op === 'mixed_conv2d')
      .map(({ id }) => factsOf(graph, id));
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    const found = [sum(convolutions.map(({ macs }) => macs)), sum(convolutions.map(({ shape }) => elements(shape)))];
    expect([size, ...found]).toEqual([size, ...costs]);
  }
});
