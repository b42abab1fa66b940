// How a tensor lies in GPU memory: channels padded to 4, single, half or 8-bit; and the way there and back.
import { fromHalf, toHalf } from '../../gpu-kernels/packing/weight-expr.ts';
import { elements } from '../../gpu-kernels/op.ts';
import type { PlanTensor } from '../../graph/plan/plan.ts';

const bytesOfFour = { f32: 16, f16: 8, u8: 4 } as const;

const channelsOf = ({ shape }: PlanTensor): number => shape.at(-1) as number;
const paddedChannels = (tensor: PlanTensor): number => Math.ceil(channelsOf(tensor) / 4) * 4;

/** Bytes of a stored tensor. */
export const storedBytes = (tensor: PlanTensor): number =>
  (elements(tensor.shape.slice(0, -1)) * paddedChannels(tensor) * bytesOfFour[tensor.type]) / 4;

/** Fills `bytes` (of `storedBytes`) from the logical layout. Throws when the length is wrong. */
export function store(tensor: PlanTensor, data: Float32Array, bytes: ArrayBuffer): void {
  const count = elements(tensor.shape);
  if (data.length !== count)
    throw new Error(
      `input "${tensor.node}" has ${data.length} numbers, the net takes ${tensor.shape.join('×')} = ${count}`,
    );
  const channels = channelsOf(tensor);
  const stride = paddedChannels(tensor);
  const target =
    tensor.type === 'u8'
      ? new Uint8Array(bytes)
      : tensor.type === 'f16'
        ? new Float32Array(bytes.byteLength / 2)
        : new Float32Array(bytes);
  if (stride === channels) target.set(data);
  else
    for (let from = 0, to = 0; from < count; from += channels, to += stride)
      for (let c = 0; c < channels; c++) target[to + c] = data[from + c]!;
  if (target instanceof Float32Array && tensor.type === 'f16') toHalf(target, new Uint16Array(bytes));
}

/** A copy in the logical layout of what is stored at byte `at` of a mapped range. */
export function load(tensor: PlanTensor, mapped: ArrayBuffer, at: number): Float32Array {
  const bytes = storedBytes(tensor);
  const padded =
    tensor.type === 'u8'
      ? Float32Array.from(new Uint8Array(mapped, at, bytes))
      : tensor.type === 'f16'
        ? fromHalf(new Uint16Array(mapped, at, bytes / 2))
        : new Float32Array(mapped, at, bytes / 4);
  const channels = channelsOf(tensor);
  const stride = paddedChannels(tensor);
  if (stride === channels) return padded.slice();
  const result = new Float32Array(elements(tensor.shape));
  for (let from = 0, to = 0; to < result.length; from += stride, to += channels)
    result.set(padded.subarray(from, from + channels), to);
  return result;
}
