import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { writeSafetensors } from '../../../src/graph/formats/safetensors/write.ts';
import { generateTensor } from '../../../src/graph/inspect/golden.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { preparationMetadata } from '../../../src/graph/weights/preparation-config.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-slim-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
const text =
  'family efficientnet\ninput 3x32x32\nact relu6\nconv k3 s2 c16\nmbconv x2 k3 s2 c24 e6\npool\nlinear c10\n';
writeFileSync(file('net.arch'), text);
const graph = check(text).graph!;
const tensors = new Map(
  graphParams(graph).map(({ name, shape }) => [name, { shape, values: generateTensor('slim', name, shape) }]),
);
const preparation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
writeFileSync(file('net.safetensors'), writeSafetensors(tensors, preparationMetadata(preparation)));

async function run(...words: string[]) {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, words, console);
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const slim = (...words: string[]) =>
  run(
    'slim',
    file('net.arch'),
    '--weights',
    file('net.safetensors'),
    '--images',
    'public/samples',
    '--device',
    'cpu',
    '--pictures',
    '6',
    ...words,
  );

test('a slimmed net is a text and weights that run takes, and its answers are compared on other pictures', async () => {
  const before = readFileSync(file('net.safetensors'));
  const words = ['--arch', file('small.arch'), '--out', file('small.safetensors')];
  const { code, out, err } = await slim('--to', '0.7', '--json', ...words);
  expect([code, err]).toEqual([0, '']);
  const found = JSON.parse(out) as {
    pictures: object;
    before: { macs: number };
    after: { macs: number; params: number };
    agreement: Record<'fitted' | 'cutOnly', { top1: number; interval: [number, number] }>;
    changes: string[];
  };
  expect(found.pictures).toEqual({ fitted: 6, compared: 6, of: [2, 1] });
  expect(found.after.macs / found.before.macs).toBeLessThanOrEqual(0.7);
  expect(found.after.macs / found.before.macs).toBeGreaterThan(0.665);
  const { top1, interval } = found.agreement.fitted;
  expect(interval[0] <= top1 && top1 <= interval[1]).toBe(true);
  expect(readFileSync(file('net.safetensors')).equals(before)).toBe(true);
  const answer = await run(
    'run',
    file('small.arch'),
    '--weights',
    file('small.safetensors'),
    '--image',
    'public/samples/cat.jpg',
    '--device',
    'cpu',
  );
  expect(answer.code).toBe(0);
  const report = await slim('--to', '0.7', '--force', ...words);
  expect(report.out).toMatch(
    /first answer as before on \d+ % \(95 % interval \d+–\d+ %\) of 6 views of 1 other pictures/,
  );
  expect(report.out).toContain('inner width');
});

test('what cannot be slimmed is said', async () => {
  expect(await slim()).toMatchObject({ code: 2, err: expect.stringContaining('--arch FILE.arch and --out') });
  const words = ['--arch', file('a.arch'), '--out', file('a.safetensors')];
  expect(await slim('--to', '0.1', ...words)).toMatchObject({ code: 1, err: expect.stringContaining('not further') });
});
