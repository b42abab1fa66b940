// Bias correction (arXiv 1906.04721 §4.2): what rounded weights add to a layer's mean output, on calibration pictures, is taken off its bias.
import type { Numbers } from '../../gpu-kernels/step.ts';
import type { QuantizedWeights } from './scheme.ts';

/**
 * The bias of `made` less Σ (rounded − real) · mean of the input's channel. `weight`: the real weights `[O, I/groups, …taps]`; `means`:
 * one number an input channel. Padding counts as if it were picture: the error is that of a border.
 */
export function correctedBias(
  made: QuantizedWeights,
  weight: Numbers,
  taps: number,
  inputScale: number,
  means: Float64Array,
): Int32Array {
  const outputs = made.bias.length;
  const own = weight.length / outputs;
  const perGroup = own / taps;
  const groups = means.length / perGroup;
  return made.bias.map((bias, o) => {
    const firstChannel = Math.floor(o / (outputs / groups)) * perGroup;
    const scale = made.scale[o]!;
    let error = 0;
    for (let i = 0; i < own; i++) {
      const at = o * own + i;
      error += (made.weight[at]! * scale - weight[at]!) * means[firstChannel + Math.floor(i / taps)]!;
    }
    return bias - Math.round(error / (inputScale * scale));
  });
}
