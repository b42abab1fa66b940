// A model file to drop on the page, and the tab of Share that writes others: what the specs of either browser share.
import type { Locator, Page } from '@playwright/test';
import { expand } from '../src/graph/blocks/expand.ts';
import { exportOnnx } from '../src/graph/formats/onnx/export.ts';
import { generateTensor } from '../src/graph/inspect/golden.ts';
import { netHash } from '../src/graph/link/link.ts';
import { canonical } from '../src/graph/notation/canonical.ts';
import { resolvePreset } from '../src/graph/presets/resolve.ts';
import { graphParams } from '../src/graph/weights/weights.ts';
import { expect } from './fixture.ts';

const preset = 'mobilenetv2_050@64';

/** The preset's hash, and our own export of it with made-up weights. */
export function exported(): { file: Buffer; hash: string } {
  const found = resolvePreset(preset);
  if ('problem' in found) throw new Error(found.problem);
  const { graph } = expand(found.architecture, 'net');
  if (!graph) throw new Error('the preset makes no graph');
  const params = new Map(
    graphParams(graph).map(({ name, shape }) => [name, generateTensor('model file', name, shape)]),
  );
  return { file: Buffer.from(exportOnnx(graph, params)), hash: netHash(canonical(found.architecture)) };
}

/** Writes the net in a form; nothing is offered before it was read back. */
export async function written(share: Locator, form: string, found: RegExp): Promise<void> {
  await share.getByLabel('Write as').selectOption(form);
  await expect(share.getByRole('button', { name: /^Save/ })).toHaveCount(0);
  await share.getByRole('button', { name: /^Write/ }).click();
  await expect(share.getByRole('status')).toContainText(found, { timeout: 120_000 });
}

export async function saved(page: Page, share: Locator, file: string): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    share.getByRole('button', { name: `Save ${file}` }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(file);
}
