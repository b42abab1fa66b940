// Commands whose reader leaves early (`… | head`): they end at once, without a word and without an error.
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../../../src/cli/adapters.ts';

const commands = [
  ['bin/bottleneck.mjs', 'presets'],
  ['bin/bench-compile.mjs', '--help'],
  ['bin/bench-search.mjs', '--help'],
];

it.each(commands)('%s %s', async (...words) => {
  const child = spawn(process.execPath, words, { cwd: repositoryRoot(), stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect([code, said]).toEqual([0, '']);
});
