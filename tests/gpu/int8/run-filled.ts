// Many fillings of one step in one submit: the shader is compiled once, each filling has buffers of its own.
import type { Int8Family, Kernel } from '../../../src/gpu-kernels/families/index.ts';
import type { Capabilities } from '../../../src/gpu-kernels/kernel.ts';
import { packWeight } from '../../../src/gpu-kernels/packing/weight-expr.ts';
import { layoutFor, pipelineFor, type OpenDevice } from '../../../src/workers/engine/device.ts';
import type { PlanDispatch, PlanTensor } from '../../../src/graph/plan/plan.ts';
import { stepPlan } from '../kernels/run-step.ts';
import type { Filled } from './cases.ts';

const blocks = (channels: number): number => Math.ceil(channels / 4);
const stride = ({ type }: PlanTensor): number => (type === 'u8' ? 1 : 4);

/** Stored form of a logical array: channels padded to 4, padding filled with `junk`, which no kernel may let through. */
function pad(tensor: PlanTensor, data: ArrayLike<number>): Uint8Array {
  const channels = tensor.shape.at(-1) as number;
  const rows = data.length / channels;
  const padded =
    tensor.type === 'u8'
      ? new Uint8Array(rows * blocks(channels) * 4).fill(93)
      : new Float32Array(rows * blocks(channels) * 4);
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < channels; c++) padded[row * blocks(channels) * 4 + c] = data[row * channels + c] as number;
  return new Uint8Array(padded.buffer);
}

function unpad(tensor: PlanTensor, stored: Uint8Array): Uint8Array | Float32Array {
  const channels = tensor.shape.at(-1) as number;
  const padded = tensor.type === 'u8' ? stored : new Float32Array(stored.slice().buffer);
  return padded.filter((_, i) => i % (blocks(channels) * 4) < channels);
}

/** Results of the fillings, which share their WGSL, in their logical layout. */
export async function runFilled(
  open: OpenDevice,
  kernel: Kernel<Int8Family>,
  fillings: readonly Filled[],
  caps: Capabilities,
): Promise<(Uint8Array | Float32Array)[]> {
  const { device } = open;
  const buffers: GPUBuffer[] = [];
  const make = (size: number, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size, usage });
    buffers.push(buffer);
    return buffer;
  };
  const encoder = device.createCommandEncoder();
  const reads: { readonly from: GPUBuffer; readonly tensor: PlanTensor; readonly bytes: number }[] = [];
  for (const { step, inputs, weights } of fillings) {
    const plan = stepPlan(step, kernel, caps, 'f32');
    const dispatch = plan.dispatches[0] as PlanDispatch;
    const access = dispatch.bindings.map((binding) => ('slot' in binding && binding.write ? 'w' : 'r')).join('');
    const pipeline = await pipelineFor(open, plan.modules[0] as string, access, kernel.name);
    const tensors = [...plan.inputs, ...plan.outputs];
    const slots = tensors.map((tensor, i) => {
      const data = i < inputs.length ? pad(tensor, inputs[i] as ArrayLike<number>) : undefined;
      const bytes =
        tensor.shape.slice(0, -1).reduce((a, b) => a * b, 1) *
        blocks(tensor.shape.at(-1) as number) *
        4 *
        stride(tensor);
      const buffer = make(bytes, 128 | 8 | 4);
      if (data) device.queue.writeBuffer(buffer, 0, data as Uint8Array<ArrayBuffer>);
      else reads.push({ from: buffer, tensor, bytes });
      return buffer;
    });
    const constants = plan.weights.map((weight) => {
      const buffer = make(weight.bytes, 128 | 8);
      device.queue.writeBuffer(
        buffer,
        0,
        packWeight(weight, 'f32', (name) => weights[name] as Float32Array),
      );
      return buffer;
    });
    const entries = dispatch.bindings.map((b, binding) => ({
      binding,
      resource: { buffer: ('slot' in b ? slots[b.slot] : constants[b.weight]) as GPUBuffer },
    }));
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout: layoutFor(open, access), entries }));
    pass.dispatchWorkgroups(...dispatch.workgroups);
    pass.end();
  }
  const staging = make(
    reads.reduce((sum, { bytes }) => sum + bytes, 0),
    1 | 8,
  );
  let at = 0;
  for (const { from, bytes } of reads) {
    encoder.copyBufferToBuffer(from, 0, staging, at, bytes);
    at += bytes;
  }
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  const all = new Uint8Array(staging.getMappedRange()).slice();
  at = 0;
  const results = reads.map(({ tensor, bytes }) => unpad(tensor, all.subarray(at, (at += bytes))));
  for (const buffer of buffers) buffer.destroy();
  return results;
}
