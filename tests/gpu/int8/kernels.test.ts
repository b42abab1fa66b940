// Every integer kernel against the 64-bit reference, bit for bit, on random cases, packed dot product on and off: 1,050 each with FULL=1.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { int8Kernels } from '../../../src/gpu-kernels/kernels/int8/index.ts';
import { conv2dTiledDot, pointwiseTiledDot } from '../../../src/gpu-kernels/kernels/int8/product-tiled.ts';
import type { Int8Family, Kernel } from '../../../src/gpu-kernels/families/index.ts';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { gpu } from '../rig.ts';
import { Random } from '../kernels/random-steps.ts';
import { draws, type Case } from './cases.ts';
import { runFilled } from './run-filled.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const full = process.env.FULL === '1';
const shapes = full ? 25 : 5;
const fillings = full ? 42 : 40;

/** The dot kernels as they are, without the rule that keeps software adapters away from them: here they must be right, not fast. */
const tested: readonly Kernel<Int8Family>[] = [
  ...Object.values(int8Kernels)
    .flat()
    .filter(({ name }) => !name.endsWith('-dot')),
  pointwiseTiledDot,
  conv2dTiledDot,
];

describe('integer kernels', () => {
  it('run where all of them can: packed dot products and subgroups are there', () => {
    expect(open.capabilities).toMatchObject({ packedDot: true, subgroups: true });
  });

  for (const software of [true, false]) {
    for (const kernel of tested) {
      // Kernels that look at the adapter have two texts; the others are tested once.
      if (!software && !/depthwise|tiled/i.test(kernel.name)) continue;
      it(`${kernel.name} as on ${software ? 'a software adapter' : 'a GPU'}`, async () => {
        const caps = { ...open.capabilities, software };
        const random = new Random(kernel.name.length * 7919 + (software ? 1 : 0));
        const cases: Case[] = [];
        for (let attempt = 0; attempt < 50 * shapes && cases.length < shapes; attempt++) {
          const drawn = draws[kernel.family](random);
          if (kernel.accepts(drawn.step, caps, 'f32')) cases.push(drawn);
        }
        expect(cases.length).toBe(shapes);
        const wrong: string[] = [];
        let count = 0;
        for (const drawn of cases) {
          const all = Array.from({ length: fillings }, () => drawn.fill(random));
          const results = await runFilled(open, kernel, all, caps);
          results.forEach((found, i) => {
            count++;
            const { expected, step } = all[i] as (typeof all)[number];
            const at = expected.findIndex((number, index) => number !== found[index]);
            if (at >= 0)
              wrong.push(
                `${JSON.stringify([step.inputs.map(({ shape }) => shape), step.attrs])}: [${at}] is ${found[at]}, not ${expected[at]}`,
              );
          });
        }
        expect(wrong.slice(0, 3)).toEqual([]);
        expect(count).toBeGreaterThanOrEqual(full ? 1000 : 200);
      });
    }
  }
});
