// `op`: an operator by itself is compared with its reference and timed.
import { expect, it } from 'vitest';
import { runCommand } from '../../src/cli/command.ts';
import * as verbs from '../../src/cli/verbs/index.ts';
import { captured } from '../pure/cli/captured.ts';
import { adapterName } from './rig.ts';

it('times two cases of a depthwise convolution, right within float32', async () => {
  const { console, out, err } = captured();
  const attrs = '{"out":32,"kernel":[3,3],"padding":1,"groups":32}';
  const words = ['op', 'conv2d', '--shape', '1x14x14x32;2x9x7x32', '--attrs', attrs, '--runs', '5'];
  expect(await runCommand(verbs, [...words, '--adapter', adapterName, '--json'], console)).toBe(0);
  expect(err).toEqual([]);
  const { rows } = JSON.parse(out.join('\n')) as {
    rows: {
      output: number[];
      macs: number;
      ms: number;
      worstError: number;
      dispatches: { ms: number; runs: number }[];
    }[];
  };
  expect(rows.map(({ output, macs }) => [output, macs])).toEqual([
    [[1, 14, 14, 32], 14 * 14 * 32 * 9],
    [[2, 9, 7, 32], 2 * 9 * 7 * 32 * 9],
  ]);
  for (const { ms, worstError, dispatches } of rows) {
    expect(worstError).toBeLessThan(1e-5);
    expect(ms).toBeGreaterThan(0);
    expect(dispatches.every(({ runs }) => runs >= 5)).toBe(true);
  }
});
