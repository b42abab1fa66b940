// Result cards: a changed one is refused, and two are ranked only where their times mean the same.
import { expect, it } from 'vitest';
import { compareCards, openCard, sealCard, type CardContent } from '../../../src/workers/engine/card/card.ts';
import { cardPicture } from '../../../src/workers/engine/card/picture.ts';

const content = (ms: number, software = false): CardContent => ({
  format: 'bottleneck-card',
  version: 1,
  net: { name: 'mobilenetv2_100', hash: '0123456789abcdef', input: [3, 224, 224], params: 3504872, macs: 300774272 },
  weights: { kind: 'made up', sha256: 'a'.repeat(64) },
  adapter: { vendor: 'acme', architecture: 'one', description: 'Acme <One>', software },
  runtime: 'Chrome 156',
  program: '0.1.0',
  settings: { precision: 'f32', batch: 1, dispatches: 54 },
  clock: { tickNs: 65536, estimated: false },
  at: '2026-11-30T12:00:00.000Z',
  latency: { medianMs: ms, p90Ms: ms * 1.1, runs: 20, interval: [ms * 0.95, ms * 1.05] },
  pass: { medianMs: ms * 0.9, p90Ms: ms, runs: 20, interval: [ms * 0.85, ms * 0.95] },
  disturbed: [],
});

it('opens as it was made, whatever the order of its keys, and refuses every change', async () => {
  const card = await sealCard(content(4));
  expect(await openCard(JSON.parse(JSON.stringify(card)))).toEqual(card);
  expect(await openCard(Object.fromEntries(Object.entries(card).reverse()))).toEqual(card);
  await expect(openCard({ ...card, latency: { ...card.latency, medianMs: 3 } })).rejects.toThrow('was changed');
  await expect(openCard({ ...card, adapter: { ...card.adapter, software: true } })).rejects.toThrow('was changed');
  await expect(openCard({ ...card, note: 'fast' })).rejects.toThrow(/no result card: note/);
  await expect(openCard({})).rejects.toThrow(/no result card: format/);
});

it('ranks two cards by their intervals, and never a software adapter with a GPU', async () => {
  const [a, b, near, software] = await Promise.all(
    [content(4), content(5), content(4.1), content(40, true)].map((one) => sealCard(one)),
  );
  expect(compareCards(a!, b!)).toMatchObject({ verdict: 'a is faster', ratio: 1.25, differs: [] });
  expect(compareCards(b!, a!)).toMatchObject({ verdict: 'b is faster' });
  expect(compareCards(a!, near!)).toMatchObject({ verdict: 'none shown' });
  const never = compareCards(a!, software!);
  expect(never.ratio).toBeUndefined();
  expect(never.unranked[0]).toMatch(/software adapter/);
  const drifted = await sealCard({ ...content(5), disturbed: ['drift'] });
  expect(compareCards(a!, drifted).unranked).toEqual(['the runs of b (mobilenetv2_100) were disturbed: drift']);
});

it('is drawn with its hash, and what it holds is text there', async () => {
  const card = await sealCard(content(4));
  const picture = cardPicture(card);
  expect(picture).toContain(`sha256 ${card.sha256}`);
  expect(picture).toContain('Acme &lt;One&gt;');
  expect(picture).not.toContain('<One>');
});
