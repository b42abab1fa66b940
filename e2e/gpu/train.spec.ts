// Training on a software adapter: the page says why the CPU is its choice, the GPU is a click away, answers a stop at once and goes on.
import { expect, open, test } from '../fixture.ts';
import { paste } from '../give.ts';

test.describe.configure({ timeout: 180_000 });

test('a net learns on the GPU: bytes and time before the start, a stop heard at once, the same device afterwards', async ({
  page,
}) => {
  await open(page);
  await paste(
    page,
    'input 3x8x8\n\nconv k3 s2 c4\npool\nlinear c12\n\n# train: steps 4000; batch 4; rate 0.01; pictures 60; seed 1\n',
  );
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Train' }).click();
  const pane = page.getByRole('region', { name: 'Train', exact: true });
  await expect(pane.getByText(/^WebGPU here is SwiftShader.*, which is the CPU too/)).toBeVisible({ timeout: 30_000 });
  await expect(pane.getByText('Trains on the CPU')).toBeVisible();
  await pane.getByRole('radio', { name: 'GPU' }).click();
  await expect(pane.getByText(/^Trains on SwiftShader/)).toBeVisible();
  const cost = pane.locator('[data-cost]');
  await expect(cost).toContainText('a step on WebGPU (', { timeout: 60_000 });
  await expect(cost).toContainText('KiB');
  await pane.getByRole('button', { name: 'Train this net' }).click();
  await expect(pane.getByText(/^Step [1-9]\d* of 4000$/)).toBeVisible({ timeout: 60_000 });
  const begun = Date.now();
  await pane.getByRole('button', { name: 'Stop' }).click();
  await expect(pane.getByRole('button', { name: 'Train this net' })).toBeEnabled();
  expect(Date.now() - begun).toBeLessThan(1500);
  await pane.getByRole('radio', { name: 'CPU' }).click();
  await pane.getByRole('button', { name: 'Go on with it' }).click();
  await expect(pane.getByRole('radio', { name: 'GPU' })).toBeChecked();
  await expect(pane.getByText(/^Step [1-9]\d* of 4000$/)).toBeVisible({ timeout: 60_000 });
  await pane.getByRole('button', { name: 'Stop' }).click();
  await expect(pane.getByRole('button', { name: 'Train this net' })).toBeEnabled();
});
