// Pieces of training against PyTorch's numbers in float64 (test-data/training). TRAIN_RECORDS=DIR holds another folder of such files
// against the same code: `TRAIN_RECORDS=DIR npx vitest run --project pure tests/pure/train`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { checkTrainRecord as check } from '../../../src/graph/train/records/check.ts';
import type { TrainReport } from '../../../src/graph/train/records/report.ts';

const checkTrainRecord = (text: string): Promise<TrainReport> =>
  check(text, ({ arch = '' }) => {
    const { graph } = expand(parse(arch).architecture, 'the record');
    if (!graph) throw new Error('the text of the record makes no net');
    return graph;
  });
const folder = process.env['TRAIN_RECORDS'] ?? 'test-data/training';
const read = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8');

test.each(['losses', 'optimizers', 'schedules', 'ops', 'mini', 'mini-qat-frozen', 'mini-qat-batch'])(
  '%s',
  async (name) => {
    const report = await checkTrainRecord(read(name));
    expect(report.failures).toEqual([]);
    expect(report.compared).toBeGreaterThan(100);
  },
);

test('a number that is off fails, and is named', async () => {
  const record = JSON.parse(read('losses')) as { cases: { value: number }[] };
  (record.cases[0] as { value: number }).value *= 1.001;
  const { passed, failures } = await checkTrainRecord(JSON.stringify(record));
  expect(passed).toBe(false);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatch(/^ce 0: \d/);
});

test('a learning rate that is off shows in what the step changed', async () => {
  const record = JSON.parse(read('mini')) as { lr: number[] };
  const { failures } = await checkTrainRecord(JSON.stringify({ ...record, lr: record.lr.map((rate) => rate * 1.1) }));
  expect(failures).toEqual([expect.stringMatching(/^changes after 1: \d+ of \d+ beyond/), expect.anything()]);
});

test('what is no record says why', async () => {
  expect((await checkTrainRecord('{')).failures[0]).toMatch(/^not JSON/);
  expect((await checkTrainRecord('{"format":"other"}')).failures[0]).toMatch(
    /none of bottleneck-train-1, bottleneck-train-1-ops/,
  );
  expect(
    (await checkTrainRecord('{"format":"bottleneck-train-1-schedules","peak":1,"steps":0,"cases":[]}')).failures[0],
  ).toMatch(/steps/);
});

test('a quantized net is held within twice what float32 does to the reference itself', async () => {
  const record = JSON.parse(read('mini-qat-frozen')) as { step0: { loss: number }; float32: { loss: number } };
  record.step0.loss *= 1 + 3e-5;
  const told = (loss: number) => checkTrainRecord(JSON.stringify({ ...record, float32: { ...record.float32, loss } }));
  expect((await told(2e-5)).failures).toEqual([]);
  expect((await told(1e-5)).failures).toEqual([expect.stringMatching(/^loss: \d/)]);
});
