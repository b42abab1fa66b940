// TFLite files that we write read back as the same net: presets of several families, and every op that has a form.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { convertModel } from '../../../src/graph/formats/convert/convert.ts';
import { fromNode } from '../../../src/graph/formats/convert/values.ts';
import { openModel } from '../../../src/graph/formats/open.ts';
import { exportTflite } from '../../../src/graph/formats/tflite/export.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { runReference, spread } from '../../../src/graph/ir/reference.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';

const paramsOf = (graph: InferredGraph) =>
  new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('tflite', name, shape)]));

/** Folder for tools/check_tflite.py: each preset's file, input and output. */
const keep = process.env['KEEP'];
const full = ['mobilenetv1@64', 'mnasnet_small@64', 'efficientnet_lite0@64', 'efficientnet_b0@64'];
const names = ['mobilenetv2_050@64', 'mobilenetv3_small_050@64', 'mobilenetv4_conv_small_050@64'];

/** Largest difference of the first output between the net and its file read back, in standard deviations. */
function difference(graph: InferredGraph, path?: string): number {
  const params = paramsOf(graph);
  const bytes = exportTflite(graph, params);
  const back = convertModel(openModel(bytes));
  if (!('graph' in back)) throw new Error(back.unconverted.map(({ reason }) => reason).join('\n'));
  const input = generateTensor('tflite', 'input', graph.facts.get(graph.inputs[0]!)!.shape);
  const before = runReference(graph, params, input).get(graph.outputs[0]!)!;
  const [place] = back.outputs as [(typeof back.outputs)[number]];
  const after = fromNode(place, runReference(back.graph, back.params, input).get(place.node)!).data;
  if (path) {
    writeFileSync(`${path}.tflite`, bytes);
    writeFileSync(`${path}.in`, input);
    writeFileSync(`${path}.out`, before);
  }
  expect(place.shape).toEqual(graph.facts.get(graph.outputs[0]!)!.shape);
  return Math.max(...before.map((value, i) => Math.abs(value - after[i]!))) / (spread(before).std || 1);
}

test.each([...names, ...(process.env['FULL'] === '1' ? full : [])])('%s comes back', (name) => {
  const preset = resolvePreset(name);
  if ('problem' in preset) throw new Error(preset.problem);
  expect(difference(expand(preset.architecture, name).graph!, keep && join(keep, name.replace('@', '_')))).toBeLessThan(
    1e-5,
  );
});

describe('single ops', () => {
  const cases: readonly [string, (b: GraphBuilder) => void][] = [
    ['odd padding', (b) => void b.add('n', 'conv2d', { out: 5, kernel: 3, stride: 2, padding: 1 })],
    ['four paddings', (b) => void b.add('n', 'conv2d', { out: 5, kernel: [3, 2], padding: [2, 0, 1, 1], bias: true })],
    ['dilated groups', (b) => void b.add('n', 'conv2d', { out: 4, kernel: 3, dilation: 2, padding: 'same', groups: 2 })],
    ['depth multiplier', (b) => void b.add('n', 'conv2d', { out: 16, kernel: 3, groups: 8, padding: 'same' })],
    ['max pool', (b) => void b.add('n', 'max_pool2d', { kernel: 3, stride: 2, padding: 1 })],
    ['average with its padding', (b) => void b.add('n', 'avg_pool2d', { kernel: 3, stride: 2, padding: 1 })],
    ['prelu', (b) => void b.add('n', 'prelu', {})],
    ['norm alone', (b) => void b.add('n', 'batch_norm', {})],
    ['layer norm', (b) => void b.add('n', 'layer_norm', {})],
    ['gelu', (b) => void b.add('n', 'gelu', {})],
    ['clip', (b) => void b.add('n', 'clip', { min: -0.5, max: 0.25 })],
    ['affine', (b) => void b.add('n', 'affine', { factor: 2, offset: -1 })],
    ['slice', (b) => void b.add('n', 'slice', { axis: 3, start: 1, size: 3, step: 2 })],
    ['transpose', (b) => void b.add('n', 'transpose', { perm: [0, 2, 1, 3] })],
    ['resize', (b) => void b.add('n', 'resize', { size: [14, 5], mode: 'bilinear' })],
    ['reflected border', (b) => void b.add('n', 'pad', { before: [0, 1, 2, 0], after: [0, 1, 0, 0], mode: 'reflect' })],
    ['softmax', (b) => void b.add('n', 'softmax', {})],
    ['concat', (b) => void b.add('n', 'concat', { axis: 3 }, ['input', b.add('c', 'constant', { shape: [1, 7, 9, 2] }, [])])],
    ['gate', (b) => void b.add('n', 'mul', {}, ['input', b.add('m', 'mean', { axes: [1, 2], keepDims: true })])],
  ]; // prettier-ignore
  test.each(cases)('%s', (_name, add) => {
    const builder = new GraphBuilder('one');
    builder.input([1, 7, 9, 8]);
    add(builder);
    builder.outputs.push('n');
    expect(difference(builder.graph())).toBeLessThan(1e-5);
  });
});

test('a node without a form is named', () => {
  const builder = new GraphBuilder('one');
  builder.input([1, 4, 4, 8]);
  builder.add('shuffled', 'pixel_shuffle', { factor: 2 });
  builder.outputs.push('shuffled');
  expect(() => exportTflite(builder.graph(), new Map())).toThrow('"shuffled" is of the kind pixel_shuffle');
});
