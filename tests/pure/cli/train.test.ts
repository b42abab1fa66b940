// `train` as a user calls it: progress, the file of weights, the same curve for the same recipe, and refusals in words.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { readSafetensors } from '../../../src/graph/formats/safetensors/read.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-train-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const net = file('net.arch', 'input 3x8x8\n\nconv k3 s2 c8\npool\nlinear c12\n');
const recipe = file('recipe.txt', 'steps 3\nbatch 4\nrate 0.1 constant\n');

async function train(...words: string[]) {
  const { console, out, err } = captured();
  return { code: await runCommand(verbs, ['train', ...words], console), out, err };
}

test('a run says how it goes, writes the weights and what they are worth', async () => {
  const path = join(folder, 'weights.safetensors');
  const { code, out, err } = await train(net, '--recipe', recipe, '--out', path);
  expect(err).toEqual([]);
  expect(code).toBe(0);
  expect(out[0]).toMatch(/^step 3 {2}loss \d\.\d{4} {2}rate 0\.100 {2}gradient \d/);
  expect(out[1]).toMatch(/^\d+\.\d % of 500 held-out pictures right, 3 steps in \d+ s on the CPU\.$/);
  expect([...readSafetensors(new Uint8Array(readFileSync(path))).tensors.keys()]).toContain('conv_stem.weight');
});

test('--json holds the curve, and the same recipe gives the same one', async () => {
  const run = async () => {
    const { out } = await train(net, '--recipe', recipe, '--json');
    const { losses, accuracy } = JSON.parse(out.join('\n')) as { losses: number[]; accuracy: number };
    return { losses, accuracy };
  };
  const first = await run();
  expect(first.losses).toHaveLength(3);
  expect(await run()).toEqual(first);
});

test('what cannot be trained says why, before any work', async () => {
  const other = file('other.arch', 'input 3x8x8\n\nconv k3 s2 c8\npool\nlinear c10\n');
  expect((await train(other)).err[0]).toMatch(/12 classes, but .* has 10 outputs; end it in "linear c12"/);
  const grey = file('grey.arch', 'input 1x8x8\n\nconv k3 c8\npool\nlinear c12\n');
  expect((await train(grey)).err[0]).toMatch(/reads no square colour pictures/);
  const wrong = file('wrong.txt', 'steps many\n');
  const out = join(folder, 'none.safetensors');
  expect((await train(net, '--recipe', wrong, '--out', out)).err[0]).toMatch(
    /line 1, "steps many": write it as "steps 300"/,
  );
  expect(existsSync(out)).toBe(false);
});

test('a run stopped at a checkpoint and gone on with ends in the same bytes, on pictures of one’s own', async () => {
  const data = join(folder, 'data');
  for (const name of ['cat', 'dog']) {
    mkdirSync(join(data, name), { recursive: true });
    for (let i = 0; i < 5; i++) cpSync('public/samples/cat.jpg', join(data, name, `${i}.jpg`));
  }
  writeFileSync(join(data, 'cat', 'notes.txt'), 'no picture');
  const own = file('own.arch', 'input 3x8x8\n\nconv k3 s2 c4\npool\nlinear c2\n\n# train: steps 6; batch 4; ema 0.5\n');
  const at = (name: string): string => join(folder, `${name}.safetensors`);
  const whole = await train(
    own,
    '--data',
    data,
    '--out',
    at('whole'),
    '--checkpoint',
    at('whole-state'),
    '--every',
    '2',
  );
  expect(whole.code).toBe(0);
  expect(whole.err[0]).toContain('1 file left out: "cat/notes.txt" is a text');
  const short = file('short.txt', 'steps 3\nbatch 4\nema 0.5\nrate 0.1 constant\n');
  const all = file('all.txt', 'steps 6\nbatch 4\nema 0.5\nrate 0.1 constant\n');
  await train(own, '--data', data, '--recipe', all, '--out', at('one'));
  await train(own, '--data', data, '--recipe', short, '--checkpoint', at('half'));
  const resumed = await train(own, '--data', data, '--recipe', all, '--resume', at('half'), '--out', at('two'));
  expect(resumed.out.at(-1)).toMatch(/of 2 held-out pictures right, 3 steps in/);
  expect(readFileSync(at('two')).equals(readFileSync(at('one')))).toBe(true);
  const drawn = file('other2.arch', 'input 3x8x8\n\nconv k3 s2 c5\npool\nlinear c2\n');
  expect((await train(drawn, '--data', data, '--resume', at('half'))).err[1]).toMatch(
    /is the state of another net \(own\)/,
  );
  expect((await train(own, '--data', data, '--resume', at('one'))).err[0]).toMatch(/holds no state of a training run/);
  rmSync(join(data, 'dog'), { recursive: true });
  expect((await train(own, '--data', data)).err[0]).toMatch(
    /holds one folder with pictures; training needs a folder a class/,
  );
});

test('a rate that breaks is named, the exit code says it, and --find-rate finds one', async () => {
  const hot = file('hot.txt', 'steps 50\nbatch 4\nrate 1e9 constant\n');
  const lost = await train(net, '--recipe', hot, '--json');
  expect(lost.code).toBe(1);
  const { stopped, ending } = JSON.parse(lost.out.join('\n')) as { stopped: boolean; ending: { sentence: string } };
  expect(stopped).toBe(true);
  expect(ending.sentence).toMatch(/^Given up after \d+ steps, the last 3 of them left out: .*"/);
  const found = await train(net, '--recipe', recipe, '--find-rate');
  expect(found.out.at(-1)).toMatch(/^A third of the rate of the least smoothed loss: rate [\d.]+\.$/);
});
