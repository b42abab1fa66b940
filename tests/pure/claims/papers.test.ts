// Every seed paper has a page; every claim a source and a test that can be made, or a reason why none can.
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import type { CountTest, PairTest } from '../../../src/graph/claims/claim.ts';
import { papers } from '../../../src/graph/claims/papers/index.ts';
import { countHere, sideText } from '../../../src/graph/claims/side.ts';
import { countVerdict, pairVerdict } from '../../../src/graph/claims/verdict.ts';
import { check } from '../../../src/graph/notation/check.ts';
import { foundOf, claimSources } from '../../../src/ui/dialogs/claims/claim-text.ts';
import { captured } from '../cli/captured.ts';

const claims = papers.flatMap((paper) => paper.claims.map((claim) => ({ paper, claim })));
const found = (paper: string, id: string) => {
  const claim = claims.find((one) => one.paper.id === paper && one.claim.id === id)?.claim;
  if (!claim) throw new Error(`no claim ${paper} ${id}`);
  return claim;
};

test('twenty papers and MobileNetV1, each with claims, and every claim with a source that has an address', () => {
  expect(papers.length).toBe(21);
  expect(new Set(papers.map(({ id }) => id)).size).toBe(21);
  for (const { paper, claim } of claims) {
    const at = `${paper.id} ${claim.id}`;
    expect.soft(claim.says, at).toMatch(/^\S.+\.$/);
    expect.soft(claim.figure, at).toMatch(/\S/);
    expect.soft(claim.source.url, at).toMatch(/^https:\/\//);
    if (claim.why !== undefined) expect.soft(claim.why, at).toMatch(/^\S.+\.$/);
    // What is not tested here says why.
    if (claim.test.kind === 'none' || claim.test.kind === 'elsewhere')
      expect.soft(claim.test.why, at).toMatch(/^\S.+\.$/);
  }
  for (const paper of papers) {
    expect.soft(new Set(paper.claims.map(({ id }) => id)).size, paper.id).toBe(paper.claims.length);
    const { rows, at } = claimSources(paper);
    for (const [i, row] of at.entries()) expect.soft(rows[row]?.url, paper.id).toBe(paper.claims[i]?.source.url);
  }
});

test('both sides of every comparison are nets, and other ones', () => {
  for (const { paper, claim } of claims) {
    if (claim.test.kind !== 'pair') continue;
    const texts = [claim.test.a, claim.test.b].map(sideText);
    for (const text of texts)
      expect
        .soft(
          check(text).problems.filter(({ severity }) => severity === 'error'),
          `${paper.id} ${claim.id}`,
        )
        .toEqual([]);
    expect.soft(texts[0], `${paper.id} ${claim.id}`).not.toBe(texts[1]);
  }
});

test('the comparisons that people ask for are among them', () => {
  const named = [
    ['mobilenetv4', 'against-v3'],
    ['fd-mobilenet', 'against-v1'],
    ['mobilenetv4', 'mqa'],
    ['mobilenetv4', 'kv-stride'],
    ['mixnet', 'large-kernels'],
    ['mixnet', 'mixed'],
    ['mobilenetv3', 'hswish'],
    ['coordinate-attention', 'speed'],
    ['t2t-vit', 'performer'],
    ['efficientformer', 'mobilenet-speed'],
    ['efficientnet', 'compound-depth'],
    ['efficientnet', 'compound-width'],
    ['efficientnet', 'compound-resolution'],
  ] as const;
  for (const [paper, id] of named) expect(found(paper, id).test.kind).toBe('pair');
  expect((found('mobilenetv4', 'mqa').test as PairTest).ratio).toBe(0.61);
});

test('what is counted is as printed, or says why it is not', () => {
  const differ: string[] = [];
  for (const { paper, claim } of claims) {
    if (claim.test.kind !== 'count') continue;
    if (countVerdict(claim.test, countHere(claim.test)) !== 'differs') continue;
    differ.push(`${paper.id} ${claim.id}`);
    expect.soft(claim.why, `${paper.id} ${claim.id}`).toBeDefined();
  }
  expect(differ.sort()).toEqual([
    'efficientformerv2 work',
    'efficientnet growth',
    'mixnet large',
    'mobiledets work-cpu',
    'mobilenetv4 medium-work',
    'mobilenetv4 mqa-weights',
    'wav2small size',
    'wav2small student',
  ]);
});

describe('verdicts', () => {
  const pair = (says: PairTest['says'], ratio?: number): PairTest => ({
    kind: 'pair',
    a: { title: 'a' },
    b: { title: 'b' },
    says,
    ...(ratio !== undefined && { ratio }),
  });
  test.each([
    ['faster', 0.61, 0.62, [0.6, 0.64], 'reproduces'],
    ['faster', 0.61, 0.8, [0.78, 0.82], 'weaker'],
    ['faster', 0.85, 0.5, [0.49, 0.51], 'stronger'],
    ['faster', 0.61, 0.99, [0.97, 1.01], 'undecided'],
    ['faster', 0.9, 1.2, [1.1, 1.3], 'opposite'],
    ['faster', undefined, 0.9, [0.88, 0.93], 'reproduces'],
    ['slower', 1.9, 1.5, [1.4, 1.6], 'weaker'],
    ['slower', 1.9, 0.9, [0.88, 0.93], 'opposite'],
    ['alike', 1, 1.02, [0.98, 1.06], 'reproduces'],
    ['alike', 1, 2, [1.9, 2.1], 'differs'],
    ['alike', 1, 1.1, [0.9, 1.3], 'undecided'],
  ] as const)('%s %s, measured %s in %o: %s', (says, ratio, value, interval, verdict) => {
    expect(pairVerdict(pair(says, ratio), { value, interval })).toBe(verdict);
  });
  test('of a count go by the digits that were printed, and by a per cent', () => {
    const count = (printed: number): CountTest => ({ kind: 'count', of: 'params', b: { title: 'b' }, printed });
    expect(countVerdict(count(3.8e6), 3_774_024)).toBe('reproduces');
    expect(countVerdict(count(300e6), 300_775_000)).toBe('reproduces');
    expect(countVerdict(count(9.2e6), 9_715_512)).toBe('differs');
    expect(countVerdict({ ...count(0.8e9), digits: 1 }, 788_830_144)).toBe('reproduces');
  });
  test('stand with their numbers', () => {
    const text = foundOf(found('mobilenetv4', 'mqa'), undefined, {
      aMs: 2,
      bMs: 1.3,
      difference: { value: -0.7, interval: [-0.8, -0.6] },
      ratio: { value: 0.62, interval: [0.6, 0.64] },
      pairs: 15,
      wins: 15,
      estimated: false,
      disturbed: [],
    });
    expect(text).toMatchObject({ verdict: 'reproduces' });
    expect(text?.text).toContain('0.62 of the time (0.60 … 0.64)');
  });
});

test('the verb claims lists the papers, shows one, and names what it does not know', async () => {
  const command = async (...words: string[]) => {
    const { console, out, err } = captured();
    const code = await runCommand(verbs, words, console);
    return { code, stdout: out, stderr: err };
  };
  const all = await command('claims', '--json');
  expect(all.code).toBe(0);
  const one = await command('claims', 'fd-mobilenet', '--json');
  const { adapter, rows } = JSON.parse(one.stdout.join('\n')) as {
    adapter: null;
    rows: { id: string; verdict: string; here: number }[];
  };
  expect(adapter).toBeNull();
  expect(rows.find(({ id }) => id === 'work-1')).toMatchObject({ verdict: 'reproduces', here: 144_489_728 });
  const wrong = await command('claims', 'mobilenetv5');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr.join('\n')).toMatch(/no paper is called "mobilenetv5"; did you mean mobilenetv\d\?/);
});
