// Every kernel of the registry, those for GPUs too, on random steps of its family, against the family's reference: floats within rounding, integers bit for bit.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInt8, type Int8Family, type Kernel } from '../../../src/gpu-kernels/families/index.ts';
import { kernels } from '../../../src/gpu-kernels/kernels/index.ts';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { checkBytes } from '../int8/check-bytes.ts';
import { gpu } from '../rig.ts';
import { checkKernel, stepsFor } from './check-kernel.ts';
import { floatKernels } from './drawers.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

/** Steps of each kernel that are run at least. */
const wanted = 8;

const isInteger = (kernel: Kernel): kernel is Kernel<Int8Family> => isInt8(kernel.family);

describe('every kernel agrees with the reference of its family', () => {
  it.each(floatKernels.map((kernel) => [kernel.name, kernel] as const))('%s', async (_, kernel) => {
    let seen = 0;
    for (const software of [false, true]) {
      const caps = { ...open.capabilities, software };
      // A kernel for both targets is the same text on both: a few steps are enough the second time.
      const steps = stepsFor(kernel, caps, 'f32', seen < wanted ? wanted : 2);
      seen += steps.length;
      await checkKernel(open, kernel, steps, caps, 'f32', 3e-5);
    }
    expect(seen, 'too few of the random steps fit this kernel').toBeGreaterThanOrEqual(wanted);
  });

  it.each(kernels.filter(isInteger).map((kernel) => [kernel.name, kernel] as const))('%s', async (_, kernel) => {
    let seen = 0;
    for (const software of [false, true])
      seen += await checkBytes(open, kernel, { ...open.capabilities, software }, seen < wanted ? wanted : 2);
    expect(seen, 'too few of the random steps fit this kernel').toBeGreaterThanOrEqual(wanted);
  });
});
