// `verify` as acceptance calls it: the launcher, threads, exit codes, and every kind of file that is no passing record.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { verifyAll } from '../../../src/cli/verbs/verify.ts';
import type { VerifiedFile } from '../../../src/cli/verify-record.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));

const golden = (name: string): string => join('test-data', 'golden', `${name}.json`);
const changed = (name: string, change: object): string => {
  const path = join(folder, `${name}.json`);
  const record = JSON.parse(readFileSync(golden('mobilenetv1_100_r64'), 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...record, ...change }));
  return path;
};
const verify = (...words: string[]) =>
  spawnSync(process.execPath, ['bin/bottleneck.mjs', 'verify', ...words], { encoding: 'utf8' });

test('more records than threads pass: one line a file in the order given, a count, exit code 0', () => {
  const names = ['mobilenetv3_small_075_r33_b', 'mobilenetv1_100_r64', 'mobilenetv2_035_r33_b', 'semnasnet_035_r65'];
  const { status, stdout, stderr } = verify(...names.map(golden));
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(5);
  names.forEach((name, i) => {
    expect(lines[i]).toMatch(
      new RegExp(`^passed {2}${name}\\.json +worst \\d\\.\\de-\\d std at (blocks\\.\\d|logits) +\\d+\\.\\d s$`),
    );
  });
  expect(lines[4]).toBe('4 passed, 0 failed');
  expect(status).toBe(0);
});

test('what fails says why, does not stop the others, and makes the exit code 1', () => {
  writeFileSync(join(folder, 'no-record.json'), '{}');
  const { status, stdout } = verify(
    changed('unknown-model', { model: 'mobilenetv9_100' }),
    changed('other-weights', { salt: 'other' }),
    join(folder, 'no-record.json'),
    join(folder, 'missing.json'),
    golden('mobilenetv1_100_r64'),
  );
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/^FAILED {2}unknown-model\.json +No net is called "mobilenetv9_100"/);
  expect(lines[1]).toMatch(/^FAILED {2}other-weights\.json +worst .*: blocks\.0: off by/);
  expect(lines[2]).toMatch(/^FAILED {2}no-record\.json +not a golden record: model/);
  expect(lines[3]).toMatch(/^FAILED {2}missing\.json +there is no file/);
  expect(lines[4]).toMatch(/^passed {2}mobilenetv1_100_r64/);
  expect(lines[5]).toBe('1 passed, 4 failed');
  expect(status).toBe(1);
});

test('--json holds the same', () => {
  const { status, stdout } = verify('--json', golden('mobilenetv1_100_r64'));
  expect(status).toBe(0);
  const report = JSON.parse(stdout) as { results: VerifiedFile[]; passed: number; failed: number };
  expect(report).toMatchObject({
    passed: 1,
    failed: 0,
    results: [{ model: 'mobilenetv1_100', inputSize: 64, passed: true, failures: [] }],
  });
  expect(report.results[0]?.worst).toBeLessThan(1e-4);
});

test('a thread that dies fails its own file and no other', async () => {
  const script =
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ file }) => { if (file === 'exit') process.exit(3); if (file === 'throw') throw new Error('out of luck'); parentPort.postMessage({ file, passed: true, failures: [], seconds: 0 }); });";
  const entry = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
  const reported: string[] = [];
  const files = ['a', 'exit', 'b', 'throw', 'c'];
  const results = await verifyAll(files, 1, entry, ({ file }) => reported.push(file));
  expect(reported).toEqual(files);
  expect(results.map(({ passed, failures }) => (passed ? 'passed' : failures[0]))).toEqual([
    'passed',
    'the verifying thread stopped: exit code 3',
    'passed',
    'the verifying thread stopped: out of luck',
    'passed',
  ]);
});

test('--train holds training records', () => {
  const { status, stdout } = verify('--train', 'test-data/training/schedules.json', golden('mobilenetv1_100_r64'));
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/^passed {2}schedules\.json +worst \d\.\de-\d of the bound at /);
  expect(lines[1]).toMatch(/^FAILED {2}mobilenetv1_100_r64\.json +not a training record/);
  expect(lines[2]).toBe('1 passed, 1 failed');
  expect(status).toBe(1);
});
