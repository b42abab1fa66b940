// Case 15-profile-non-square: `profile` of nets whose input is no square gives a table, as `run` gives an answer.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import type { ProfileJson } from '../../src/cli/profile-report.ts';
import { profile } from '../../src/cli/verbs/profile.ts';
import { captured } from '../pure/cli/captured.ts';
import { adapterName } from './rig.ts';

const folder = mkdtempSync(join(tmpdir(), 'bottleneck-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [32, 48],
  [48, 32],
  [17, 251],
])('15-profile-non-square: %i×%i', async (height, width) => {
  const net = join(folder, `net-${height}.arch`);
  const text = `input 3x${height}x${width}\nact relu6\n\nconv k3 s2 c8\nds k3 c8\nmbconv k3 s2 c16 e4 se0.25\nconv k1 c32\npool\nlinear c10\n`;
  writeFileSync(net, text);
  const { console, out, err } = captured();
  const code = await runCommand(
    { profile },
    ['profile', net, '--adapter', adapterName, '--runs', '2', '--json'],
    console,
  );
  expect(err).toEqual([]);
  expect(code).toBe(0);
  const found = JSON.parse(out.join('\n')) as ProfileJson;
  expect(found.input).toEqual([3, height, width]);
  expect(found.layers.length).toBe(found.dispatches);
  expect(found.layers.every(({ ms }) => ms >= 0)).toBe(true);
});

test.each([
  ['ms=60000,mb=50,dispatches=100', 0],
  ['ms=60000,dispatches=1', 1],
])('a budget of %s ends with %i and says so', async (budget, expected) => {
  const { console, out, err } = captured();
  const options = ['--input', '32', '--adapter', adapterName, '--runs', '2', '--budget', budget];
  const code = await runCommand({ profile }, ['profile', 'mobilenetv2_035', ...options], console);
  expect(err).toEqual([]);
  expect(code).toBe(expected);
  expect(out.filter((line) => line.startsWith('budget'))).toHaveLength(budget.split(',').length);
  expect(out.some((line) => line.startsWith('budget BROKEN: dispatches'))).toBe(expected === 1);
});
