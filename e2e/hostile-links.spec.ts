// Hostile links on the real page: a sentence, no script, no request, the own net untouched. All 1,000 are in tests/pure/link.
import { hostileFragments } from '../tests/pure/link/hostile-fragments.ts';
import { expect, netHash, open, test } from './fixture.ts';

const parts = process.env['FULL'] ? 12 : 2;
const sample = Object.entries(hostileFragments).flatMap(([kind, fragments]) =>
  // Two of each kind (with FULL=1 twelve), from all over it.
  Array.from({ length: parts }, (_, part) => ({
    kind,
    fragment: fragments[Math.floor(((part + 0.5) * fragments.length) / parts)] ?? '',
  })),
);

test(`${sample.length} hostile links do nothing`, async ({ page }) => {
  await open(page);
  const mine = await netHash(page);
  const requests: string[] = [];
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) requests.push(request.url());
  });
  for (const { kind, fragment } of sample) {
    await page.goto('about:blank');
    await page.goto(`./#${fragment}`);
    await expect(page.getByRole('alert'), kind).toContainText(/^This link .*\./s);
    expect(await netHash(page), kind).toBe(mine);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(page.getByRole('alert')).toBeEmpty();
  }
  // What the page is made of; nothing else may go out.
  expect(
    requests.filter((url) => !/^\/(assets\/[\w.-]+\.(js|css)|theme\.js|icon\.svg)$/.test(new URL(url).pathname)),
  ).toEqual([]);
  expect(await page.evaluate(() => 'polluted' in {})).toBe(false);
});
