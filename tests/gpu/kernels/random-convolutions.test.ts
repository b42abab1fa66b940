// Two thousand random convolutions, each on the kernel that a plan would choose, inside the error bound of float32 summation in any order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepData } from '../../../src/gpu-kernels/families/family.ts';
import { reference, type Kernel, type StepOf } from '../../../src/gpu-kernels/families/index.ts';
import type { Capabilities } from '../../../src/gpu-kernels/kernel.ts';
import { chooseKernel } from '../../../src/gpu-kernels/kernels/index.ts';
import { elements } from '../../../src/gpu-kernels/op.ts';
import type { Numbers } from '../../../src/gpu-kernels/step.ts';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { gpu } from '../rig.ts';
import { param, Random, randomWindow } from './random-steps.ts';
import { runStep } from './run-step.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const cases = 2000;
const batches = 20;
/** Loaded and run side by side: pipelines compile on all cores. */
const together = 10;

type Convolution = StepOf<'pointwise' | 'conv2d' | 'depthwise'>;

/** Kernels 1–11, strides 1–3, odd padding, dilation, batch 1–4, channels that fill no tile; groups 1, all, or a divisor between. */
function drawConvolution(random: Random): Convolution | undefined {
  const kind = random.pick('dense', 'dense', 'depthwise', 'grouped', 'pointwise');
  const groups = kind === 'grouped' ? random.whole(2, 4) : 1;
  const inC = kind === 'depthwise' ? random.whole(2, 26) : groups * random.whole(1, kind === 'pointwise' ? 40 : 10);
  const outC = kind === 'depthwise' ? inC : groups * random.whole(1, kind === 'pointwise' ? 40 : 10);
  const input = [random.whole(1, 4), random.whole(1, 13), random.whole(1, 13), inC];
  const kernel = kind === 'pointwise' ? [1] : [1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11];
  const drawn = randomWindow(random, input, { kernel, stride: [1, 1, 2, 3], dilation: [1, 1, 2, 3] });
  if (!drawn) return undefined;
  const output = [input[0] as number, drawn.height, drawn.width, outC];
  const plain = kind === 'pointwise' && drawn.window.pads.every((pad) => pad === 0);
  const family = kind === 'depthwise' ? 'depthwise' : plain ? 'pointwise' : 'conv2d';
  const window = family === 'pointwise' ? [] : drawn.window.kernel;
  const common = {
    from: ['node'],
    inputs: [{ id: 'x', shape: input }],
    outputs: [{ id: 'y', shape: output }],
    weights: {
      weight: param('weight', [outC, family === 'depthwise' ? 1 : inC / groups, ...window]),
      bias: param('bias', [outC]),
    },
    prologue: [],
    epilogue: [],
  };
  switch (family) {
    case 'pointwise':
      return { ...common, family, attrs: { groups, stride: drawn.window.stride } };
    case 'depthwise':
      return { ...common, family, attrs: { ...drawn.window, repeat: 1 } };
    case 'conv2d':
      return { ...common, family, attrs: { ...drawn.window, groups } };
  }
}

interface Drawn {
  readonly step: Convolution;
  readonly kernel: Kernel;
  readonly caps: Capabilities;
  readonly data: StepData;
}

function draw(random: Random): Drawn {
  for (;;) {
    const step = drawConvolution(random);
    const caps = { ...open.capabilities, software: random.chance(0.4) };
    const kernel: Kernel | undefined = step && chooseKernel(step, caps, 'f32');
    if (!step || !kernel) continue;
    const weights = Object.fromEntries(
      Object.entries(step.weights).map(([role, { shape }]) => [role, random.numbers(elements(shape))]),
    );
    return {
      step,
      kernel,
      caps,
      data: { inputs: [random.numbers(elements(step.inputs[0]?.shape as number[]))], weights },
    };
  }
}

const absolute = (data: StepData): StepData => ({
  inputs: data.inputs.map((numbers) => numbers.map(Math.abs)),
  weights: Object.fromEntries(Object.entries(data.weights).map(([role, numbers]) => [role, numbers.map(Math.abs)])),
});

/** Largest |y − r| / ((K + 4) · 2⁻²⁴ · S) over the outputs, S = Σ|x·w| + |b|. NaN counts as infinity. */
async function shareOfBound({ step, kernel, caps, data }: Drawn): Promise<number> {
  const [found] = await runStep(open, kernel, step, data, { caps });
  const [expected] = reference(step, data);
  const [sizes] = reference(step, absolute(data));
  const products = elements((step.weights.weight?.shape ?? []).slice(1));
  return Float64Array.from(expected as Numbers).reduce((worst, exact, i) => {
    const share =
      Math.abs(((found as Float32Array)[i] as number) - exact) /
      ((products + 4) * 2 ** -24 * ((sizes as Numbers)[i] as number));
    return Number.isNaN(share) ? Infinity : Math.max(worst, share);
  }, 0);
}

describe('random convolutions stay inside the error bound', () => {
  const names = new Set<string>();

  it.each(Array.from({ length: batches }, (_, batch) => [batch]))('batch %i', async (batch) => {
    const random = new Random(1000 + batch);
    for (let i = 0; i < cases / batches; i += together) {
      const drawn = Array.from({ length: together }, () => draw(random));
      const shares = await Promise.all(drawn.map(shareOfBound));
      drawn.forEach(({ step, kernel, caps }, index) => {
        names.add(kernel.name);
        expect(
          shares[index],
          `${kernel.name}${caps.software ? ' for software' : ''}: ${JSON.stringify(step)}`,
        ).toBeLessThanOrEqual(1);
      });
    }
  });

  it('has met the fast and the generic kernels', () => {
    const expected = [
      'pointwise/tiled',
      'pointwise/generic',
      'conv2d/strip',
      'conv2d/tiled',
      'conv2d/generic',
      'depthwise/rows',
      'depthwise/tiled',
    ];
    const software = open.capabilities.subgroups
      ? ['pointwise/quad', 'conv2d/quad', 'depthwise/columns']
      : ['depthwise/columns'];
    expect([...names].sort()).toEqual(expect.arrayContaining([...expected, ...software]));
  });
});
