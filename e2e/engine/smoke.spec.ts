// The engine in a real worker of a real browser: every fast kernel on a few shapes, and small nets against their golden records.
import { readFileSync } from 'node:fs';
import type { GoldenRecord } from '../../src/graph/inspect/golden.ts';
import { expect, test } from './harness.ts';

test('every fast kernel agrees with its reference', async ({ engine }) => {
  test.setTimeout(300_000);
  const reports = await engine.call('kernels');
  expect(reports.length).toBeGreaterThan(10);
  for (const { kernel, steps, worst } of reports) {
    expect(steps, `${kernel}: too few of the random steps fit`).toBe(2);
    expect(worst, kernel).toBeLessThan(3e-5);
  }
});

for (const name of ['mobilenetv2_035_r33_b', 'mobilenetv3_small_075_r33_b']) {
  test(`${name} gives the checkpoints and logits of its golden record`, async ({ engine }) => {
    test.setTimeout(300_000);
    const record = JSON.parse(readFileSync(`test-data/golden/${name}.json`, 'utf8')) as GoldenRecord;
    const { failures, worst } = await engine.call('golden', record);
    expect(failures).toEqual([]);
    expect(worst).toBeLessThan(1e-3);
  });
}
