// Shaders of the fast kernels as readable files, on layers of MobileNetV2, V3 and V4: a change of a kernel shows in the diff (renew with `npx vitest run -u`).
import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../../src/gpu-kernels/kernel.ts';
import { chooseKernel } from '../../../src/gpu-kernels/kernels/index.ts';
import type { Shape } from '../../../src/gpu-kernels/op.ts';
import type { AttrsOf, FloatFamily, Step } from '../../../src/gpu-kernels/families/index.ts';
import type { Window } from '../../../src/gpu-kernels/families/window.ts';
import type { Rider, StepShape } from '../../../src/gpu-kernels/step.ts';
import { plainGpu, plainSoftware } from '../../../src/graph/plan/make-plan.ts';
import { param, unary } from '../../gpu/kernels/random-steps.ts';

const relu6 = unary('relu6');
const window = (k: number, stride: number): Window => ({
  kernel: [k, k],
  stride: [stride, stride],
  dilation: [1, 1],
  pads: [(k - 1) / 2, (k - 1) / 2],
});

function step<F extends FloatFamily>(
  family: F,
  input: Shape,
  output: Shape,
  attrs: AttrsOf<F>,
  weights: Readonly<Record<string, Shape>>,
  epilogue: readonly Rider[] = [],
  more: Partial<Pick<Step, 'inputs' | 'outputs' | 'prologue'>> = {},
): StepShape<F, AttrsOf<F>> {
  return {
    family,
    from: ['layer'],
    inputs: [{ id: 'x', shape: input }],
    outputs: [{ id: 'y', shape: output }],
    attrs,
    weights: Object.fromEntries(Object.entries(weights).map(([role, shape]) => [role, param(role, shape)])),
    prologue: [],
    epilogue,
    ...more,
  };
}

const map = (size: number, channels: number): Shape => [1, size, size, channels];
const product: AttrsOf<'pointwise'> = { groups: 1, stride: [1, 1] };
const residual: Rider = { kind: 'binary', op: 'add', input: 1 };
const sums = (parts: number, channels: number) => ({ id: 'y#sums', shape: [1, parts, channels], type: 'f32' as const });
const software = { ...plainSoftware, subgroups: true };

const layers: readonly (readonly [kernel: string, step: Step, caps?: Capabilities])[] = [
  ['pointwise/tiled', step('pointwise', map(112, 32), map(112, 16), product, { weight: [16, 32], bias: [16] })],
  [
    'pointwise/split-k',
    step('pointwise', map(7, 960), map(7, 160), product, { weight: [160, 960], bias: [160] }, [residual], {
      inputs: [
        { id: 'x', shape: map(7, 960) },
        { id: 'shortcut', shape: map(7, 160) },
      ],
    }),
  ],
  [
    'pointwise/pool',
    step('pointwise', map(7, 320), [1, 1280], { ...product, pool: 'mean' }, { weight: [1280, 320], bias: [1280] }, [
      relu6,
    ]),
  ],
  [
    'conv2d/strip',
    step('conv2d', map(224, 3), map(112, 32), { ...window(3, 2), groups: 1 }, { weight: [32, 3, 3, 3], bias: [32] }, [
      relu6,
    ]),
  ],
  [
    'depthwise/rows',
    step(
      'depthwise',
      map(28, 120),
      map(28, 120),
      { ...window(5, 1), repeat: 1 },
      { weight: [120, 1, 5, 5], bias: [120] },
      [unary('hswish')],
    ),
  ],
  [
    'depthwise/tiled',
    step('depthwise', map(14, 96), map(14, 96), { ...window(7, 1), repeat: 1 }, { weight: [96, 1, 7, 7], bias: [96] }),
  ],
  [
    'expandDepthwise/tile',
    step(
      'expandDepthwise',
      map(14, 112),
      map(14, 672),
      { ...window(3, 1), middle: [relu6] },
      { expandWeight: [672, 112], expandBias: [672], weight: [672, 1, 3, 3], bias: [672] },
      [relu6],
      { outputs: [{ id: 'y', shape: map(14, 672) }, sums(4, 672)] },
    ),
  ],
  [
    'invertedResidual/tile',
    step(
      'invertedResidual',
      map(56, 24),
      map(56, 24),
      { ...window(3, 1), middle: [relu6], inner: [relu6] },
      {
        expandWeight: [144, 24],
        expandBias: [144],
        depthwiseWeight: [144, 1, 3, 3],
        depthwiseBias: [144],
        weight: [24, 144],
        bias: [24],
      },
    ),
  ],
  [
    'depthwisePointwise/chunked',
    step(
      'depthwisePointwise',
      map(112, 32),
      map(112, 16),
      { ...window(3, 1), middle: [relu6] },
      { depthwiseWeight: [32, 1, 3, 3], depthwiseBias: [32], weight: [16, 32], bias: [16] },
    ),
  ],
  [
    'gate/workgroup',
    step(
      'gate',
      [1, 4, 672],
      [1, 1, 1, 672],
      { from: 'sums', pixels: 196, hidden: 168, act: [unary('relu')] },
      { w1: [168, 672], b1: [168], w2: [672, 168], b2: [672] },
      [unary('hsigmoid')],
    ),
  ],
  [
    'attention/workgroup',
    step(
      'attention',
      map(14, 192),
      map(14, 192),
      {
        heads: 4,
        kvHeads: 1,
        keyDim: 48,
        valueDim: 48,
        scale: 48 ** -0.5,
        talkingHeads: false,
        layout: [
          { offset: 0, headStride: 48 },
          { offset: 0, headStride: 0 },
          { offset: 0, headStride: 0 },
        ],
      },
      {},
      [],
      {
        inputs: [
          { id: 'q', shape: map(14, 192) },
          { id: 'k', shape: map(7, 48) },
          { id: 'v', shape: map(7, 48) },
        ],
      },
    ),
  ],
  [
    'pointwise/quad',
    step('pointwise', map(14, 96), map(14, 576), product, { weight: [576, 96], bias: [576] }, [relu6]),
    software,
  ],
  [
    'depthwise/columns',
    step(
      'depthwise',
      map(112, 96),
      map(56, 96),
      { ...window(3, 2), repeat: 1 },
      { weight: [96, 1, 3, 3], bias: [96] },
      [relu6],
    ),
    software,
  ],
];

describe('golden shaders of the fast kernels', () => {
  for (const [name, layer, caps = plainGpu] of layers) {
    it(name, async () => {
      const kernel = chooseKernel(layer, caps, 'f32');
      expect(kernel?.name).toBe(name);
      const built = kernel?.build(layer, caps, 'f32');
      const shapes = [...layer.inputs, ...layer.outputs].map(({ id, shape }) => `${id} ${shape.join('×')}`).join(', ');
      const text = `// ${name}: ${shapes}\n// ${built?.workgroups.join(' × ') ?? ''} workgroups\n${built?.wgsl ?? ''}`;
      const file = `../../../test-data/wgsl/${name.replace('/', '.')}.wgsl`;
      await expect(text).toMatchFileSnapshot(new URL(file, import.meta.url).pathname);
    });
  }
});
