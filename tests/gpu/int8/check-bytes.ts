// Runs one integer kernel on random steps of its family and compares with the family's reference, bit for bit.
import { expect } from 'vitest';
import type { Int8Family, Kernel } from '../../../src/gpu-kernels/families/index.ts';
import type { Capabilities } from '../../../src/gpu-kernels/kernel.ts';
import type { OpenDevice } from '../../../src/workers/engine/device.ts';
import { Random } from '../kernels/random-steps.ts';
import { draws, type Case } from './cases.ts';
import { runFilled } from './run-filled.ts';

/** Runs up to `count` steps that the kernel takes under these capabilities, each with two fillings; how many there were. */
export async function checkBytes(
  open: OpenDevice,
  kernel: Kernel<Int8Family>,
  caps: Capabilities,
  count: number,
): Promise<number> {
  const random = new Random(kernel.name.length * 7919 + count);
  const cases: Case[] = [];
  for (let attempt = 0; attempt < 50 * count && cases.length < count; attempt++) {
    const drawn = draws[kernel.family](random);
    if (kernel.accepts(drawn.step, caps, 'f32')) cases.push(drawn);
  }
  for (const drawn of cases) {
    const fillings = [drawn.fill(random), drawn.fill(random)];
    const results = await runFilled(open, kernel, fillings, caps);
    fillings.forEach(({ step, expected }, i) => expect(results[i], JSON.stringify(step)).toEqual(expected));
  }
  return cases.length;
}
