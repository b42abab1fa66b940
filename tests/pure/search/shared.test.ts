import { expect, test } from 'vitest';
import { decodeLink, encodeLink, linkLimits, netHash } from '../../../src/graph/link/link.ts';
import { randomGenotype } from '../../../src/graph/search/genes.ts';
import { Draws } from '../../../src/graph/search/random.ts';
import { readShared, writeShared, type SharedSearch } from '../../../src/graph/search/shared.ts';
import { spaceOf } from '../../../src/graph/search/space/space.ts';
import { shippedSpaces } from '../../../src/graph/search/spaces/index.ts';

/** The space with the most choices, with a front as large as a link carries. */
function longest(): SharedSearch {
  const spaces = [...shippedSpaces].map(([name, text]) => ({ name, text, space: spaceOf(text) }));
  const { name, text, space } = spaces.reduce((a, b) => (b.space.genes.length > a.space.genes.length ? b : a));
  return {
    name,
    spaceText: text,
    method: 'nsga2',
    seed: 7,
    evaluations: 2000,
    objective: 'ms',
    limits: { ms: 12.5, params: 4e6 },
    source: 'prior',
    adapter: 'a graphics processor with a rather long name, driver 123.45.6789',
    front: Array.from({ length: 24 }, (_, i) => ({
      genotype: randomGenotype(space.genes, new Draws(1, i)),
      cost: 3.14159 + i,
      quality: 7 + i / 100,
      ms: [3.2 + i, 3.1 + i, 3.4 + i] as const,
    })),
  };
}

test('a front of 24 of the longest space fits into a link and opens as the same nets', () => {
  const sent = longest();
  const space = spaceOf(sent.spaceText);
  const hashes = (front: SharedSearch['front']) =>
    front.map(({ genotype }) => {
      const net = space.instantiate(genotype);
      return 'text' in net ? netHash(net.text) : 'none';
    });
  const first = space.instantiate(sent.front[0]!.genotype);
  const text = 'text' in first ? first.text : '';
  const fragment = encodeLink({ name: 'found', text, search: writeShared(sent) });
  expect(fragment.length).toBeLessThanOrEqual(linkLimits.fragmentCharacters);
  const opened = decodeLink(fragment);
  const read = opened.ok ? readShared(opened.document.search ?? '') : undefined;
  expect(read?.front.map(({ genotype }) => genotype)).toEqual(sent.front.map(({ genotype }) => genotype));
  expect(hashes(read!.front)).toEqual(hashes(sent.front));
  expect({ ...read, front: [] }).toEqual({ ...sent, front: [] });
  // More than a link carries: the ends stay.
  const many = Array.from({ length: 60 }, (_, i) => ({ genotype: [i % 3], cost: i, quality: i }));
  const thinned = readShared(writeShared({ ...sent, front: many }))!.front;
  expect([thinned.length, thinned[0]!.cost, thinned.at(-1)!.cost]).toEqual([24, 0, 59]);
});

test('a hundred texts that are no search are refused', () => {
  const good = writeShared({ ...longest(), front: longest().front.slice(0, 2) });
  expect(readShared(good)).toBeDefined();
  const json = JSON.parse(good) as Record<string, unknown>;
  const keys = Object.keys(json).filter((key) => key !== 'adapter');
  const member = (json.front as object[])[0]!;
  const hostile: unknown[] = [
    ...keys.map((key) => ({ ...json, [key]: undefined })),
    ...keys.flatMap((key) => [[[7]], -1e300, true].map((value) => ({ ...json, [key]: value }))),
    ...['constructor', 'html', 'url', '__proto__ '].map((key) => ({ ...json, [key]: 'x' })),
    ...['<b>', 'a\u202eb', 'a\nb', 'x'.repeat(81)].map((name) => ({ ...json, name })),
    ...['grid', '', 7].map((method) => ({ ...json, method })),
    ...[-1, 0.5, 1e10, '0'].map((seed) => ({ ...json, seed })),
    ...[1e6, -3, null].map((evaluations) => ({ ...json, evaluations })),
    ...[{ ms: -1 }, { ms: '9' }, { joules: 3 }, [], null].map((limits) => ({ ...json, limits })),
    ...['x'.repeat(12_001), 3].map((space) => ({ ...json, space })),
    ...['0', 'zZ', '0 ', '00'.repeat(513), 5].map((g) => ({ ...json, front: [{ ...member, g }] })),
    ...[-1, 1e16, '3'].map((c) => ({ ...json, front: [{ ...member, c }] })),
    ...[[1, 2], [1, 2, 3, 4], [1, 2, -3], 'ms'].map((ms) => ({ ...json, front: [{ ...member, ms }] })),
    { ...json, front: Array.from({ length: 25 }, () => member) },
    { ...json, front: [{ ...member, script: '1' }] },
    [json],
    null,
  ];
  const texts = [
    ...hostile.map((one) => JSON.stringify(one)),
    ...Array.from({ length: 20 }, (_, i) => good.slice(0, Math.floor((good.length * i) / 20))),
    good.replace('1e', 'NaN').replace('"seed":7', '"seed":NaN'),
  ];
  expect(texts.length).toBeGreaterThanOrEqual(100);
  expect(texts.filter((text) => readShared(text) !== undefined)).toEqual([]);
});
