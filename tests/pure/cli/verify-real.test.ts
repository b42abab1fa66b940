// `verify-real`: what TensorFlow.js found on a photo of the page, found again with the weights that ship; a wrong answer is told.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-real-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = 'test-data/tasks/espresso.json';

async function call(path: string) {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, ['verify-real', path, '--photos', 'public/samples', '--device', 'cpu'], console);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

test('a photo’s objects, its bytes and that it shows no face', async () => {
  expect(await call(file)).toMatchObject({ code: 0, out: expect.stringMatching(/^4 passed, 0 failed$/m) as string });
});

test('a class that is not there is told, and a file of something else is refused', async () => {
  const changed = join(folder, 'changed.json');
  const text = readFileSync(file, 'utf8')
    .replace('"cup"', '"bowl"')
    .replace(/,\s*"blazeface"[^}]*\}/, '');
  writeFileSync(changed, text);
  const { code, out } = await call(changed);
  expect(code).toBe(1);
  expect(out).toMatch(/^FAILED {2}espresso.jpg objects: bowl 0.9515 at .* is on one side only$/m);
  expect(await call('test-data/tasks/nms.json')).toMatchObject({ code: 2 });
});
