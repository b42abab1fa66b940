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
/** Loaded and run side by side: pipelines compile on all cores. */
const together = 10;

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
        const sums = {
          id: 'y#sums',
          shape: [step.inputs[0]?.shape[0] as number, parts, step.outputs[0]?.shape.at(-1) as number],
          type: 'f32' as const,
        };
        step = { ...step, outputs: [...step.outputs, sums] };
        expect(kernel.accepts(step, caps, precision), 'a kernel that offers sums must take the step with them').toBe(
          true,
        );
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
    for (let part = 0; part < parts; part++)
      sum += sums[(Math.floor(i / channels) * parts + part) * channels + (i % channels)] as number;
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

/** Largest difference over all outputs, relative to the output's largest magnitude or 1. */
async function worstError(
  kernel: Kernel,
  step: Step,
  caps: Capabilities,
  precision: Precision,
  random: Random,
): Promise<number> {
  const exact = fill(step, random);
  const data = precision === 'f16' ? rounded(exact) : exact;
  const found = await runStep(open, kernel, step, data, { caps, precision });
  const expected = referenceStep(step, data);
  return Math.max(
    ...expected.map((reference, output) => {
      const numbers = output === 1 ? addParts(step, found[1] as Float32Array) : (found[output] as Float32Array);
      expect(numbers.length).toBe(reference.length);
      const scale = reference.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      return reference.reduce((worst, x, i) => {
        const error = Math.abs(x - (numbers[i] as number)) / scale;
        return Number.isNaN(error) ? Infinity : Math.max(worst, error);
      }, 0);
    }),
  );
}

async function check(
  kernel: Kernel,
  steps: readonly Step[],
  caps: Capabilities,
  precision: Precision,
  limit: number,
): Promise<void> {
  for (let i = 0; i < steps.length; i += together) {
    const batch = steps.slice(i, i + together);
    const errors = await Promise.all(
      batch.map((step, index) => worstError(kernel, step, caps, precision, new Random(i + index))),
    );
    batch.forEach((step, index) => expect(errors[index], JSON.stringify(step)).toBeLessThan(limit));
  }
}

const tested = kernels.filter(({ family }) => draws[family]);
const targets = [false, true];

describe.each(tested.map((kernel) => [kernel.name, kernel] as const))('%s', (_, kernel) => {
  it('agrees with the reference', async () => {
    let seen = 0;
    for (const software of targets) {
      const caps = { ...open.capabilities, software };
      // A kernel for both targets is the same text on both: a few steps are enough the second time.
      const steps = stepsFor(kernel, caps, 'f32', seen < wanted ? wanted : 4);
      seen += steps.length;
      await check(kernel, steps, caps, 'f32', 3e-5);
    }
    expect(seen, 'too few of the random steps fit this kernel').toBeGreaterThanOrEqual(wanted);
  });

  it('agrees in half precision, where the adapter has it', async () => {
    for (const software of open.capabilities.f16 ? targets : []) {
      const caps = { ...open.capabilities, software };
      await check(kernel, stepsFor(kernel, caps, 'f16', 8), caps, 'f16', 4e-3);
    }
    expect(tested).toContain(kernel);
  });
});
