// Train as a user meets it: one click opens a small net and learns, pause and stop answer, a reload goes on, the weights are used in Try.
import { axeFindings, expect, open, sidewaysScroll, test } from './fixture.ts';
import type { Locator, Page } from '@playwright/test';

async function openTrain(page: Page): Promise<Locator> {
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Train' }).click();
  return page.getByRole('region', { name: 'Train', exact: true });
}

const recipe = (steps: number): string =>
  `steps ${steps}\nbatch 4\nrate 0.05 cosine to 0\noptimizer adamw\npictures 60\nseed 3`;

test('a small net learns in one click, stops, goes on after a reload, and its weights answer in Try', async ({
  page,
}) => {
  await open(page);
  let pane = await openTrain(page);
  await pane.getByRole('textbox', { name: 'Recipe' }).fill('steps many');
  await expect(pane.getByText('line 1, "steps many": write it as "steps 300"')).toBeVisible();
  await expect(pane.getByRole('button', { name: 'Train a small net' })).toBeDisabled();
  await pane.getByRole('textbox', { name: 'Recipe' }).fill(recipe(5000));
  await pane.getByRole('button', { name: 'Train a small net' }).click();
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('patterns-24');
  await expect(pane.getByText(/^Step [1-9]\d* of 5000$/)).toBeVisible({ timeout: 30_000 });
  await pane.getByRole('button', { name: 'Pause' }).click();
  await expect(pane.getByText(/^Paused at \d+ of 5000$/)).toBeVisible();
  const begun = Date.now();
  await pane.getByRole('button', { name: 'Stop' }).click();
  await expect(pane.getByRole('button', { name: 'Train this net' })).toBeEnabled();
  expect(Date.now() - begun).toBeLessThan(1500);
  await expect(pane.getByText(/^A run of patterns-24 stands at step [1-9]\d* of 5000\.$/)).toBeVisible();

  await page.reload();
  pane = await openTrain(page);
  await expect(pane.getByRole('textbox', { name: 'Recipe' })).toHaveValue(recipe(5000));
  const standing = pane.getByText(/^A run of patterns-24 stands at step/);
  await expect(standing).toBeVisible();
  const step = Number(/step (\d+) of/.exec((await standing.textContent()) ?? '')?.[1]);
  await pane.getByRole('button', { name: 'Go on with it' }).click();
  await expect(async () => {
    const now = Number(/Step (\d+) of/.exec((await pane.getByText(/^Step \d+ of/).textContent()) ?? '')?.[1]);
    expect(now).toBeGreaterThan(step);
  }).toPass({ timeout: 30_000 });
  await pane.getByRole('button', { name: 'Stop' }).click();
  await pane.getByRole('button', { name: 'Forget it' }).click();

  await pane.getByRole('textbox', { name: 'Recipe' }).fill(recipe(12));
  await expect(pane.getByText(/a step on the CPU/)).toBeVisible({ timeout: 30_000 });
  await pane.getByRole('button', { name: 'Train this net' }).click();
  await expect(pane.getByText(/held-out pictures right/)).toBeVisible({ timeout: 60_000 });
  expect.soft(await axeFindings(page, 'section[aria-label="Train"]'), 'Result').toEqual([]);
  const download = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'Save the weights' }).click();
  expect((await download).suggestedFilename()).toBe('patterns-24.safetensors');
  await pane.getByRole('tab', { name: 'Curve' }).click();
  await expect(pane.getByRole('application', { name: /^Loss of 12 steps/ })).toBeVisible();
  expect(await sidewaysScroll(page)).toBe(0);
  await pane.getByRole('tab', { name: 'Result' }).click();
  await pane.getByRole('button', { name: 'Use in Try' }).click();
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Try' }).click();
  await expect(
    page
      .getByRole('region', { name: 'Try', exact: true })
      .getByText(/patterns-24\.safetensors/)
      .first(),
  ).toBeVisible({
    timeout: 20_000,
  });
});

test('a paper’s comparison runs with seeds and is stopped at once', async ({ page }) => {
  await open(page);
  const pane = await openTrain(page);
  await pane.getByRole('tab', { name: 'Papers' }).click();
  await pane.getByRole('combobox', { name: 'Study' }).selectOption({ label: 'How it is spoken' });
  await pane.getByRole('checkbox', { name: 'Depthwise, squared error' }).uncheck();
  await pane.getByRole('checkbox', { name: 'Convolutions as in Wav2Small' }).uncheck();
  await pane.getByRole('spinbutton', { name: 'Steps of a run' }).fill('5');
  await pane.getByRole('spinbutton', { name: 'Seeds', exact: true }).fill('2');
  await pane.getByRole('spinbutton', { name: 'First seed' }).fill('7');
  await pane.getByRole('spinbutton', { name: 'First seed' }).press('Tab');
  await expect(pane.getByText(/^2 runs of 5 steps on the CPU: about .* s(econd)?\.$/)).toBeVisible({ timeout: 30_000 });
  await pane.getByRole('button', { name: 'Run the study' }).click();
  await expect(pane.getByText(/^Concordance over 2 seeds: /)).toBeVisible({ timeout: 60_000 });
  await expect(pane.getByRole('application', { name: 'Loss of 1 arm. Arrow keys go along the run.' })).toBeVisible();
  expect.soft(await axeFindings(page, 'section[aria-label="Train"]'), 'Papers').toEqual([]);
  await pane.getByRole('radiogroup', { name: 'Show findings of the study as' }).getByText('Table').click();
  await expect(pane.getByRole('region', { name: 'findings of the study' }).getByRole('row')).toHaveCount(2);
  const download = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'CSV' }).click();
  expect((await download).suggestedFilename()).toBe('study-concordance.csv');
  expect(await sidewaysScroll(page)).toBe(0);

  await pane.getByRole('spinbutton', { name: 'Steps of a run' }).fill('20000');
  await pane.getByRole('button', { name: 'Run the study' }).click();
  await expect(pane.getByText(/^It runs: \d+ %$/)).toBeVisible();
  const begun = Date.now();
  await pane.getByRole('button', { name: 'Stop' }).click();
  await expect(pane.getByRole('button', { name: 'Run the study' })).toBeVisible();
  expect(Date.now() - begun).toBeLessThan(1500);
});
