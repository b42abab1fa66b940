// Pieces of training against PyTorch's numbers in float64 (test-data/training). TRAIN_RECORDS=DIR holds another folder of such files
// against the same code: `TRAIN_RECORDS=DIR npx vitest run --project pure tests/pure/train`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkTrainRecord } from '../../../src/graph/train/records/check.ts';

const folder = process.env['TRAIN_RECORDS'] ?? 'test-data/training';
const read = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8');

test.each(['losses', 'optimizers', 'schedules', 'ops'])('%s', (name) => {
  const report = checkTrainRecord(read(name));
  expect(report.failures).toEqual([]);
  expect(report.compared).toBeGreaterThan(100);
});

test('a number that is off fails, and is named', () => {
  const record = JSON.parse(read('losses')) as { cases: { value: number }[] };
  (record.cases[0] as { value: number }).value *= 1.001;
  const { passed, failures } = checkTrainRecord(JSON.stringify(record));
  expect(passed).toBe(false);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatch(/^ce 0: \d/);
});

test('what is no record says why', () => {
  expect(checkTrainRecord('{').failures[0]).toMatch(/^not JSON/);
  expect(checkTrainRecord('{"format":"other"}').failures[0]).toMatch(/none of bottleneck-train-1-ops/);
  expect(
    checkTrainRecord('{"format":"bottleneck-train-1-schedules","peak":1,"steps":0,"cases":[]}').failures[0],
  ).toMatch(/steps/);
});
