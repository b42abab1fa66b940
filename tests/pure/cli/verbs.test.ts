// Each verb as a person calls it: the lists, and show, print and check on names, on files and on what is neither.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { optionsOf } from '../../../src/cli/arguments.ts';
import { runCommand } from '../../../src/cli/command.ts';
import type { Verbs } from '../../../src/cli/verb.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { kernels } from '../../../src/gpu-kernels/kernels/index.ts';
import { ops } from '../../../src/gpu-kernels/ops/index.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const run = async (...words: string[]) => {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, words, console);
  return { code, out: out.join('\n'), err: err.join('\n') };
};

const small = 'input 3x32x32\n\nconv    k3 s2 c8\nmbconv  k3 s1 c8 e2\npool\nlinear  c10\n';

test('every file of the verbs has its line in the table', () => {
  const files = readdirSync(new URL('../../../src/cli/verbs', import.meta.url)).map((name) => name.replace('.ts', ''));
  expect(Object.keys(verbs).sort()).toEqual(files.filter((name) => name !== 'index').sort());
});

test.each(Object.entries(verbs as Verbs))('%s has each of its options once', (_, verb) => {
  const names = optionsOf(verb).map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});

describe.each([
  ['ops', Object.values(ops)],
  ['kernels', kernels],
] as const)('%s', (verb, registry) => {
  test('prints the sentence of each, as a table and as JSON', async () => {
    const table = (await run(verb)).out;
    const lines = table.split('\n');
    for (const { name, doc } of registry)
      expect(lines.some((line) => line.includes(`${name} `) && line.endsWith(`  ${doc}`))).toBe(true);
    const { code, out } = await run(verb, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject(
      registry.map(({ name, doc }: { name: string; doc: string }) => ({ name, doc })),
    );
  });
});

describe('presets', () => {
  test('as JSON: exact counts, the paper’s claim and the published weights', async () => {
    const { code, out } = await run('presets', '--json');
    expect(code).toBe(0);
    const rows = JSON.parse(out) as Record<string, unknown>[];
    expect(rows.length).toBeGreaterThan(100);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    expect(rows.find(({ name }) => name === 'mobilenetv2_100')).toMatchObject({
      family: 'MobileNetV2',
      params: 3504872,
      macs: 300774272,
      input: [3, 224, 224],
      top1Paper: 72,
      hubId: 'timm/mobilenetv2_100.ra_in1k',
    });
  });

  test('as a table: one line each, aligned, with a count', async () => {
    const { out } = await run('presets');
    const lines = out.split('\n');
    const line = lines.find((text) => text.startsWith('mobilenetv2_100 '));
    expect(line).toMatch(
      /^mobilenetv2_100 +MobileNetV2 +3,504,872 +300\.774 +224 +72\.0 +timm\/mobilenetv2_100\.ra_in1k$/,
    );
    expect(out).toMatch(/\n\d+ presets\. /);
  });
});

describe('show', () => {
  test('a preset: every node, the totals and the convention', async () => {
    const { code, out } = await run('show', 'mobilenetv2_100');
    expect(code).toBe(0);
    expect(out).toContain('mobilenetv2_100, input 3×224×224');
    expect(out).toMatch(/\nblocks\.1\.0\.conv_dw +conv2d +56×56×96 +864 +2\.710 +301,056 /);
    expect(out).toMatch(/\nparams +3,504,872\n/);
    expect(out).toMatch(/\nMACs +300\.774 M +convolution 299\.494 M, linear 1\.280 M, attention 0\.000 M\n/);
    expect(out).toContain('Counted at batch 1');
  });

  test('--input and --width build another net of the same text', async () => {
    const { code, out } = await run('show', 'mobilenetv2_100', '--input', '96', '--width', '0.5', '--json');
    expect(code).toBe(0);
    const net = JSON.parse(out) as { params: number; input: number[]; nodes: { id: string; shape: number[] }[] };
    expect(net.params).toBe(1968680);
    expect(net.input).toEqual([3, 96, 96]);
    expect(net.nodes.find(({ id }) => id === 'conv_stem')?.shape).toEqual([1, 48, 48, 16]);
  });

  test('a file', async () => {
    const { code, out } = await run('show', file('small.arch', small), '--json');
    expect(code).toBe(0);
    const net = JSON.parse(out) as { macs: number; nodes: { macs: number; parameters: { name: string }[] }[] };
    expect(net.macs).toBe(net.nodes.reduce((sum, node) => sum + node.macs, 0));
    expect(net.nodes.flatMap(({ parameters }) => parameters.map(({ name }) => name))).toContain(
      'blocks.0.0.conv_dw.weight',
    );
  });

  test('a file with errors is refused with their places', async () => {
    const path = file('broken.arch', small.replace('mbconv', 'mbcnov'));
    const { code, out, err } = await run('show', path);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`${path}:4:1: `);
    expect(err).toContain('fix: Change to mbconv');
  });

  test('what cannot be built says where: a count that is not as expected', async () => {
    const path = file('expecting.arch', `expect 5 params\n${small}`);
    expect(await run('show', path)).toMatchObject({ code: 1, err: expect.stringContaining(`${path}:1:1: `) });
  });

  test('names that stand for nothing', async () => {
    expect(await run('show', 'mobilenetv2_10')).toMatchObject({
      code: 1,
      err: expect.stringContaining('"mobilenetv2_100"'),
    });
    expect(await run('show', './nowhere.arch')).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no file "./nowhere.arch"'),
    });
    for (const file of ['nowhere.onnx', 'nowhere.tflite'])
      expect(await run('show', file)).toMatchObject({ code: 2, err: expect.stringContaining(`no file "${file}"`) });
    expect(await run('show', folder)).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') });
  });
});

describe('print', () => {
  test('the canonical text is stable', async () => {
    const path = file('messy.arch', small.replaceAll('  ', ' '));
    const once = (await run('print', path)).out;
    expect(once).toContain('mbconv  k3 s1 c8 e2');
    expect((await run('print', file('clean.arch', once))).out).toBe(once);
  });

  test('timm strings and JSON', async () => {
    const timm = await run('print', 'mobilenetv2_100', '--as', 'timm');
    expect(timm.out).toContain("    ['ir_r3_k3_s2_e6_c32'],");
    const { out } = await run('print', 'mobilenetv2_100', '--as', 'json');
    expect(JSON.parse(out)).toMatchObject({
      header: { act: 'relu6' },
      blocks: expect.arrayContaining([{ word: 'ds', repeats: 1, args: { k: 3, c: 16 } }]),
    });
  });

  test('a block that timm has no string for', async () => {
    expect(await run('print', 'efficientformer_l1', '--as', 'timm')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no timm form'),
    });
  });
});

describe('check', () => {
  test('a sound text: a sentence and exit code 0', async () => {
    const { code, out } = await run('check', file('sound.arch', small));
    expect(code).toBe(0);
    expect(out).toMatch(/sound\.arch: no problems; \d+ parameters, 0\.\d+ M MACs\.$/);
  });

  test('every problem with line, column and fix, and exit code 1; lines may end in any way', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const path = file(
        'wrong.arch',
        ['input 3x32x32', '', 'conv k3 s2 c8', 'mbconv k3 s1 c8 e2 q7', 'pol', 'linear c10', ''].join(end),
      );
      const { code, out } = await run('check', path);
      expect(code).toBe(1);
      expect(out).toContain(`${path}:4:20: `);
      expect(out).toMatch(/:5:1: .*"pol".*\n {4}fix: Change to pool/);
    }
  });

  test('a net by name, as every verb takes one', async () => {
    expect(await run('check', 'mobilenetv2_100')).toEqual({
      code: 0,
      out: 'mobilenetv2_100: no problems; 3,504,872 parameters, 300.774 M MACs.',
      err: '',
    });
    expect(await run('check', 'mobilenetv2_10')).toMatchObject({
      code: 1,
      err: expect.stringContaining('"mobilenetv2_100"'),
    });
    expect(await run('check', './nowhere.arch')).toMatchObject({ code: 2, err: expect.stringContaining('no file') });
  });

  test('an empty file is not a net', async () => {
    expect((await run('check', file('empty.arch', ''))).code).toBe(1);
  });
});
