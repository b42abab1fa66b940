import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import type { SearchJson } from '../../../src/cli/search/report.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { randomGenotype } from '../../../src/graph/search/genes.ts';
import { spaceOf } from '../../../src/graph/search/space/space.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-search-'));
afterAll(() => rmSync(folder, { recursive: true }));
const text = `family mobilenetv3
input 3x32x32
conv k3 s2 c16
mbconv x{1..3} k{3,5} s2 c24{0.75,1} e{3,6}
mbconv x{1..3} k{3,5} s2 c40{0.75,1} e{3,6}
pool
linear c10
`;
const space = join(folder, 'space.arch');
writeFileSync(space, text);

async function run(...words: string[]) {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, ['search', space, ...words], console);
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const searched = async (...words: string[]): Promise<SearchJson> =>
  JSON.parse((await run(...words, '--json')).out) as SearchJson;

test('a search keeps its limits, shows random search beside it, and is the same for the same seed', async () => {
  const words = ['--max-mmacs', '0.9', '--max-mparams', '0.05', '--evaluations', '30', '--seed', '3'];
  const found = await searched(...words);
  expect(found.evaluations).toBe(30);
  expect(found.front.length).toBeGreaterThan(2);
  expect(found.baseline.length).toBeGreaterThan(0);
  for (const { costs } of [...found.front, ...found.baseline]) {
    expect(costs.macs).toBeLessThanOrEqual(0.9e6);
    expect(costs.params).toBeLessThanOrEqual(0.05e6);
  }
  expect(await searched(...words)).toEqual(found);
  const other = await searched(...words.slice(0, -1), '4');
  expect(other.log.map(({ genotype }) => genotype)).not.toEqual(found.log.map(({ genotype }) => genotype));
});

test('no net that nobody trained has a per cent of accuracy', async () => {
  const { out, code } = await run('--evaluations', '20');
  expect(code).toBe(0);
  expect(out).toContain('Accuracy was not measured.');
  expect(out).not.toMatch(/\d ?%/);
});

test('a limit that no net keeps is told before anything is searched, with the least there is', async () => {
  const { code, out, err } = await run('--max-mmacs', '0.001');
  expect([code, out]).toEqual([1, '']);
  expect(err).toMatch(/^No net of this space was found below \d+\.\d million MACs; you asked for 0\.0 million MACs\.$/);
});

test('trained nets carry the search where they order pairs right, and are refused where they are noise', async () => {
  const { genes } = spaceOf(text);
  const trained = (noise: number) =>
    Array.from({ length: 40 }, (_, i) => {
      const genotype = randomGenotype(genes, new Draws(5, i % 36));
      const signal = genotype.reduce((sum, option, gene) => sum + option * (gene % 3), 0);
      return { genotype, quality: 60 + signal + noise * new Draws(6, i).normal() };
    });
  const file = join(folder, 'trained.json');
  writeFileSync(file, JSON.stringify(trained(0.2)));
  const found = await searched('--trained', file, '--evaluations', '30');
  expect(found.quality.source).toBe('trained');
  expect(found.quality.reliability).toBeGreaterThan(0.8);
  writeFileSync(file, JSON.stringify(trained(30)));
  expect(await run('--trained', file)).toMatchObject({ code: 1, err: expect.stringContaining('not enough trainings') });
  writeFileSync(file, JSON.stringify([{ genotype: [0], quality: 1 }, 1, 2, 3]));
  expect(await run('--trained', file)).toMatchObject({ code: 2 });
});

const recorded = {
  format: 'bottleneck-latency',
  version: 1,
  adapter: { vendor: 'v', architecture: 'a', description: 'recorded', software: false },
  precision: 'f32',
  for: 'gpu',
  tickNs: null,
  entries: {
    '0123456789abcdef': {
      ms: 0.1,
      interval: null,
      runs: 9,
      kernel: 'pointwise/tile',
      macs: 1e6,
      bytes: 1e5,
      workgroups: 64,
    },
  },
  calibration: { baseMs: 1, dispatchMs: 0.01, nets: 8 },
  check: null,
};

test('a recorded table is taken only when it is one, and a search by it needs no device', async () => {
  const file = join(folder, 'table.json');
  writeFileSync(file, '{"format":"bottleneck-tuning"}');
  expect(await run('--table', file)).toMatchObject({
    code: 2,
    err: expect.stringContaining('is no latency table: format'),
  });
  writeFileSync(file, JSON.stringify(recorded));
  const found = await searched('--table', file, '--max-ms', '5', '--evaluations', '12');
  expect(found.objectives).toEqual(['ms']);
  expect(found.latency).toMatchObject({ isReliable: false });
  expect(found.latency!.estimated).toBeGreaterThan(5);
  expect(found.front.every(({ costs }) => costs.ms! > 1 && costs.ms! <= 5)).toBe(true);
});

test('what is written is what is printed', async () => {
  const file = join(folder, 'found.json');
  const { out } = await run('--evaluations', '8', '--json', '--out', file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(out));
});

test('a search may begin with a net of its space, and says where another one differs', async () => {
  const net = join(folder, 'net.arch');
  writeFileSync(
    net,
    text
      .replace('x{1..3} k{3,5} s2 c24{0.75,1} e{3,6}', 'k5 s2 c24 e6')
      .replace('x{1..3} k{3,5} s2 c40{0.75,1} e{3,6}', 'x2 k3 s2 c40 e3'),
  );
  const found = await searched('--from', net, '--evaluations', '12');
  // 24 · 0.75 = 18 rounds to 24 as well: the first of two choices that write the same.
  expect(found.log[0]).toMatchObject({ genotype: [0, 1, 0, 1, 1, 0, 1, 0], why: 'seed' });
  writeFileSync(net, readFileSync(net, 'utf8').replace('mbconv k5', 'mbconv k7'));
  expect(await run('--from', net)).toMatchObject({ code: 1, err: expect.stringContaining('k7 is not in k{3,5}') });
});

test('a search that was cut goes on as if it had not been, and goes through again without its table', async () => {
  const [table, whole, cut] = ['t.json', 'whole.json', 'cut.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(table, JSON.stringify(recorded));
  const words = ['--table', table, '--seed', '8', '--json'];
  const uncut = await run(...words, '--evaluations', '14', '--out', whole);
  await run(...words, '--evaluations', '9', '--out', cut);
  expect((await run('--resume', cut, '--evaluations', '14', '--json')).out).toBe(uncut.out);
  expect(await run('--replay', whole)).toMatchObject({ code: 0, out: expect.stringContaining('all 14 nets') });
  const changed = readFileSync(whole, 'utf8').replace(/("log": [^]*?"quality": )/, '$11');
  writeFileSync(cut, changed);
  expect(await run('--replay', cut)).toMatchObject({ code: 1, err: expect.stringContaining('comes out differently') });
  expect(await run('--replay', whole, '--seed', '3')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--seed is as'),
  });
  writeFileSync(cut, changed.replace('x{1..3} k{3,5} s2 c24', 'x{1..2} k{3,5} s2 c24'));
  expect(await run('--resume', cut)).toMatchObject({ code: 2, err: expect.stringContaining('another space') });
});
