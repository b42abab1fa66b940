// A model file on a GPU: checked by itself after its first run, and written as a page that was run before it is offered.
import { readFileSync } from 'node:fs';
import { expect, open, openDialog, test } from '../fixture.ts';
import { drop } from '../give.ts';
import { saved, written } from '../model-file.ts';

test('every layer equals the CPU reference, and the net stands alone', async ({ page }) => {
  test.setTimeout(240_000);
  await open(page);
  await drop(page, 'mine.onnx', readFileSync('test-data/imports/models/x-coord_att-legacy-op17.onnx'));
  const check = page.getByRole('status', { name: 'Check of the layers' });
  await expect(check).toContainText(/^Checked \d+ layers on this GPU equal the CPU reference/, { timeout: 120_000 });
  const share = await openDialog(page, 'Share');
  await share.getByRole('tab', { name: 'Files' }).click();
  await written(share, 'page', /run on this GPU, largest difference/);
  await saved(page, share, 'mine.html');
});
