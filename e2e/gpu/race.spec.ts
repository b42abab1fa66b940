// The race on a software adapter: every peer comes from the page's own site, runs in turns with ours, and shows by its GPU calls where it ran.
import { encodeLink } from '../../src/graph/link/link.ts';
import { axeFindings, expect, longestTaskMs, open, test } from '../fixture.ts';

const text = 'input 3x32x32\nconv k3 s2 c16\nmbconv k3 s2 c24 e4\nconv k1 c64\npool\nlinear c10\n';

test('four peers race ours; one whose WebGPU is taken away is named; a page that was hidden says so', async ({
  page,
  browser,
}) => {
  test.setTimeout(180_000);
  page.on('worker', (worker) => {
    if (!worker.url().includes('race.worker')) return;
    // Where the race is over already, so is the worker.
    void worker
      .evaluate(() => {
        const { gpu } = navigator;
        const taken = (): boolean => (new Error().stack ?? '').includes('asyncify');
        Object.defineProperty(navigator, 'gpu', { get: () => (taken() ? undefined : gpu), configurable: true });
      })
      .catch(() => undefined);
  });
  await open(page, encodeLink({ name: 'small', text }));
  const pane = page.getByRole('region', { name: 'Profile' });
  await pane.getByRole('tab', { name: 'Race' }).click();
  await pane.getByRole('combobox', { name: 'Rounds' }).selectOption('7');
  await pane.getByRole('button', { name: 'Race', exact: true }).focus();
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', '__metadata'] });
  await page.keyboard.press('Enter');
  await pane.getByRole('tabpanel').getByRole('progressbar').waitFor();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await pane.getByRole('button', { name: 'Race again' }).waitFor({ timeout: 120_000 });
  expect(longestTaskMs(await browser.stopTracing())).toBeLessThan(50);
  await expect(pane.getByRole('alert')).toContainText('The page was not shown all the time');

  const row = (name: string) => pane.getByRole('row').filter({ hasText: name });
  await expect(row('Bottleneck')).toContainText(/[1-9]\d* dispatches/);
  await expect(row('ONNX Runtime WebGPU')).toContainText(/fell back to the processor: not one dispatch|not raced/);
  await expect(row('TensorFlow.js WebGPU')).toContainText(/[1-9]\d* dispatches.*e[−-]\d/);
  for (const name of ['ONNX Runtime WASM', 'LiteRT.js WASM']) {
    await expect(row(name)).toContainText(/1 thread.*of 7no WebGPU.*e[−-]\d/);
  }
  const census = pane.getByRole('columnheader').getByRole('button', { name: 'Census' });
  await census.focus();
  await expect(page.getByText('Every WebGPU call of one run, counted.')).toBeVisible();
  await page.keyboard.press('Escape');
  await pane.getByRole('radio', { name: 'Chart' }).click();
  await expect(pane.getByRole('application', { name: /^Latency by runtime/ })).toBeVisible();
  expect(await axeFindings(page, '[aria-label="Profile"]')).toEqual([]);
});
