// ONNX and TFLite files from other programs: values against their own runtimes', hostile files, and damage to sound ones.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { Call } from '../../../src/graph/formats/model/call.ts';
import { evaluate } from '../../../src/graph/formats/model/evaluate.ts';
import { ModelError } from '../../../src/graph/formats/model/model.ts';
import { zeros } from '../../../src/graph/formats/model/tensor.ts';
import { onnxKinds } from '../../../src/graph/formats/onnx/kinds/index.ts';
import { openNet } from '../../../src/graph/formats/open-net.ts';
import { kindsOf, openModel, reportOf } from '../../../src/graph/formats/open.ts';
import { runCommand } from '../../../src/cli/command.ts';
import { captured } from '../cli/captured.ts';

const folder = new URL('../../../test-data/imports/', import.meta.url);
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, folder)));

/** What becomes of a file: refused with a sentence, opened with nodes or weights that are not read, or opened whole. */
function verdict(bytes: Uint8Array): string {
  try {
    const model = openModel(bytes);
    const report = reportOf(model, evaluate(model, kindsOf(model)));
    return report.unsupported.length + report.unread.length > 0 ? 'unsupported' : 'open';
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    expect(error.message).toMatch(/^\S.*[.…]$/s);
    return 'reject';
  }
}

/** Milliseconds of processor time since `start`: the machine may be busy. */
function spent(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** As a net of ours: opened, its nodes listed, or a sentence. */
function asNet(bytes: Uint8Array): void {
  try {
    const { graph, file } = openNet({ kind: 'file', name: 'file', bytes });
    expect(graph ? graph.nodes.length : file?.nodes.length).toBeGreaterThan(0);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    expect(error.message).toMatch(/^\S.*[.…]$/s);
  }
}

describe('hostile files', () => {
  const files = JSON.parse(readFileSync(new URL('hostile/hostile.json', folder), 'utf8')) as {
    file: string;
    expect: string;
    why: string;
  }[];
  test('there are a hundred', () => expect(files.length).toBeGreaterThan(95));
  test.each(files.map(({ file, expect: wanted, why }) => [file, wanted, why]))('%s: %s (%s)', (file, wanted) => {
    const start = process.cpuUsage();
    expect(verdict(bytesOf(`hostile/${file}`))).toBe(wanted);
    expect(spent(start)).toBeLessThan(1000);
  });
  test.each(files.map(({ file }) => file))('%s as a net: a net, its nodes, or a sentence', (file) => {
    const start = process.cpuUsage();
    asNet(bytesOf(`hostile/${file}`));
    expect(spent(start)).toBeLessThan(1000);
  });
});

test('files that would take long or much are refused at once', () => {
  // Many tensors on one long name; nested subgraphs; a group that never ends.
  const nested = (depth: number): Uint8Array => {
    let graph: Uint8Array = Uint8Array.of();
    const field = (number: number, body: Uint8Array): Uint8Array => {
      const size: number[] = [];
      for (let rest = body.length; ; rest = Math.floor(rest / 128)) {
        size.push((rest % 128) + (rest >= 128 ? 128 : 0));
        if (rest < 128) break;
      }
      return Uint8Array.from([number * 8 + 2, ...size, ...body]);
    };
    const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
    const text = (number: number, value: string): Uint8Array => field(number, new TextEncoder().encode(value));
    for (let i = 0; i < depth; i++)
      graph = field(
        1,
        join(text(1, 'c'), text(2, 'y'), text(4, 'If'), field(5, join(text(1, 'then_branch'), field(6, graph)))),
      );
    return join(Uint8Array.of(8, 8), field(7, join(graph, field(12, text(1, 'y')))), field(8, Uint8Array.of(16, 13)));
  };
  expect(verdict(nested(100))).toBe('unsupported');
  const deep = nested(400);
  const start = process.cpuUsage();
  expect(verdict(deep)).toBe('reject');
  expect(spent(start)).toBeLessThan(1000);
});

test('the committed files agree with the runtimes of their formats', async () => {
  const { console, out } = captured();
  const code = await runCommand(verbs, ['verify-import', new URL('manifest.json', folder).pathname], console);
  expect(out.at(-1)).toBe('8 passed, 0 failed');
  expect(code).toBe(0);
});

test('weights in a file beside the model are read from it, and named where it is missing', () => {
  const model = openModel(bytesOf('models/x-kws_dscnn-external.onnx'));
  const { unread } = reportOf(model, evaluate(model, kindsOf(model)));
  expect(unread.length).toBeGreaterThan(5);
  expect(unread[0]?.reason).toContain('x-kws_dscnn-external.onnx.data');
});

describe('damage', () => {
  const full = process.env['FULL'] === '1';
  const names = [
    'k-odd-int8.tflite',
    'k-swish-f32.tflite',
    'x-coord_att-legacy-op17.onnx',
    'x-shuffle_tiny-legacy-op17.onnx',
    ...(full ? ['k-odd-f32.tflite', 'x-decoder_tiny-legacy-op17.onnx', 'x-kws_dscnn-external.onnx'] : []),
  ];
  const runs = full ? 2000 : 120;
  test.each(names)('%s: whatever changes, a typed error or a sound model', (name) => {
    const sound = bytesOf(`models/${name}`);
    const place = fc.nat(sound.length - 1);
    const damage = fc.oneof(
      fc.record({ at: place, bit: fc.nat(7) }).map(({ at, bit }) => sound.with(at, (sound[at] ?? 0) ^ (1 << bit))),
      place.map((at) => sound.slice(0, at)),
      fc
        .record({ at: place, value: fc.constantFrom(0, 1, 127, 128, 255) })
        .map(({ at, value }) => sound.with(at, value)),
      fc.record({ from: place, to: place, size: fc.integer({ min: 1, max: 64 }) }).map(({ from, to, size }) => {
        const copy = sound.slice();
        copy.set(sound.subarray(from, Math.min(sound.length, from + size)).subarray(0, sound.length - to), to);
        return copy;
      }),
    );
    fc.assert(
      fc.property(damage, (bytes) => {
        const start = process.cpuUsage();
        expect(['open', 'unsupported', 'reject']).toContain(verdict(bytes));
        asNet(bytes);
        expect(spent(start)).toBeLessThan(1500);
      }),
      { numRuns: runs },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

test('GatherND takes slices at places, in batches of the axes before', () => {
  const node = { index: 0, name: '', kind: 'GatherND', inputs: ['x', 'at'], outputs: ['y'], subgraphs: 0 };
  const run = (batch: number, places: readonly number[], shape: readonly number[]) => {
    const attributes = new Map([['batch_dims', batch]]);
    const value = (data: Float64Array, of: readonly number[]) => {
      const tensor = { type: 'float64', shape: of, data } as const;
      return { type: tensor.type, shape: of, tensor };
    };
    const x = value(Float64Array.from({ length: 12 }, (_, i) => i), [2, 3, 2]); // prettier-ignore
    const call = new Call({ ...node, attributes }, 17, [x, value(Float64Array.from(places), shape)]);
    const kind = onnxKinds.get('GatherND')!;
    const outs = kind.infer(call).map(({ shape: own }) => zeros('float64', own));
    kind.run!(call, outs);
    return [outs[0]!.shape, ...outs[0]!.data];
  };
  expect(run(0, [1, 2, 0, -1], [2, 2])).toEqual([[2, 2], 10, 11, 4, 5]);
  expect(run(1, [1, 0, 2, 1], [2, 2])).toEqual([[2], 2, 11]);
  expect(() => run(0, [0, 3], [1, 2])).toThrow('reads place 3 of 3');
});
