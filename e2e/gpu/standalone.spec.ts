// A net exported as a page of its own answers from disk, without a network, as the command line does.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../fixture.ts';

const bottleneck = (...words: string[]): string =>
  execFileSync(process.execPath, ['bin/bottleneck.mjs', ...words], { encoding: 'utf8' });

test('the stand-alone page gives the same five answers', async ({ page, context }) => {
  test.setTimeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'bottleneck-page-'));
  const file = join(folder, 'net.html');
  const net = 'test-data/imports/models/x-coord_att-legacy-op17.onnx';
  bottleneck('convert', net, '--to', 'page', '--out', file, '--adapter', 'swiftshader');
  const answers = JSON.parse(
    bottleneck('run', net, '--image', 'public/samples/cat.jpg', '--device', 'cpu', '--json'),
  ) as { top: { index: number }[] };
  await context.setOffline(true);
  await page.goto(`file://${file}`);
  await expect(page.locator('#status')).toHaveText('Ready.', { timeout: 120_000 });
  await page.locator('#file').setInputFiles('public/samples/cat.jpg');
  await expect(page.locator('#answers li')).toHaveCount(5, { timeout: 60_000 });
  const shown = await page.locator('#answers li').allTextContents();
  const wanted = answers.top.slice(0, 5).map(({ index }) => `class ${index}`);
  expect(shown.map((line) => line.replace(/\s+[\d.]+ %$/, ''))).toEqual(wanted);
  rmSync(folder, { recursive: true });
});
