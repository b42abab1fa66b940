// Every float kernel with half-precision storage: operands are rounded to half first, so what is left is the rounding of the result.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { gpu } from '../rig.ts';
import { checkKernel, stepsFor } from './check-kernel.ts';
import { floatKernels } from './drawers.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const wanted = 2;

it.each(floatKernels.map((kernel) => [kernel.name, kernel] as const))(
  '%s agrees with the reference in half precision',
  async (_, kernel) => {
    expect(open.capabilities.f16, 'this tier needs an adapter with shader-f16').toBe(true);
    let seen = 0;
    for (const software of [false, true]) {
      const caps = { ...open.capabilities, software };
      const steps = seen < wanted ? stepsFor(kernel, caps, 'f16', wanted) : [];
      seen += steps.length;
      await checkKernel(open, kernel, steps, caps, 'f16', 4e-3);
    }
    expect(seen, 'too few of the random steps fit this kernel').toBeGreaterThanOrEqual(wanted);
  },
);
