// Drop and paste anywhere: nets open, anything else is answered with a sentence that says what would open.
import type { Page } from '@playwright/test';
import { expect, expectNet, netHash, open, test } from './fixture.ts';
import { drop, paste } from './give.ts';

const net = '# A small net, mine\ninput 3x64x64\n\nconv k3 s2 c16\nmbconv k3 s2 c24 e4\npool\nlinear c10\n';

test('pasted text opens as a net', async ({ page }) => {
  await open(page);
  const before = await netHash(page);
  await paste(page, net);
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('A small net');
  expect(await netHash(page)).not.toBe(before);
  await page.keyboard.press('Control+z');
  await expectNet(page, before);
});

test('a dropped file opens under its name', async ({ page }) => {
  await open(page);
  await drop(page, 'tiny.arch', net);
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('tiny');
});

test('a pasted link opens as a preview', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Alt');
  const link = `${page.url()}#1.nothing`;
  await paste(page, link);
  await expect(page.getByRole('alert')).toContainText('This link');
});

test('timm block strings become stages', async ({ page }) => {
  await open(page);
  await paste(page, "arch_def = [['ds_r1_k3_s1_e1_c16'], ['ir_r2_k3_s2_e6_c24'], ['ir_r3_k5_s2_e6_c40_se0.25']]");
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('from timm');
  await expect(page.getByRole('region', { name: 'Build' })).toContainText('k5s2c40');
});

for (const [what, act, sentence] of [
  ['prose', (page: Page) => paste(page, 'Dear all, the meeting is at ten.'), /This text is not a net/],
  ['an address without a net', (page: Page) => paste(page, 'https://example.org/a'), /no net behind/],
  ['another format', (page: Page) => drop(page, 'net.onnx', '%PDF-1.7'), /PDF/],
] as const) {
  test(`${what}: a sentence, and nothing else`, async ({ page }) => {
    await open(page);
    const before = await netHash(page);
    await act(page);
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(sentence);
    await expect(alert).toContainText('Bottleneck opens .arch texts, share links, timm block strings');
    expect(await netHash(page)).toBe(before);
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await expect(alert).toBeEmpty();
  });
}
