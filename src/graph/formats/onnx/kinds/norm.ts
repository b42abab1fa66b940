// ONNX normalisations: by stored statistics of a channel, or by those of the values themselves.
import type { Call, Kind, Known } from '../../model/call.ts';
import { stretchedStrides, walk } from '../../model/math/broadcast.ts';
import { around } from '../../model/math/move.ts';
import { zeros, type Tensor } from '../../model/tensor.ts';

/** y = scale[c] · (x − mean[c]) / √(var[c] + ε) + bias[c]: an affine map of each channel (axis 1). */
const batchNorm: Kind = {
  infer(call) {
    const channels = call.shape(0)[1] ?? 1;
    for (let i = 1; i < 5; i++)
      if (call.shape(i)[0] !== channels) call.fail(`has statistics of ${call.shape(i)[0]} for ${channels} channels`);
    if (call.number('training_mode', 0) === 1) call.skip('trains its statistics, which is not run here');
    return [call.like(0)];
  },
  run(call, [out]) {
    const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => call.tensor(i).data);
    const [outer, channels, inner] = around(call.shape(0), 1);
    const epsilon = call.number('epsilon', 1e-5);
    for (let o = 0; o < outer; o++)
      for (let c = 0; c < channels; c++) {
        const factor = scale![c]! / Math.sqrt(variance![c]! + epsilon);
        for (let k = 0; k < inner; k++) {
          const i = (o * channels + c) * inner + k;
          out!.data[i] = (x![i]! - mean![c]!) * factor + bias![c]!;
        }
      }
  },
};

/** Normalises each run of `size` values: (x − mean) / √(var + ε), or x / rms. `affine` gives scale and bias of a place. */
function normalise(
  out: Tensor,
  x: Tensor,
  size: number,
  epsilon: number,
  centred: boolean,
  affine: (index: number) => readonly [scale: number, bias: number],
  stats?: { mean?: Tensor | undefined; inverse?: Tensor | undefined },
): void {
  for (let from = 0, row = 0; from < x.data.length; from += size, row++) {
    let mean = 0;
    if (centred) {
      for (let i = 0; i < size; i++) mean += x.data[from + i]!;
      mean /= size;
    }
    let variance = 0;
    for (let i = 0; i < size; i++) variance += (x.data[from + i]! - mean) ** 2;
    const factor = 1 / Math.sqrt(variance / size + epsilon);
    if (stats?.mean) stats.mean.data[row] = mean;
    if (stats?.inverse) stats.inverse.data[row] = factor;
    for (let i = 0; i < size; i++) {
      const [scale, bias] = affine(from + i);
      out.data[from + i] = (x.data[from + i]! - mean) * factor * scale + bias;
    }
  }
}

const layerNorm = (centred: boolean): Kind => ({
  infer(call) {
    const x = call.shape(0);
    const axis = call.axis(call.number('axis', -1), x.length);
    const stats: Known = { type: 'float32', shape: x.map((size, i) => (i < axis ? size : 1)) };
    return call.node.outputs.length > 1 ? [call.like(0), stats, stats] : [call.like(0)];
  },
  run(call, [out, mean, inverse]) {
    const x = call.tensor(0);
    const axis = call.axis(call.number('axis', -1), x.shape.length);
    const size = x.shape.slice(axis).reduce((a, b) => a * b, 1);
    const full = (index: number, otherwise: number): Tensor => {
      const target = zeros('float64', x.shape);
      const source = call.has(index)
        ? call.tensor(index)
        : { type: 'float64' as const, shape: [], data: Float64Array.of(otherwise) };
      walk(x.shape, [stretchedStrides(source.shape, x.shape)], (to, [from]) => {
        target.data[to] = source.data[from!]!;
      });
      return target;
    };
    const scale = full(1, 1);
    const bias = centred ? full(2, 0) : full(-1, 0);
    normalise(out!, x, size, call.number('epsilon', 1e-5), centred, (i) => [scale.data[i]!, bias.data[i]!], {
      mean,
      inverse,
    });
  },
});

/** Groups of channels with all their pixels; instance norm is a group a channel. */
const groupNorm = (groupsOf: (call: Call) => number): Kind => ({
  infer(call) {
    const channels = call.shape(0)[1] ?? 1;
    const groups = groupsOf(call);
    if (groups < 1 || channels % groups !== 0) call.fail(`has ${groups} groups of ${channels} channels`);
    return [call.like(0)];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const [, channels, inner] = around(x.shape, 1);
    const perGroup = channels / groupsOf(call);
    const [scale, bias] = [call.tensor(1).data, call.tensor(2).data];
    // Up to opset 20 GroupNormalization had a scale for each group.
    const step = scale.length === channels ? 1 : perGroup;
    normalise(out!, x, perGroup * inner, call.number('epsilon', 1e-5), true, (i) => {
      const c = Math.floor((Math.floor(i / inner) % channels) / step);
      return [scale[c]!, bias[c]!];
    });
  },
});

const lpNorm: Kind = {
  infer(call) {
    call.axis(call.number('axis', -1), call.shape(0).length);
    return [call.like(0)];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const [outer, size, inner] = around(x.shape, call.axis(call.number('axis', -1), x.shape.length));
    const p = call.number('p', 2);
    for (let o = 0; o < outer; o++)
      for (let k = 0; k < inner; k++) {
        let sum = 0;
        for (let i = 0; i < size; i++) sum += Math.abs(x.data[(o * size + i) * inner + k]!) ** p;
        const norm = sum ** (1 / p);
        for (let i = 0; i < size; i++) {
          const at = (o * size + i) * inner + k;
          out!.data[at] = norm === 0 ? 0 : x.data[at]! / norm;
        }
      }
  },
};

export const norms: Readonly<Record<string, Kind>> = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm(true),
  RMSNormalization: layerNorm(false),
  GroupNormalization: groupNorm((call) => call.number('num_groups', 0)),
  InstanceNormalization: groupNorm((call) => call.shape(0)[1] ?? 1),
  LpNormalization: lpNorm,
};
