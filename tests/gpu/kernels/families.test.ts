// Every kernel of the families with fast variants, on at least twenty random steps each, against the reference of its family.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { gpu } from '../rig.ts';
import { checkKernel, stepsFor, testedKernels } from './check-kernel.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const wanted = 20;

it.each(testedKernels.map((kernel) => [kernel.name, kernel] as const))(
  '%s agrees with the reference',
  async (_, kernel) => {
    let seen = 0;
    for (const software of [false, true]) {
      const caps = { ...open.capabilities, software };
      // A kernel for both targets is the same text on both: a few steps are enough the second time.
      const steps = stepsFor(kernel, caps, 'f32', seen < wanted ? wanted : 4);
      seen += steps.length;
      await checkKernel(open, kernel, steps, caps, 'f32', 3e-5);
    }
    expect(seen, 'too few of the random steps fit this kernel').toBeGreaterThanOrEqual(wanted);
  },
);
