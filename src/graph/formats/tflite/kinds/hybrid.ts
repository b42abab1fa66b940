// Dynamic-range files: int8 weights meet activations that TFLite quantises as it goes, by what each picture or row spans.
import type { Call } from '../../model/call.ts';
import { isFloatType, type Tensor } from '../../model/tensor.ts';
import { real } from './real.ts';

/** To nearest, halves away from zero (TfLiteRound). */
const nearest = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

/** A block of float32 values as steps of a symmetric scale, −127 to 127 (tensor_utils::SymmetricQuantizeFloats). */
function symmetric(block: Float64Array): void {
  const reach = Math.fround(block.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  if (reach === 0 || !Number.isFinite(reach)) return;
  const [scale, inverse] = [Math.fround(reach / 127), Math.fround(127 / reach)];
  for (let i = 0; i < block.length; i++)
    block[i] = Math.max(-127, Math.min(127, nearest(Math.fround(block[i]! * inverse)))) * scale;
}

/** As steps of a scale with a zero point, −128 to 127, 0 among them (tensor_utils::AsymmetricQuantizeFloats). */
function asymmetric(block: Float64Array): void {
  const low = block.reduce((least, value) => Math.min(least, value), 0);
  const high = block.reduce((most, value) => Math.max(most, value), 0);
  if (low === high || !Number.isFinite(high - low)) return;
  const exact = (high - low) / 255;
  const [scale, inverse] = [Math.fround(exact), Math.fround(1 / Math.fround(exact))];
  const fromLow = 128 + Math.abs(low / exact) < 127 + Math.abs(high / exact);
  const zero = Math.max(-128, Math.min(127, nearest(fromLow ? -128 - low / exact : 127 - high / exact)));
  for (let i = 0; i < block.length; i++) {
    const step = nearest(Math.fround(zero + Math.fround(block[i]! * inverse)));
    block[i] = (Math.max(-128, Math.min(127, step)) - zero) * scale;
  }
}

/**
 * Operand 0 as real numbers; beside int8 weights as the int8 values that TFLite's kernels multiply, times their scale, each of `blocks` equal
 * blocks by its own span. `offset`: with a zero point, as convolutions with a scale a channel have it (conv.cc, EvalHybridPerChannel).
 */
export function activations(call: Call, blocks: number, offset: boolean): Tensor {
  const x = real(call, 0);
  const weights = call.known(1);
  if (!isFloatType(call.type(0)) || call.type(1) !== 'int8' || !weights.quantization) return x;
  const data = x.data as Float64Array;
  const size = data.length / blocks;
  for (let block = 0; block < blocks; block++)
    (offset ? asymmetric : symmetric)(data.subarray(block * size, (block + 1) * size));
  return x;
}
