// Damaged model files, read, converted and run on the CPU: a typed error at every stage, or numbers; never an exception, and never long.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { exportOnnx } from '../../../src/graph/formats/onnx/export.ts';
import { openNet } from '../../../src/graph/formats/open-net.ts';
import { ModelError } from '../../../src/graph/formats/model/model.ts';
import { exportTflite } from '../../../src/graph/formats/tflite/export.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { runReference } from '../../../src/graph/ir/reference.ts';
import { fnv1a, mulberry32 } from '../../../src/graph/random.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';

const folder = new URL('../../../test-data/imports/models/', import.meta.url);
const full = process.env['FULL'] === '1';

/** A few nodes of many kinds on few weights, so that most bytes are structure. */
function tiny(kind: 'convolutions' | 'tokens'): InferredGraph {
  const b = new GraphBuilder(kind);
  b.input([1, 8, 8, 3]);
  b.add('stem', 'conv2d', { out: 8, kernel: 3, stride: 2, padding: 1 });
  let x = b.add('stem.bn', 'batch_norm', {});
  if (kind === 'convolutions') {
    b.add('stem.act', 'relu6', {});
    x = b.add('wide', 'conv2d', { out: 8, kernel: 3, groups: 8, padding: 'same', bias: true });
    x = b.add('gate', 'mul', {}, [x, b.add('squeeze', 'mean', { axes: [1, 2], keepDims: true }, [x])]);
    x = b.add('up', 'resize', { size: [8, 8], mode: 'bilinear' }, [x]);
    x = b.add('small', 'max_pool2d', { kernel: 3, stride: 2, padding: 1 }, [x]);
    x = b.add('part', 'slice', { axis: 3, start: 1, size: 4 }, [x]);
    x = b.add('joined', 'concat', { axis: 3 }, [x, b.add('act', 'hswish', {}, [x])]);
    x = b.add('pool', 'mean', { axes: [1, 2] }, [x]);
  } else {
    x = b.add('tokens', 'reshape', { to: 'shape', shape: [1, 16, 8] }, [x]);
    x = b.add('norm', 'layer_norm', {}, [x]);
    const scores = b.add('scores', 'matmul', { transposed: true }, [x, x]);
    x = b.add('mixed', 'matmul', {}, [b.add('shares', 'softmax', {}, [scores]), x]);
    x = b.add('turned', 'transpose', { perm: [0, 2, 1] }, [b.add('act', 'gelu', {}, [x])]);
    x = b.add('pool', 'mean', { axes: [1] }, [x]);
  }
  b.add('head', 'linear', { out: 5, bias: true }, [x]);
  b.outputs.push('head');
  return b.graph();
}
const paramsOf = (graph: InferredGraph) =>
  new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('damage', name, shape)]));
const written = (kind: 'convolutions' | 'tokens', format: 'onnx' | 'tflite'): Uint8Array => {
  const graph = tiny(kind);
  return format === 'onnx' ? exportOnnx(graph, paramsOf(graph)) : exportTflite(graph, paramsOf(graph));
};
const stored = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

/** Five small files a format. */
const files: readonly (readonly [string, () => Uint8Array])[] = [
  ['ours.onnx', () => written('convolutions', 'onnx')],
  ['ours.tflite', () => written('convolutions', 'tflite')],
  ['tokens.onnx', () => written('tokens', 'onnx')],
  ['tokens.tflite', () => written('tokens', 'tflite')],
  ...['k-odd-int8.tflite', 'k-swish-f32.tflite', 'k-odd-f32.tflite'].map((name) => [name, () => stored(name)] as const),
  ...['x-coord_att-legacy-op17', 'x-decoder_tiny-legacy-op17', 'x-shuffle_tiny-legacy-op17'].map(
    (name) => [name, () => stored(`${name}.onnx`)] as const,
  ),
];

/** Multiply-accumulates that are worth a run: damage may ask for any size. */
const mostMacs = 1e7;

/** What became of it; throws what is no typed error. */
function outcome(bytes: Uint8Array): 'refused' | 'listed' | 'large' | 'ran' {
  try {
    const { graph, params } = openNet({ kind: 'file', name: 'file', bytes });
    if (!graph || !params) return 'listed';
    const values = graph.nodes.reduce(
      (sum, { id }) => sum + (graph.facts.get(id)?.shape ?? []).reduce((a, b) => a * b, 1),
      0,
    );
    if (accounting(graph).total.macs.total > mostMacs || values > mostMacs) return 'large';
    const inputs = graph.inputs.map((id): [string, Float32Array] => [
      id,
      generateTensor('damage', id, graph.facts.get(id)?.shape ?? []),
    ]);
    const found = runReference(graph, params, new Map(inputs));
    for (const id of graph.outputs)
      expect(found.get(id)?.length).toBe((graph.facts.get(id)?.shape ?? []).reduce((a, b) => a * b, 1));
    return 'ran';
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    expect(error.message).toMatch(/^\S.*[.…]$/s);
    return 'refused';
  }
}

/** One change of a file: a bit, a byte, a word, a cut, or a piece of it over another. */
function damaged(sound: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  const at = below(sound.length);
  const copy = sound.slice();
  switch (below(6)) {
    case 0:
      return sound.slice(0, at);
    case 1:
      return sound.with(at, sound[at]! ^ (1 << below(8)));
    case 2:
      return sound.with(at, [0, 1, 2, 127, 128, 255][below(6)]!);
    case 3: {
      const word = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 65536, 3][below(7)]!;
      const place = Math.min(at, sound.length - 4) & ~3;
      new DataView(copy.buffer).setInt32(place, word, true);
      return copy;
    }
    case 4:
      return Uint8Array.from([...sound.subarray(0, at), ...sound.subarray(Math.min(sound.length, at + 1 + below(16)))]);
    default: {
      const from = below(sound.length);
      copy.set(sound.subarray(from, from + 1 + below(64)).subarray(0, sound.length - at), at);
      return copy;
    }
  }
}

const runs = full ? 1000 : 40;

test.each(full ? files : files.slice(0, 2))('%s', { timeout: 600_000 }, (name, read) => {
  const sound = read();
  expect(outcome(sound)).toBe('ran');
  const random = mulberry32(fnv1a(name));
  let slowest = 0;
  for (let run = 0; run < runs; run++) {
    const bytes = damaged(sound, random);
    const start = process.cpuUsage();
    try {
      outcome(bytes);
    } catch (error) {
      throw new Error(`damage ${run} of ${name} is no typed error: ${(error as Error).message}`, { cause: error });
    }
    const { user, system } = process.cpuUsage(start);
    slowest = Math.max(slowest, (user + system) / 1000);
  }
  expect(slowest).toBeLessThan(2000);
});
