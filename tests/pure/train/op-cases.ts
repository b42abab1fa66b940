// For every op that has a derivative, calls of it on odd channels, single pixels and batches of 1 to 5.
import type { Shape } from '../../../src/gpu-kernels/op.ts';
import type { OpName } from '../../../src/gpu-kernels/ops/index.ts';

export interface OpCall {
  readonly attrs?: object;
  readonly inputs: readonly Shape[];
}

const map: Shape = [2, 4, 5, 3];
const pixel: Shape = [5, 1, 1, 3];
const each: readonly OpCall[] = [{ inputs: [map] }, { inputs: [pixel] }];
const pairs: readonly OpCall[] = [
  { inputs: [map, map] },
  { inputs: [map, [2, 1, 1, 3]] },
  { inputs: [[1, 4, 1, 3], [1, 1, 5, 3]] },
]; // prettier-ignore
const packed = { qOffset: 0, qHeadStride: 2, kOffset: 4, kHeadStride: 2, vOffset: 8, vHeadStride: 2 };

export const opCalls: Readonly<
  Record<Exclude<OpName, 'input' | 'log_mel' | 'rearrange' | 'requantize'>, readonly OpCall[]>
> = {
  conv2d: [
    { attrs: { out: 5, kernel: 3, stride: 2, padding: 'same', bias: true }, inputs: [[3, 5, 4, 3]] },
    { attrs: { out: 6, kernel: [1, 3], dilation: [1, 2], padding: [0, 0, 2, 1], groups: 3 }, inputs: [[1, 4, 6, 3]] },
    { attrs: { out: 3, kernel: 3, stride: 2, padding: 1, groups: 3 }, inputs: [map] },
    { attrs: { out: 5, kernel: 1 }, inputs: [pixel] },
  ],
  mixed_conv2d: [
    { attrs: { kernels: [3, 5], inSplits: [2, 1], outSplits: [2, 1], stride: 2 }, inputs: [map] },
    { attrs: { kernels: [1, 1], inSplits: [1, 2], outSplits: [3, 2], depthwise: false }, inputs: [pixel] },
  ],
  linear: [
    { attrs: { out: 7 }, inputs: [[5, 3]] },
    { attrs: { out: 2, bias: false }, inputs: [[2, 3, 5]] },
  ],
  batch_norm: [{ inputs: [[5, 2, 3, 3]] }, { inputs: [pixel] }],
  layer_norm: [{ inputs: [map] }, { inputs: [[2, 5, 7]] }],
  group_norm: [
    { attrs: { groups: 1 }, inputs: [map] },
    { attrs: { groups: 3 }, inputs: [[2, 3, 3, 6]] },
  ],
  evonorm_b0: [{ inputs: [[3, 4, 5, 3]] }, { attrs: { apply: false }, inputs: [map] }],
  evonorm_s0: [
    { attrs: { groups: 2 }, inputs: [[2, 3, 3, 6]] },
    { attrs: { groups: 3, apply: false }, inputs: [map] },
  ],
  relu: each,
  relu6: each,
  hswish: each,
  hsigmoid: each,
  swish: each,
  sigmoid: each,
  gelu: each,
  gelu_tanh: each,
  tanh: each,
  prelu: each,
  clip: [{ attrs: { min: -1, max: 0.5 }, inputs: [map] }],
  leaky_relu: [{ attrs: { slope: 0.2 }, inputs: [map] }],
  quantize: [{ attrs: { scale: 0.3, min: -2, max: 2 }, inputs: [map] }],
  function: ['exp', 'abs', 'square', 'floor', 'ceil', 'softplus', 'erf', 'reciprocal', 'log', 'sqrt'].map((of) => ({
    attrs: { of },
    inputs: [map],
  })),
  add: pairs,
  mul: pairs,
  sub: pairs,
  scale_const: [{ attrs: { factor: -1.5 }, inputs: [map] }],
  affine: [{ attrs: { factor: 2.5, offset: 1 }, inputs: [map] }],
  layer_scale: each,
  constant: [{ attrs: { shape: [1, 2, 3] }, inputs: [] }],
  matmul: [
    { inputs: [[2, 3, 5], [2, 5, 4]] },
    { attrs: { transposed: true }, inputs: [[1, 2, 3, 5], [1, 2, 4, 5]] },
  ], // prettier-ignore
  mean: [
    { attrs: { axes: [1, 2], keepDims: true }, inputs: [map] },
    { attrs: { axes: [1, 2] }, inputs: [pixel] },
    { attrs: { axes: [2] }, inputs: [map] },
    { attrs: { axes: [1] }, inputs: [[3, 5, 7]] },
  ],
  avg_pool2d: [
    { attrs: { kernel: 3, stride: 2, padding: 1 }, inputs: [map] },
    { attrs: { kernel: [2, 3], ceilMode: true, countIncludePad: false, padding: 1 }, inputs: [[1, 5, 6, 3]] },
  ],
  max_pool2d: [
    { attrs: { kernel: 3, stride: 2, padding: 1 }, inputs: [[2, 7, 6, 3]] },
    { attrs: { kernel: 1 }, inputs: [pixel] },
  ],
  adaptive_avg_pool2d: [{ attrs: { size: [2, 3] }, inputs: [[2, 5, 4, 3]] }],
  blur_pool: [{ inputs: [map] }, { attrs: { size: 4, border: 'zeros' }, inputs: [[1, 5, 7, 3]] }],
  resize: [
    { attrs: { size: [7, 3] }, inputs: [map] },
    { attrs: { scale: 2, alignCorners: true }, inputs: [map] },
    { attrs: { scale: 3, mode: 'nearest' }, inputs: [pixel] },
  ],
  pixel_shuffle: [{ attrs: { factor: 2 }, inputs: [[2, 2, 3, 12]] }],
  pad_channels: [{ attrs: { channels: 5 }, inputs: [map] }],
  unfold: [{ attrs: { kernel: 3, stride: 2, padding: 1 }, inputs: [map] }],
  pad: [
    { attrs: { before: [0, 1, 0, 0], after: [0, 0, 2, 1], value: 3 }, inputs: [map] },
    { attrs: { before: [0, 2, 1, 0], after: [0, 1, 1, 0], mode: 'reflect' }, inputs: [map] },
    { attrs: { before: [0, 2, 1, 0], after: [0, 1, 1, 0], mode: 'edge' }, inputs: [map] },
  ],
  reshape: [
    { attrs: { to: 'tokens' }, inputs: [map] },
    { attrs: { to: 'shape', shape: [2, 60] }, inputs: [map] },
  ],
  concat: [
    { attrs: { axis: 3 }, inputs: [map, [2, 4, 5, 2]] },
    { attrs: { axis: 1 }, inputs: [map, map] },
  ],
  slice: [{ attrs: { axis: 2, start: 1, size: 2, step: 2 }, inputs: [map] }],
  select: [{ attrs: { axis: 1, index: 2 }, inputs: [[2, 5, 3]] }],
  transpose: [{ attrs: { perm: [0, 2, 3, 1] }, inputs: [map] }],
  softmax: [{ inputs: [[3, 7]] }, { inputs: [map] }],
  attention: [
    {
      attrs: {
        heads: 2,
        keyDim: 3,
        valueDim: 2,
        talkingHeads: true,
        bias: { kind: 'relative', qSize: [2, 1], kSize: [2, 3] },
      },
      inputs: [[2, 2, 6], [2, 6, 6], [2, 6, 4]],
    },
    { attrs: { heads: 3, kvHeads: 1, keyDim: 3 }, inputs: [[1, 2, 2, 9], [1, 1, 3, 3], [1, 1, 3, 3]] },
    { attrs: { heads: 2, keyDim: 2, packed }, inputs: [[2, 5, 12]] },
  ], // prettier-ignore
  performer_attention: [{ attrs: { dim: 3, features: 2 }, inputs: [[2, 5, 9]] }],
  gram: [{ inputs: [[2, 3, 5]] }],
  prepend_token: [{ inputs: [[3, 4, 5]] }],
  position_embedding: [{ attrs: { tokens: 4 }, inputs: [[3, 4, 5]] }],
};
