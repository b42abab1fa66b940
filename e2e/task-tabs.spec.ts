// Nets that say more than classes, without an adapter: boxes, masks, faces and sounds by the models that ship, read anew without a run.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../src/cli/command.ts';
import { evaluate } from '../src/cli/verbs/evaluate.ts';
import { captured } from '../tests/pure/cli/captured.ts';
import { axeFindings, expect, open, sidewaysScroll, test } from './fixture.ts';
import { tone } from './give.ts';
import { openTry, pasteNet, tab } from './try-helpers.ts';

interface Judged {
  readonly verdict: { readonly figures: Readonly<Record<string, number>> };
  readonly classes: readonly object[];
}
/** A photo and the truth about it, which the net's box overlaps by half and more. */
const labelled = mkdtempSync(join(tmpdir(), 'bottleneck-labelled-'));
test.beforeAll(() => {
  copyFileSync('public/samples/cat.jpg', join(labelled, 'cat.jpg'));
  const box = { image_id: 1, category_id: 17, bbox: [20, 10, 200, 200] };
  writeFileSync(
    join(labelled, 'boxes.json'),
    JSON.stringify({
      images: [{ id: 1, file_name: 'cat.jpg' }],
      categories: [{ id: 17, name: 'cat' }],
      annotations: [box],
    }),
  );
});
test.afterAll(() => rmSync(labelled, { recursive: true }));

// onnxruntime's 14 MB of WebAssembly are compiled anew in every test.
test.describe.configure({ timeout: 180_000 });
const slow = { timeout: 90_000 };

test('boxes by threshold and class, one chosen by keyboard; a mask, faces and sounds: each net has the tab of its task', async ({
  page,
}) => {
  await open(page);
  await pasteNet(page, 'ssdlite_mobilenetv2_coco');
  const pane = await openTry(page);
  await expect(pane.getByRole('tab')).toHaveText(['Detect', 'Inside', 'Folder', 'Weights']);
  await pane.getByRole('button', { name: 'a tabby cat' }).click();
  const answer = pane.getByTestId('answer');
  const cat = answer.getByRole('button', { name: 'cat' });
  await expect(cat).toBeVisible(slow);
  await expect(pane.getByTestId('boxes')).toContainText('cat 9');
  const run = await answer.getAttribute('data-run');
  const threshold = pane.getByRole('slider', { name: 'Threshold' });
  await threshold.fill('0.95');
  await expect(answer).toHaveText(/^\s*Nothing is found above 95\.0.%; the best score is 9\d\.\d.%\.\s*$/);
  await threshold.fill('0.3');
  await pane.getByText('Classes: all').click();
  await pane.getByRole('searchbox', { name: 'Find a class' }).fill('do');
  await pane.getByRole('checkbox', { name: 'dog', exact: true }).check();
  await expect(answer).toContainText('Nothing is found');
  await pane.getByRole('button', { name: 'Show all classes' }).click();
  await cat.focus();
  await page.keyboard.press('Enter');
  await expect(pane.getByRole('region', { name: 'The chosen box' })).toContainText(
    /Found by anchor [\d,]+: map \d of 6/,
  );
  // All of it from the outputs of one run.
  await expect(answer).toHaveAttribute('data-run', run ?? '');
  await expect(pane.getByRole('img', { name: /^Time of the answer: capture .+ net .+ decode / })).toBeVisible();
  expect(await axeFindings(page, '.try')).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await sidewaysScroll(page)).toBe(0);
  expect(await axeFindings(page, '.try')).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });

  // A second net beside it, on the same photo.
  await pane.getByRole('combobox', { name: 'Second net' }).selectOption('mobilenetv2_100');
  await expect(pane.getByTestId('both')).toHaveText(
    /ssdlite_mobilenetv2_coco .+ms 1 box, cat 9.+ mobilenetv2_100 .+ms Egyptian cat \d/,
    slow,
  );
  await expect(pane.getByTestId('second').getByRole('presentation')).toBeVisible();
  await pane.getByRole('combobox', { name: 'Second net' }).selectOption('no other net');
  await expect(pane.getByTestId('second')).toBeHidden();

  // A labelled folder: the figures of the command line on the same files.
  await tab(pane, 'Folder');
  await expect(pane).toContainText('COCO’s JSON of their boxes');
  await pane.getByLabel('Labelled files').setInputFiles([join(labelled, 'cat.jpg'), join(labelled, 'boxes.json')]);
  await expect(pane.getByTestId('judged')).toHaveText('1 picture with a truth.', slow);
  await expect(pane.getByRole('region', { name: 'Class by class' }).getByRole('row')).toHaveText([
    /Class.*AP50/,
    /cat.*1/,
  ]);
  const saved = page.waitForEvent('download');
  await pane.getByRole('button', { name: 'JSON' }).click();
  const { verdict, classes } = JSON.parse(readFileSync(await (await saved).path(), 'utf8')) as Judged;
  expect(classes).toMatchObject([{ class: 16, label: 'cat', n: 1 }]);
  const { console, out } = captured();
  await runCommand(
    { evaluate },
    ['evaluate', 'ssdlite_mobilenetv2_coco', '--images', labelled, '--device', 'cpu', '--json'],
    console,
  );
  expect(verdict).toEqual((JSON.parse(out.join('\n')) as Judged).verdict);
  expect(await axeFindings(page, '.try')).toEqual([]);
  await tab(pane, 'Detect');

  // The photo stays: the next net answers it by itself.
  await pasteNet(page, 'deeplabv3_mobilenetv2_os8@129');
  await expect(pane.getByRole('tab')).toHaveText(['Segment', 'Inside', 'Folder', 'Weights']);
  await expect(answer.getByRole('button', { name: /^cat \d/ })).toBeVisible(slow);
  await expect(pane.getByTestId('mask')).toBeVisible();
  // What the net before said is never shown as the next one's.
  const stale = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const watch = new MutationObserver(() => {
          const text = document.querySelector('[data-testid="answer"]')?.textContent ?? '';
          const isNext = [...document.querySelectorAll('[role="tab"]')].some((each) => each.textContent === 'Face');
          if (!isNext || !/cat|background|No face/.test(text)) return;
          watch.disconnect();
          resolve(text);
        });
        watch.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
  await pasteNet(page, 'blazeface');
  await expect(pane.getByRole('tab')).toHaveText(['Face', 'Inside', 'Folder', 'Weights']);
  await expect(answer).toContainText('No face is found above 50.0', slow);
  expect(await stale).toContain('No face is found');

  await pasteNet(page, 'yamnet');
  await expect(pane.getByRole('tab')).toHaveText(['Listen', 'Weights']);
  await expect(pane.getByRole('button', { name: 'Microphone' })).toBeEnabled(slow);
  await pane.getByLabel('Choose a sound').setInputFiles({ name: 'tone.wav', mimeType: 'audio/wav', buffer: tone(1) });
  await expect(pane.getByText('tone.wav: 1.0 s at 22,050 Hz')).toBeVisible(slow);
  await expect(answer.getByRole('listitem').first()).toContainText(/Beep, bleep|Sine wave/);
  await expect(pane.getByTestId('spectrogram')).toBeVisible();
  await tab(pane, 'Weights');
  await tab(pane, 'Listen');
  await pane.getByText('Table', { exact: true }).click();
  await expect(answer.getByRole('columnheader')).toHaveText(['Sound', 'Mean', 'Now', 'Most', 'At']);
  expect(await axeFindings(page, '.try')).toEqual([]);
  await pane
    .getByLabel('Choose a sound')
    .setInputFiles({ name: 'short.wav', mimeType: 'audio/wav', buffer: tone(1).subarray(0, 44) });
  await expect(pane.getByRole('alert')).toContainText('no samples');
});
