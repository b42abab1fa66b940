// Random steps of the families that multiply: plain sizes, odd sizes, riders, grouping, strides.
import type { Shape } from '../../../src/gpu-kernels/op.ts';
import type { AttrsOf, FloatFamily, StepOf } from '../../../src/gpu-kernels/families/index.ts';
import type { Window } from '../../../src/gpu-kernels/families/window.ts';
import type { Rider } from '../../../src/gpu-kernels/step.ts';
import { randomWindow, StepBuilder, unary, type Random } from './random-steps.ts';

/** Draws a step of a family; undefined when the draw does not fit together. */
export type Drawer<F extends FloatFamily> = (random: Random) => StepOf<F> | undefined;

export const map = (random: Random, channels: number, low = 3, high = 16): Shape => [
  random.pick(1, 1, 2),
  random.whole(low, high),
  random.whole(low, high),
  channels,
];

export const pointwise: Drawer<'pointwise'> = (random) => {
  const b = new StepBuilder(random);
  const groups = random.pick(1, 1, 1, 2);
  const [inC, outC] =
    groups === 1 ? [random.whole(1, 90), random.whole(1, 90)] : [8 * random.whole(1, 6), 8 * random.whole(1, 6)];
  const kind = random.whole(0, 3);
  const input: Shape =
    kind === 0
      ? [random.whole(1, 3), inC]
      : kind === 1
        ? [random.whole(1, 2), random.whole(1, 40), inC]
        : map(random, inC, 1, 20);
  const stride: readonly [number, number] = input.length === 4 && random.chance(0.2) ? [2, 2] : [1, 1];
  const output: Shape =
    input.length === 4
      ? [
          input[0] as number,
          Math.ceil((input[1] as number) / stride[0]),
          Math.ceil((input[2] as number) / stride[1]),
          outC,
        ]
      : [...input.slice(0, -1), outC];
  b.input('x', input);
  b.weight('weight', [outC, inC / groups]);
  b.weight('bias', [outC]);
  const prologue = input.length === 4 ? b.prologue(input) : [];
  return b.build('pointwise', output, { groups, stride }, { prologue, epilogue: b.epilogue(output) });
};

export const pooled: Drawer<'pointwise'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 60), 1, 17);
  const outC = random.whole(1, 70);
  b.input('x', input);
  b.weight('weight', [outC, input[3] as number]);
  b.weight('bias', [outC]);
  const prologue = b.prologue(input);
  const wide = [...input.slice(0, 3), outC];
  const output = random.pick<Shape>([input[0] as number, outC], [input[0] as number, 1, 1, outC]);
  return b.build(
    'pointwise',
    output,
    { groups: 1, stride: [1, 1], pool: 'mean' },
    { prologue, epilogue: b.epilogue(wide) },
  );
};

export const conv2d: Drawer<'conv2d'> = (random) => {
  const b = new StepBuilder(random);
  const groups = random.pick(1, 1, 2);
  const [inC, outC] =
    groups === 1
      ? [random.pick(3, random.whole(1, 48)), random.whole(1, 48)]
      : [8 * random.whole(1, 4), 8 * random.whole(1, 4)];
  const input = map(random, inC, 4, 18);
  const window = randomWindow(random, input, { dilation: [1, 1, 1, 2], stride: [1, 1, 2, 3] });
  if (!window) return undefined;
  const output = [input[0] as number, window.height, window.width, outC];
  b.input('x', input);
  b.weight('weight', [outC, inC / groups, ...window.window.kernel]);
  b.weight('bias', [outC]);
  const prologue = b.prologue(input);
  return b.build('conv2d', output, { ...window.window, groups }, { prologue, epilogue: b.epilogue(output) });
};

export const depthwise: Drawer<'depthwise'> = (random) => {
  const b = new StepBuilder(random);
  const repeat = random.pick(1, 1, 1, 2);
  const inC = repeat === 1 ? random.whole(1, 40) : 4 * random.whole(1, 8);
  const input = map(random, inC, 3, 20);
  const window = randomWindow(random, input, {
    kernel: [1, 2, 3, 3, 5, 7, 9, 11],
    dilation: [1, 1, 1, 2],
    stride: [1, 1, 2, 3],
  });
  if (!window) return undefined;
  const output = [input[0] as number, window.height, window.width, inC * repeat];
  b.input('x', input);
  b.weight('weight', [inC * repeat, 1, ...window.window.kernel]);
  b.weight('bias', [inC * repeat]);
  const prologue = random.chance(0.7) ? [] : b.prologue(input);
  return b.build('depthwise', output, { ...window.window, repeat }, { prologue, epilogue: b.epilogue(output) });
};

export const mixedDepthwise: Drawer<'mixedDepthwise'> = (random) => {
  const b = new StepBuilder(random);
  const parts = random.whole(2, 4);
  const splits = Array.from({ length: parts }, () => random.pick(random.whole(1, 14), 4 * random.whole(1, 4)));
  const channels = splits.reduce((x, y) => x + y, 0);
  const stride = random.pick(1, 1, 2);
  const input = map(random, channels, 9, 20);
  const sizes = [3, 5, 7, 9, 11].slice(0, parts);
  const windows = sizes.map((k): Window => ({
    kernel: [k, k],
    stride: [stride, stride],
    dilation: [1, 1],
    pads: [(k - 1) / 2, (k - 1) / 2],
  }));
  const output = [
    input[0] as number,
    Math.ceil((input[1] as number) / stride),
    Math.ceil((input[2] as number) / stride),
    channels,
  ];
  b.input('x', input);
  sizes.forEach((k, i) => b.weight(`weight${i}`, [splits[i] as number, 1, k, k]));
  b.weight('bias', [channels]);
  return b.build('mixedDepthwise', output, { splits, windows }, { epilogue: b.epilogue(output) });
};

const middle = (random: Random, b: StepBuilder, channels: number, role = 'inner'): Rider[] => {
  if (random.chance(0.2)) {
    b.weight(role, [channels]);
    return [unary('relu6'), { kind: 'channel', op: 'mul', weight: role }];
  }
  return random.chance(0.8) ? [unary(random.pick('relu6', 'hswish', 'gelu', 'sigmoid'))] : [];
};

export const expandDepthwise: Drawer<'expandDepthwise'> = (random) => {
  const b = new StepBuilder(random);
  const groups = random.pick(1, 1, 1, 2);
  const [inC, channels] =
    groups === 1 ? [random.whole(1, 40), random.whole(1, 60)] : [8 * random.whole(1, 5), 8 * random.whole(1, 7)];
  const input = map(random, inC, 3, 22);
  const window = randomWindow(random, input, { kernel: [1, 2, 3, 3, 5, 7], dilation: [1, 1, 1, 2], stride: [1, 1, 2] });
  if (!window) return undefined;
  const output = [input[0] as number, window.height, window.width, channels];
  b.input('x', input);
  b.weight('expandWeight', [channels, inC / groups]);
  b.weight('expandBias', [channels]);
  b.weight('weight', [channels, 1, ...window.window.kernel]);
  b.weight('bias', [channels]);
  const prologue = b.prologue(input);
  const between = middle(random, b, channels);
  return b.build(
    'expandDepthwise',
    output,
    { ...window.window, middle: between, ...(groups > 1 && { groups }) },
    { prologue, epilogue: b.epilogue(output) },
  );
};

/** Maps of many tiles: fewer do not suit it. */
export const invertedResidual: Drawer<'invertedResidual'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 34), 26, 60);
  const channels = random.whole(1, 50);
  const window = randomWindow(random, input, { kernel: [1, 3, 3, 5, 7], dilation: [1, 1, 1, 2], stride: [1, 1, 2] });
  if (!window) return undefined;
  const output = [
    input[0] as number,
    window.height,
    window.width,
    random.chance(0.4) ? (input[3] as number) : random.whole(1, 70),
  ];
  b.input('x', input);
  b.weight('expandWeight', [channels, input[3] as number]);
  b.weight('expandBias', [channels]);
  b.weight('depthwiseWeight', [channels, 1, ...window.window.kernel]);
  b.weight('depthwiseBias', [channels]);
  b.weight('weight', [output[3] as number, channels]);
  b.weight('bias', [output[3] as number]);
  const prologue = random.chance(0.7) ? [] : b.prologue(input);
  const attrs = {
    ...window.window,
    middle: middle(random, b, channels, 'between'),
    inner: middle(random, b, channels),
  };
  return b.build('invertedResidual', output, attrs, { prologue, epilogue: b.epilogue(output) });
};

export const depthwisePointwise: Drawer<'depthwisePointwise'> = (random) => {
  const b = new StepBuilder(random);
  const channels = random.whole(1, 90);
  const input = map(random, channels, 3, 20);
  const window = randomWindow(random, input, { kernel: [1, 2, 3, 3, 5], dilation: [1, 1, 1, 2], stride: [1, 1, 2] });
  if (!window) return undefined;
  const output = [input[0] as number, window.height, window.width, random.whole(1, 150)];
  b.input('x', input);
  b.weight('depthwiseWeight', [channels, 1, ...window.window.kernel]);
  b.weight('depthwiseBias', [channels]);
  b.weight('weight', [output[3] as number, channels]);
  b.weight('bias', [output[3] as number]);
  const prologue = random.chance(0.7) ? [] : b.prologue(input);
  const between = middle(random, b, channels);
  return b.build(
    'depthwisePointwise',
    output,
    { ...window.window, middle: between },
    { prologue, epilogue: b.epilogue(output) },
  );
};

export const attention: Drawer<'attention'> = (random) => {
  const b = new StepBuilder(random);
  const heads = random.pick(1, 2, 4, 8);
  const kvHeads = random.pick(heads, heads, 1);
  const [keyDim, valueDim] = random.pick<[number, number]>([8, 8], [16, 32], [4, 12], [32, 64]);
  const batch = random.pick(1, 1, 2);
  const [queries, keys] = [random.whole(1, 60), random.pick(random.whole(1, 60), random.whole(100, 300))];
  const talkingHeads = kvHeads === heads && random.chance(0.4);
  const joint = kvHeads === heads && random.chance(0.4);
  const each = 2 * keyDim + valueDim;
  if (joint) {
    const id = b.input('qkv', [batch, keys, heads * each]);
    for (let o = 0; o < 2; o++) b.inputs.push(b.inputs[id] as (typeof b.inputs)[0]);
  } else {
    b.input('q', [batch, queries, heads * keyDim]);
    b.input('k', [batch, keys, kvHeads * keyDim]);
    b.input('v', [batch, keys, kvHeads * valueDim]);
  }
  const asked = joint ? keys : queries;
  const at = (offset: number, headStride: number) => ({ offset, headStride });
  const shared = (stride: number): number => (kvHeads === 1 ? 0 : stride);
  const layout: AttrsOf<'attention'>['layout'] = joint
    ? [at(0, each), at(keyDim, each), at(2 * keyDim, each)]
    : [at(0, keyDim), at(0, shared(keyDim)), at(0, shared(valueDim))];
  if (random.chance(0.4)) b.weight('bias', [heads, asked, keys]);
  if (talkingHeads)
    for (const role of ['mix1', 'mix2']) {
      b.weight(role, [heads, heads]);
      b.weight(`${role}Bias`, [heads]);
    }
  const output = [batch, asked, heads * valueDim];
  return b.build(
    'attention',
    output,
    { heads, kvHeads, keyDim, valueDim, scale: keyDim ** -0.5, layout, talkingHeads },
    { epilogue: random.chance(0.3) ? [unary('gelu')] : [] },
  );
};
