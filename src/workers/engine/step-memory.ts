// Where one step's operands lie in the buffers of a plan: written before its dispatch and read after it, lane by lane, to hold a kernel to its reference.
import type { Precision } from '../../gpu-kernels/kernel.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Value } from '../../gpu-kernels/step.ts';
import type { Plan, PlanTensor } from '../../graph/plan/plan.ts';
import type { Program } from './program.ts';
import { load, store, storedBytes } from './stored-tensor.ts';

const bytesOfFour = { f32: 16, f16: 8, u8: 4 } as const;

/** A value's place while the dispatch at `index` runs. */
export function placeAt(plan: Plan, index: number, value: Value, precision: Precision): PlanTensor {
  const life = plan.lives.find(({ value: id, from, to }) => id === value.id && from <= index && index <= to);
  if (!life) throw new Error(`dispatch ${index} of ${plan.net} has no value "${value.id}"`);
  const type = value.type ?? precision;
  const within = (value.part?.at ?? 0) * bytesOfFour[type];
  return { node: value.id, shape: value.shape, slot: life.slot, offset: life.offset + within, type };
}

/** Distinct operands, in the order of their first use. */
export const operands = (step: Step): Value[] => [...new Map(step.inputs.map((value) => [value.id, value])).values()];

/** The tensor with its padding lanes as channels of their own. */
export const padded = (tensor: PlanTensor): PlanTensor => ({
  ...tensor,
  shape: [...tensor.shape.slice(0, -1), 4 * Math.ceil((tensor.shape.at(-1) as number) / 4)],
});

export function writeValue({ open, slots }: Program, tensor: PlanTensor, data: Float32Array): void {
  const bytes = new ArrayBuffer(storedBytes(tensor));
  store(tensor, data, bytes);
  open.device.queue.writeBuffer(slots[tensor.slot] as GPUBuffer, tensor.offset, bytes);
}

/** All bits set: no number in floats, so that what a kernel leaves out is seen. */
export function spoil({ open, slots }: Program, tensor: PlanTensor): void {
  const bytes = new Uint8Array(storedBytes(tensor)).fill(0xff);
  open.device.queue.writeBuffer(slots[tensor.slot] as GPUBuffer, tensor.offset, bytes);
}

/** Runs dispatches `[from, to)` and reads values after them, in their logical layouts. */
export async function runAndRead(
  program: Program,
  [from, to]: readonly [number, number],
  tensors: readonly PlanTensor[],
): Promise<Float32Array[]> {
  const { device } = program.open;
  const sizes = tensors.map(storedBytes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const staging = device.createBuffer({ label: 'step read-back', size: Math.max(16, total), usage: 1 | 8 }); // MAP_READ | COPY_DST
  try {
    const encoder = device.createCommandEncoder();
    if (to > from) {
      const pass = encoder.beginComputePass();
      program.record(pass, from, to);
      pass.end();
    }
    let at = 0;
    tensors.forEach(({ slot, offset }, i) => {
      encoder.copyBufferToBuffer(program.slots[slot] as GPUBuffer, offset, staging, at, sizes[i] as number);
      at += sizes[i] as number;
    });
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const mapped = staging.getMappedRange();
    at = 0;
    return tensors.map((tensor, i) => {
      const data = load(tensor, mapped, at);
      at += sizes[i] as number;
      return data;
    });
  } finally {
    staging.destroy();
  }
}
