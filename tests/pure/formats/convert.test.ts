// Model files as graphs of our own ops: they compute what the file computes, what cannot be said is listed, and our exports come back whole.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { runCommand } from '../../../src/cli/command.ts';
import { accounting } from '../../../src/graph/cost/cost.ts';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { convertModel, type Conversion } from '../../../src/graph/formats/convert/convert.ts';
import { exportOnnx } from '../../../src/graph/formats/onnx/export.ts';
import { openModel } from '../../../src/graph/formats/open.ts';
import { generateInput, generateTensor } from '../../../src/graph/inspect/golden.ts';
import { nchwToNhwc, runReference, spread } from '../../../src/graph/ir/reference.ts';
import { presets } from '../../../src/graph/presets/catalogue.ts';
import { resolvePreset } from '../../../src/graph/presets/resolve.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { captured } from '../cli/captured.ts';

const folderUrl = new URL('../../../test-data/imports/', import.meta.url);
const modelAt = (path: string) => openModel(new Uint8Array(readFileSync(new URL(path, folderUrl))));

function converted(path: string): Conversion {
  const result = convertModel(modelAt(path));
  if (!('graph' in result)) throw new Error(result.unconverted.map(({ reason }) => reason).join('\n'));
  return result;
}

test('the committed files compute as graphs what their own runtimes computed', async () => {
  const { console, out } = captured();
  const code = await runCommand(
    verbs,
    ['verify-import', new URL('manifest.json', folderUrl).pathname, '--graph', '--device', 'cpu'],
    console,
  );
  expect(code, out.join('\n')).toBe(0);
  expect(out.join('\n')).not.toContain('lists');
});

test('integers are exact: each value less its zero point, sums rounded once', () => {
  const { graph, inputs, outputs } = converted('models/k-odd-int8.tflite');
  expect(inputs[0]?.stored?.type).toBe('int8');
  expect(outputs[0]?.stored?.scale).toBeGreaterThan(0);
  const counts = graph.nodes.filter(({ op }) => op === 'requantize').length;
  const products = graph.nodes.filter(({ op }) => op === 'conv2d').length;
  expect(counts).toBeGreaterThanOrEqual(products - 1);
});

test('spellings are recognised, and the passes say so', () => {
  const { graph, passes } = converted('models/x-coord_att-legacy-op17.onnx');
  expect(graph.nodes.map(({ op }) => op)).not.toContain('relu6');
  expect(passes.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['shapes', 'constants', 'dead-code', 'layout', 'pads', 'hard-swish', 'swish', 'gelu']),
  );
});

const small = ['mobilenetv2_050@64', 'mobilenetv3_small_050@64', 'mnasnet_small@64', 'mobilenetv4_conv_small_050@64'];
const names = process.env['FULL'] === '1' ? presets.map(({ name }) => name) : small;

test('a preset’s export is recognised, its text offered, and verbs take the file as a net', async () => {
  const { architecture } = resolvePreset('mobilenetv2_050@64') as Extract<
    ReturnType<typeof resolvePreset>,
    { text: string }
  >;
  const graph = expand(architecture, 'net').graph!;
  const params = new Map(graphParams(graph).map(({ name, shape }) => [name, generateTensor('back', name, shape)]));
  const folder = mkdtempSync(join(tmpdir(), 'bottleneck-'));
  const file = join(folder, 'net.onnx');
  writeFileSync(file, exportOnnx(graph, params));
  const run = async (...words: string[]) => {
    const { console, out, err } = captured();
    return { code: await runCommand(verbs, words, console), out, err };
  };
  const arch = await run('convert', file, '--to', 'arch', '--out', join(folder, 'net.arch'));
  expect(arch.code, arch.err.join('\n')).toBe(0);
  expect(readFileSync(join(folder, 'net.arch'), 'utf8')).toContain('mobilenetv2_050@64');
  const again = await run('convert', file, '--to', 'onnx', '--out', join(folder, 'again.onnx'));
  expect(again.out[0]).toMatch(/read back, largest difference/);
  expect((await run('convert', file, '--to', 'safetensors', '--out', join(folder, 'a.safetensors'))).code).toBe(0);
  for (const verb of ['show', 'plan']) expect((await run(verb, file)).code).toBe(0);
  const shown = await run('show', file, '--json');
  expect((JSON.parse(shown.out.join('\n')) as { macs: number }).macs).toBe(accounting(graph).total.macs.total);
  const unknown = Buffer.from(exportOnnx(graph, params)).toString('latin1').replaceAll('Clip', 'Clop');
  writeFileSync(file, Buffer.from(unknown, 'latin1'));
  const listed = await run('show', file);
  expect(listed.code).not.toBe(0);
  expect(listed.err.join('\n')).toContain('Clop');
  rmSync(folder, { recursive: true });
});

describe('a preset exported to ONNX and opened again', () => {
  test.each(names)('%s answers as before', { timeout: 600_000 }, (name) => {
    const preset = resolvePreset(name);
    if ('problem' in preset) throw new Error(preset.problem);
    const { graph } = expand(preset.architecture, name);
    if (!graph) throw new Error(`${name} has no graph`);
    const params = new Map(
      graphParams(graph).map((param) => [param.name, generateTensor('back', param.name, param.shape)]),
    );
    const back = convertModel(openModel(exportOnnx(graph, params)));
    if (!('graph' in back)) throw new Error(back.unconverted.map(({ reason }) => reason).join('\n'));
    const shape = graph.facts.get('input')!.shape;
    const picture = nchwToNhwc(generateInput('back', shape[1] as number, shape[3]), shape);
    const logits = (net: typeof graph, own: ReadonlyMap<string, Float32Array>): Float32Array =>
      runReference(net, own, picture).get(net.outputs[0] as string) as Float32Array;
    const [before, after] = [logits(graph, params), logits(back.graph, back.params)];
    const { std } = spread(before);
    expect(after).toHaveLength(before.length);
    expect(Math.max(...before.map((value, i) => Math.abs(value - (after[i] as number)))) / std).toBeLessThan(1e-5);
  });
});
