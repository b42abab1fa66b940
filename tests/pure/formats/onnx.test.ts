// Exported nets run in ONNX Runtime (WebAssembly) and reach the golden logits, so the exporter's every op means what ours means.
import { readdirSync, readFileSync } from 'node:fs';
import * as v from 'valibot';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { isPointwise, opNames, ops } from '../../../src/gpu-kernels/ops/index.ts';
import { functionNames } from '../../../src/gpu-kernels/ops/functions.ts';
import { exportOnnx } from '../../../src/graph/formats/onnx/export.ts';
import { onnxOpsets } from '../../../src/graph/formats/onnx/opsets.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { generateInput, generateTensor, parseGoldenRecord } from '../../../src/graph/inspect/golden.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { nchwToNhwc, runReference } from '../../../src/graph/ir/reference.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';

const folder = new URL('../../../test-data/golden/', import.meta.url);
const records = readdirSync(folder).filter((file) => file.endsWith('.json'));

function build(name: string): InferredGraph {
  const preset = resolvePreset(name);
  if ('problem' in preset) throw new Error(preset.problem);
  const { graph } = expand(preset.architecture, name);
  if (!graph) throw new Error(`${name} has no graph`);
  return graph;
}

const filled = (graph: InferredGraph, salt: string) =>
  new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor(salt, name, shape)]));

async function runOnnx(
  graph: InferredGraph,
  params: ReadonlyMap<string, Float32Array>,
  inputNchw: Float32Array,
  opset?: number,
): Promise<Float32Array> {
  const [batch, height, width, channels] = graph.facts.get('input')?.shape as [number, number, number, number];
  const session = await ort.InferenceSession.create(exportOnnx(graph, params, {}, opset), {
    executionProviders: ['wasm'],
  });
  const output = graph.outputs[0] as string;
  const results = await session.run({ input: new ort.Tensor('float32', inputNchw, [batch, channels, height, width]) });
  const data = results[output]?.data as Float32Array;
  await session.release();
  return data;
}

describe('golden records through ONNX Runtime', () => {
  it.each(records)('%s', { timeout: 120_000 }, async (file) => {
    const parsed = parseGoldenRecord(readFileSync(new URL(file, folder), 'utf8'));
    if ('problem' in parsed) throw new Error(parsed.problem);
    const { record } = parsed;
    const [stem = ''] = record.model.split('@');
    const graph = build(`${stem}@${record.input_size}`);
    const logits = await runOnnx(graph, filled(graph, record.salt), generateInput(record.salt, record.input_size));
    const worst = Math.max(...record.logits.map((value, i) => Math.abs(value - (logits[i] as number))));
    expect(worst / record.logits_std).toBeLessThan(1e-3);
  });
});

/** Element-wise ops that need no attributes, whatever the registry has of them. */
const plain = opNames.filter((name) => isPointwise(name) && v.safeParse(ops[name].attrs, {}).success);

describe('ops that no golden net has', () => {
  const cases: [string, (builder: GraphBuilder) => void][] = [
    ['evonorm_s0', (b) => void b.add('n', 'evonorm_s0', { groups: 4 })],
    ['evonorm_s0 affine', (b) => void b.add('n', 'evonorm_s0', { groups: 4, apply: false })],
    ['group_norm', (b) => void b.add('n', 'group_norm', { groups: 2 })],
    ['layer_norm on a map', (b) => void b.add('n', 'layer_norm', {})],
    ['prelu', (b) => void b.add('n', 'prelu', {})],
    ['max_pool2d ceil', (b) => void b.add('n', 'max_pool2d', { kernel: 3, stride: 2, padding: 1, ceilMode: true })],
    ['resize nearest', (b) => void b.add('n', 'resize', { size: [10, 13], mode: 'nearest' })],
    ['resize corners', (b) => void b.add('n', 'resize', { scale: 2, alignCorners: true })],
    ['mean over height', (b) => void b.add('n', 'mean', { axes: [1] })],
    ['mean over width', (b) => void b.add('n', 'mean', { axes: [2] })],
    ['transpose', (b) => void b.add('n', 'transpose', { perm: [0, 2, 1, 3] })],
    ['affine', (b) => void b.add('n', 'affine', { factor: -1.5, offset: 0.25 })],
    ['clip', (b) => void b.add('n', 'clip', { min: -1, max: 0.5 })],
    ...functionNames.map((of): [string, (b: GraphBuilder) => void] => [
      of,
      (b) => void b.add('n', 'function', { of }, [b.add('positive', 'affine', { factor: 0.1, offset: 1.5 })]),
    ]),
    ['constant', (b) => void b.add('n', 'add', {}, ['input', b.add('c', 'constant', { shape: [1, 7, 9, 8] }, [])])],
    ['matmul', (b) => void b.add('n', 'matmul', { transposed: true }, ['input', 'input'])],
    [
      'matmul as it lies',
      (b) => {
        b.add('turned', 'transpose', { perm: [0, 1, 3, 2] });
        b.add('n', 'matmul', {}, ['input', 'turned']);
      },
    ],
    ...(['constant', 'reflect', 'edge'] as const).map((mode): [string, (b: GraphBuilder) => void] => [
      `pad ${mode}`,
      (b) => void b.add('n', 'pad', { before: [0, 2, 1, 3], after: [0, 0, 4, 1], mode, value: 0.5 }),
    ]),
    ['reshape to a shape', (b) => void b.add('n', 'reshape', { to: 'shape', shape: [1, 9, 14, 4] })],
    ['linear on a map', (b) => void b.add('n', 'linear', { out: 5 })],
    ...[
      [1, 63, 8],
      [1, 7, 3, 3, 8],
    ].flatMap((shape) =>
      (['group_norm', 'batch_norm'] as const).flatMap((norm): [string, (b: GraphBuilder) => void][] =>
        norm === 'group_norm' && shape.length === 5
          ? []
          : [
              [
                `${norm} of ${shape.length} axes`,
                (b) => {
                  b.add('other', 'reshape', { to: 'shape', shape });
                  b.add('n', norm, norm === 'group_norm' ? { groups: 2 } : {});
                },
              ],
            ],
      ),
    ),
    ...(
      [
        ['bytes', { scale: 0.03, min: -128, max: 127 }],
        ['cut bytes', { scale: 0.03, min: -3, max: 60 }],
        ['words', { scale: 0.0003, min: -32950, max: 32585 }],
        ['more', { scale: 1, min: -(2 ** 20), max: 2 ** 20 }],
      ] as const
    ).map(([name, attrs]): [string, (b: GraphBuilder) => void] => [
      `quantize to ${name}`,
      (b) => void b.add('n', 'quantize', attrs),
    ]),
    ['requantize', (b) => void b.add('n', 'requantize', { min: -9, max: 100 })],
    [
      'nodes called as others are numbered',
      (b) => {
        b.add('Mul_0', 'affine', { factor: 2, offset: 1 });
        b.add('scalar 2', 'affine', { factor: 0.5, offset: 3 });
        b.add('n', 'affine', { factor: 2, offset: 1 });
      },
    ],
    ['rearrange', (b) => void b.add('n', 'rearrange', { shape: [1, 3, 5, 2] })],
    ...plain.map((name): [string, (b: GraphBuilder) => void] => [name, (b) => void b.add('n', name, {})]),
    [
      'same padding, dilated',
      (b) =>
        void b.add('n', 'conv2d', {
          out: 6,
          kernel: [3, 5],
          stride: [2, 1],
          dilation: [2, 1],
          padding: 'same',
          bias: true,
        }),
    ],
  ];
  it.each(cases)('%s', async (name, add) => {
    const builder = new GraphBuilder('one');
    builder.input([1, 7, 9, 8]);
    add(builder);
    const graph = builder.graph();
    const params = filled(graph, 'x');
    const places = params.get('n.index');
    if (places)
      params.set(
        'n.index',
        Float32Array.from(places, (_, i) => ((i * 37) % 505) - 1),
      );
    const input = generateTensor('x', 'input', [1, 8, 7, 9]).map((value) => 4 * value);
    const shape = graph.facts.get('n')?.shape as readonly number[];
    const ours = runReference(graph, params, nchwToNhwc(input, [1, 7, 9, 8])).get('n') as Float32Array;
    for (const opset of [onnxOpsets.newest, onnxOpsets.oldest]) {
      if (name === 'quantize to words' && opset === onnxOpsets.oldest) {
        expect(() => exportOnnx(graph, params, {}, opset)).toThrow('steps of 16 bits need the newest operator set');
        continue;
      }
      const data = await runOnnx(graph, params, input, opset);
      const theirs = shape.length === 4 ? nchwToNhwc(data, shape) : data;
      expect(theirs).toHaveLength(ours.length);
      ours.forEach((value, i) => expect(theirs[i], `operator set ${opset}`).toBeCloseTo(value, 4));
    }
  });
});
