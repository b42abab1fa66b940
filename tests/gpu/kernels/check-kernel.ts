// Runs one float kernel on random steps of its family and compares with the family's reference.
import { expect } from 'vitest';
import type { StepData } from '../../../src/gpu-kernels/families/family.ts';
import { reference, type FloatFamily, type Kernel, type StepOf } from '../../../src/gpu-kernels/families/index.ts';
import type { Capabilities, Precision } from '../../../src/gpu-kernels/kernel.ts';
import { fromHalf, toHalf } from '../../../src/gpu-kernels/packing/weight-expr.ts';
import type { Numbers } from '../../../src/gpu-kernels/step.ts';
import type { OpenDevice } from '../../../src/workers/engine/device.ts';
import type { Drawer } from './draw-products.ts';
import { drawers } from './drawers.ts';
import { fill, Random } from './random-steps.ts';
import { runStep } from './run-step.ts';

/** Loaded and run side by side: pipelines compile on all cores. */
const together = 10;

type FloatStep = StepOf<FloatFamily>;

/** Steps that the kernel takes under these capabilities, with and without channel sums. */
export function stepsFor(
  kernel: Kernel<FloatFamily>,
  caps: Capabilities,
  precision: Precision,
  count: number,
): FloatStep[] {
  const random = new Random(kernel.name.length * 7919 + count);
  const steps: FloatStep[] = [];
  for (let attempt = 0; attempt < 4000 && steps.length < count; attempt++) {
    for (const draw of drawers[kernel.family] as readonly Drawer<FloatFamily>[]) {
      let step = draw(random);
      if (!step || !kernel.accepts(step, caps, precision)) continue;
      // Without, with sums, and with moments, where the kernel takes it.
      if (attempt % 3 > 0) {
        const summed = withParts(kernel, step, attempt % 3 === 1 ? 'sums' : 'moments', caps, precision);
        if (summed && kernel.accepts(summed, caps, precision)) step = summed;
      }
      steps.push(step);
      if (steps.length === count) break;
    }
  }
  return steps;
}

/** The step with a by-product of as many parts as the kernel says. */
function withParts(
  kernel: Kernel<FloatFamily>,
  step: FloatStep,
  kind: 'sums' | 'moments',
  caps: Capabilities,
  precision: Precision,
): FloatStep | undefined {
  const [batch, channels] = [step.inputs[0]?.shape[0] as number, step.outputs[0]?.shape.at(-1) as number];
  const asked = (parts: number): FloatStep => {
    const shape = kind === 'sums' ? [batch, parts, channels] : [batch, parts, 2, channels];
    return { ...step, outputs: [...step.outputs, { id: `y#${kind}`, shape, type: 'f32' }] };
  };
  if (step.outputs.length > 1 || !kernel.accepts(asked(1), caps, precision)) return undefined;
  const parts = kernel.sumParts?.(asked(1), caps, precision) ?? 0;
  return parts > 0 ? asked(parts) : undefined;
}

/** Channel sums or moments of all parts added. */
function addParts(step: FloatStep, sums: Numbers): Float32Array {
  const shape = step.outputs[1]?.shape as readonly number[];
  const [batch, parts] = shape as [number, number];
  const channels = shape.slice(2).reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: batch * channels }, (_, i) => {
    let sum = 0;
    for (let part = 0; part < parts; part++)
      sum += sums[(Math.floor(i / channels) * parts + part) * channels + (i % channels)] as number;
    return sum;
  });
}

const half = (data: Numbers): Float32Array => {
  const words = new Uint16Array(data.length);
  toHalf(data, words);
  return fromHalf(words);
};

const rounded = (data: StepData): StepData => ({
  inputs: data.inputs.map(half),
  weights: Object.fromEntries(Object.entries(data.weights).map(([role, numbers]) => [role, half(numbers)])),
});

/** Largest difference over all outputs, relative to the output's largest magnitude or 1. */
async function worstError(
  open: OpenDevice,
  kernel: Kernel<FloatFamily>,
  step: FloatStep,
  caps: Capabilities,
  precision: Precision,
  random: Random,
): Promise<number> {
  const exact = fill(step, random);
  const data = precision === 'f16' ? rounded(exact) : exact;
  const found = await runStep(open, kernel, step, data, { caps, precision });
  const expected = reference(step, data);
  return Math.max(
    ...expected.map((exact, output) => {
      // Which part holds how much of the sums is the kernel's choice.
      const [numbers, wanted] = [found[output] as Numbers, exact].map((all) =>
        Float64Array.from(/#(sums|moments)$/.test(step.outputs[output]?.id ?? '') ? addParts(step, all) : all),
      ) as [Float64Array, Float64Array];
      expect(numbers.length).toBe(wanted.length);
      const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      return wanted.reduce((worst, x, i) => {
        const error = Math.abs(x - (numbers[i] as number)) / scale;
        return Number.isNaN(error) ? Infinity : Math.max(worst, error);
      }, 0);
    }),
  );
}

/** Runs the steps and compares. Fails with the step's text when an error is not below `limit`. */
export async function checkKernel(
  open: OpenDevice,
  kernel: Kernel<FloatFamily>,
  steps: readonly FloatStep[],
  caps: Capabilities,
  precision: Precision,
  limit: number,
): Promise<void> {
  for (let i = 0; i < steps.length; i += together) {
    const batch = steps.slice(i, i + together);
    const errors = await Promise.all(
      batch.map((step, index) => worstError(open, kernel, step, caps, precision, new Random(i + index))),
    );
    batch.forEach((step, index) => expect(errors[index], JSON.stringify(step)).toBeLessThan(limit));
  }
}
