// Every kernel of the families with fast variants, on at least twenty random steps each, against the reference of its family.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capabilities, Kernel, Precision } from '../../../src/gpu-kernels/kernel.ts';
import { kernels } from '../../../src/gpu-kernels/kernels/index.ts';
import { fromHalf, toHalf } from '../../../src/gpu-kernels/packing.ts';
import type { Step } from '../../../src/gpu-kernels/step.ts';
import { openDevice, type OpenDevice } from '../../../src/workers/device.ts';
import { gpu } from '../rig.ts';
import { draws } from './family-cases.ts';
import { fill, Random } from './random-steps.ts';
import { runStep, type StepData } from './run-step.ts';
import { referenceStep } from './step-reference.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const wanted = 20;

/** Steps that the kernel takes under these capabilities, with and without channel sums. */
function stepsFor(kernel: Kernel, caps: Capabilities, precision: Precision, count: number): Step[] {
  const random = new Random(kernel.name.length * 7919 + count);
  const steps: Step[] = [];
  for (let attempt = 0; attempt < 4000 && steps.length < count; attempt++) {
    for (const draw of draws[kernel.family] ?? []) {
      let step = draw(random);
      if (!step || !kernel.accepts(step, caps, precision)) continue;
      const parts = kernel.sumParts?.(step, caps, precision) ?? 0;
      if (parts > 0 && attempt % 2 === 1) {
        const sums = { id: 'y#sums', shape: [step.inputs[0]?.shape[0] as number, parts, step.outputs[0]?.shape.at(-1) as number], type: 'f32' as const };
        step = { ...step, outputs: [...step.outputs, sums] };
        expect(kernel.accepts(step, caps, precision), 'a kernel that offers sums must take the step with them').toBe(true);
      }
      steps.push(step);
      if (steps.length === count) break;
    }
  }
  return steps;
}

/** Channel sums of all parts added. */
function addParts(step: Step, sums: Float32Array): Float32Array {
  const [batch, parts, channels] = step.outputs[1]?.shape as [number, number, number];
  return Float32Array.from({ length: batch * channels }, (_, i) => {
    let sum = 0;
    for (let part = 0; part < parts; part++) sum += sums[(Math.floor(i / channels) * parts + part) * channels + (i % channels)] as number;
    return sum;
  });
}

const half = (data: Float32Array): Float32Array => {
  const words = new Uint16Array(data.length);
  toHalf(data, words);
  return fromHalf(words);
};

const rounded = (data: StepData): StepData => ({
  inputs: new Map([...data.inputs].map(([id, numbers]) => [id, half(numbers)])),
  weights: Object.fromEntries(Object.entries(data.weights).map(([role, numbers]) => [role, half(numbers)])),
});

async function worstError(kernel: Kernel, step: Step, caps: Capabilities, precision: Precision, random: Random): Promise<number> {
  const exact = fill(step, random);
  const data = precision === 'f16' ? rounded(exact) : exact;
  const found = await runStep(open, kernel, step, data, { caps, precision });
  const expected = referenceStep(step, data);
  return Math.max(
    ...expected.map((reference, output) => {
      const numbers = output === 1 ? addParts(step, found[1] as Float32Array) : (found[output] as Float32Array);
      expect(numbers.length).toBe(reference.length);
      const scale = reference.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      return reference.reduce((worst, x, i) => Math.max(worst, Math.abs(x - (numbers[i] as number)) / scale), 0);
    }),
  );
}

const tested = kernels.filter(({ family }) => draws[family]);

describe.each(tested.map((kernel) => [kernel.name, kernel] as const))('%s', (_, kernel) => {
  it.each([['gpu'], ['software']] as const)('agrees with the reference in a plan for %s', async (target) => {
    const caps = { ...open.capabilities, software: target === 'software' };
    const steps = stepsFor(kernel, caps, 'f32', wanted);
    const other = stepsFor(kernel, { ...caps, software: !caps.software }, 'f32', wanted);
    expect(Math.max(steps.length, other.length), 'too few of the random steps fit this kernel').toBe(wanted);
    const random = new Random(1);
    for (const step of steps) expect(await worstError(kernel, step, caps, 'f32', random), JSON.stringify(step)).toBeLessThan(3e-5);
  });

  it('agrees in half precision, where the adapter has it', async () => {
    if (!open.capabilities.f16) return expect(open.capabilities.f16).toBe(false);
    const random = new Random(2);
    for (const software of [false, true]) {
      const caps = { ...open.capabilities, software };
      for (const step of stepsFor(kernel, caps, 'f16', 8)) expect(await worstError(kernel, step, caps, 'f16', random), JSON.stringify(step)).toBeLessThan(4e-3);
    }
  });
});
