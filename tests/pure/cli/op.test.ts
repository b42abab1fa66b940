import { expect, test } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { captured } from './captured.ts';

async function refused(...words: string[]): Promise<[number, string]> {
  const { console, out, err } = captured();
  const code = await runCommand(verbs, ['op', ...words], console);
  expect(out).toEqual([]);
  return [code, err.join('\n')];
}

test.each([
  [['conv3d', '--shape', '1x8x8x4'], 2, /no operator "conv3d"; did you mean "conv2d"\? "ops" lists them/],
  [['relu'], 2, /--shape is missing/],
  [['relu', '--shape', '1x8xx4'], 2, /--shape "1x8xx4": a shape is two to four whole numbers/],
  [['relu', '--shape', '1x8x8x-4'], 2, /two to four whole numbers/],
  [['sigmoid', '--shape', '1x8x8x4,3'], 2, /--shape "3": a shape is two to four whole numbers/],
  [['conv2d', '--shape', '1x8x8x4'], 1, /conv2d at 1×8×8×4: out: is missing\.$/],
  [['conv2d', '--shape', '1x8x8x4', '--attrs', '{out: 3}'], 2, /--attrs "\{out: 3\}" is no JSON/],
  [['conv2d', '--shape', '1x8x8x4', '--attrs', '{"out":8}'], 1, /conv2d at 1×8×8×4: kernel: /],
  [['conv2d', '--shape', '1x2x2x4', '--attrs', '{"out":8,"kernel":[5,5]}'], 1, /kernel 5 is larger than the 2 px map/],
] as const)('%j is refused before a device is opened', async (words, code, sentence) => {
  const [exit, said] = await refused(...words);
  expect(exit).toBe(code);
  expect(said).toMatch(sentence);
});
