// Two nets side by side: what an edit or another net changes in structure and in counts, against the pinned one.
import { encodeOnnx, type OnnxNode } from '../src/graph/formats/onnx/proto.ts';
import { expect, open, openPreset, test } from './fixture.ts';
import { drop } from './give.ts';

test('an edit against the pinned net, then another net against it', async ({ page }) => {
  await open(page);
  const net = page.getByRole('region', { name: 'Net', exact: true });
  const compare = net.getByRole('button', { name: 'Compare', exact: true });
  await page.keyboard.press('b');
  await compare.click();
  await expect(net.getByText('The two nets are the same.')).toBeVisible();

  await page.getByRole('region', { name: 'Build' }).getByText('mbconv').first().click();
  await page.getByRole('spinbutton', { name: /expansion/i }).fill('3');
  await page.keyboard.press('Enter');
  await expect(net.getByText('2 of 21 blocks differ.')).toBeVisible();
  const totals = net.getByRole('table', { name: 'Totals of both nets' });
  await expect(totals.getByRole('columnheader', { name: 'mobilenetv2_100, now' })).toBeVisible();
  await expect(totals.getByRole('row', { name: 'MACs' })).toContainText(/301.M.*273.M.*−9\.1.%/);
  await net.getByRole('checkbox', { name: 'Only changes' }).check();
  const blocks = net.getByRole('table', { name: 'Blocks of both nets, aligned' });
  await expect(blocks.getByRole('row').filter({ hasText: 'changed' })).toHaveCount(2);
  await expect(blocks.getByRole('row')).toHaveCount(3);

  await openPreset(page, 'mobilenetv3_small_050');
  await expect(totals.getByRole('columnheader', { name: 'mobilenetv3_small_050' })).toBeVisible();
  await expect(blocks.getByRole('row').filter({ hasText: 'removed' }).first()).toBeVisible();
  await compare.click();
  await expect(net.getByRole('group', { name: 'Graph of the net' })).toBeVisible();
});

/** A chain of nodes with an edge of weights, as a file. */
function file(kernel: number, acts: readonly string[]): Buffer {
  const weight = { name: 'w', shape: [2, 2, kernel, kernel], data: new Float32Array(4 * kernel * kernel).fill(kernel) };
  const pads = Array<number>(4).fill((kernel - 1) / 2);
  const nodes: OnnxNode[] = [
    {
      op: 'Conv',
      name: 'stem/Conv',
      inputs: ['x', 'w'],
      outputs: ['v0'],
      attributes: { kernel_shape: [kernel, kernel], pads },
    },
    ...acts.map((op, at) => ({ op, name: `Act_${at}`, inputs: [`v${at}`], outputs: [`v${at + 1}`] })),
  ];
  const shape = [1, 2, 8, 8];
  const outputs = [{ name: `v${acts.length}`, shape }];
  return Buffer.from(
    encodeOnnx({ name: 'n', opset: 17, inputs: [{ name: 'x', shape }], outputs, nodes, initializers: [weight] }),
  );
}

test('two files node by node: what differs is listed, and leads to its place', async ({ page }) => {
  await open(page);
  await drop(page, 'one.onnx', file(1, ['Relu', 'Frobnicate', 'Abs']));
  await expect(page.getByRole('textbox', { name: 'Name of the net' })).toHaveValue('one');
  const net = page.getByRole('region', { name: 'Net', exact: true });
  await net.getByRole('button', { name: 'Compare', exact: true }).click();
  const buffer = file(3, ['Relu', 'Neg', 'Frobnicate', 'Abs']);
  await net.getByLabel('Second file').setInputFiles({ name: 'two.onnx', mimeType: 'application/octet-stream', buffer });
  await expect(net.getByText('1 changed, 1 added, 0 removed, 3 the same')).toBeVisible();
  const table = net.getByRole('grid', { name: 'Nodes that differ' });
  await expect(table.getByRole('row')).toHaveCount(3);
  await expect(table.getByRole('row').nth(2)).toContainText('Neg Act_1');
  await table.focus();
  await page.keyboard.press('Home');
  const changes = net.getByRole('table', { name: 'What differs in the selected node' });
  await expect(changes.getByRole('row', { name: 'attribute kernel_shape' })).toContainText(/1, 1.*3, 3/);
  await expect(changes.getByRole('row', { name: 'weights w' })).toContainText('1, 1, 1, 1');
  await expect(net.getByRole('group', { name: 'Graph of two.onnx' })).toBeVisible();

  await net.getByLabel('Compare with a published net').fill('no such net');
  await page.keyboard.press('Enter');
  await expect(net.getByRole('alert')).toBeVisible();
});
