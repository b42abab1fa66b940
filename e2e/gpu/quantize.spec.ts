// The Quantize pane on a software adapter: the same net in float32 and int8 on the device, with milliseconds and a sentence.
import { expect, open, test } from '../fixture.ts';
import { paste } from '../give.ts';

test.describe.configure({ timeout: 300_000 });
const READY_MS = 240_000;

test('the verdict has milliseconds in total and for each layer, and says why int8 is slower where it is', async ({
  page,
}) => {
  await open(page);
  await paste(page, 'input 3x32x32\nact relu6\n\nconv k3 s2 c8\nmbconv k3 c8 e4\npool\nlinear c10\n');
  await page.getByRole('radiogroup', { name: 'Below the net' }).getByRole('radio', { name: 'Quantize' }).click();
  const pane = page.getByRole('region', { name: 'Quantize', exact: true });
  await pane.getByRole('button', { name: 'Made-up weights' }).click();
  await pane.getByRole('tab', { name: 'Verdict' }).click();
  await pane.getByRole('button', { name: 'Compare arithmetics' }).click();
  await expect(pane.getByText(/^int8 is ([\d.]+ times as (fast|slow) as|as fast as) float/)).toBeVisible({
    timeout: READY_MS,
  });
  await expect(pane.getByText(/^WebGPU · SwiftShader/)).toBeVisible();
  await expect(pane.getByText('Made-up weights.')).toBeVisible();
  const row = (name: string) => pane.getByRole('row').filter({ hasText: name });
  await expect(row('Whole pass')).toHaveText(/[\d.]+\s(ms|µs).*[\d.]+\s(ms|µs)/);
  await expect(
    pane.getByRole('region', { name: 'Time by layer' }).getByRole('row').filter({ hasText: 'classifier' }),
  ).toHaveText(/[\d.]+\s(ms|µs)/);
});
