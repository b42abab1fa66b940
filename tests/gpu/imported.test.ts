// Integer nets of other programs on the GPU: the bytes of their first integer layer and their answers are the oracle's.
import { expect, test } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import * as verbs from '../../src/cli/verbs/index.ts';
import { captured } from '../pure/cli/captured.ts';

const manifest = new URL('../../test-data/imports/manifest.json', import.meta.url).pathname;

test.each(['k-odd-int8', 'qdq-s8s8'])('%s agrees with its oracle', { timeout: 60_000 }, async (only) => {
  const { console, out } = captured();
  const words = ['verify-import', manifest, '--graph', '--cases', '1', '--only', only];
  const code = await runCommand(verbs, [...words, '--device', 'webgpu', '--adapter', 'swiftshader'], console);
  expect(code, out.join('\n')).toBe(0);
  expect(out.join('\n')).not.toContain('lists');
});
