// Random squeeze-excite gates, and products and filters whose input is normalised or gated as it is read.
import type { AttrsOf } from '../../../src/gpu-kernels/families/index.ts';
import type { InstanceNorm } from '../../../src/gpu-kernels/families/instance-norm.ts';
import type { Shape } from '../../../src/gpu-kernels/op.ts';
import type { Value } from '../../../src/gpu-kernels/step.ts';
import { depthwise, pointwise, type Drawer } from './draw-products.ts';
import { StepBuilder, unary } from './random-steps.ts';

export const normed: Drawer<'pointwise'> = (random) => {
  const b = new StepBuilder(random);
  const [inC, outC] = [random.whole(2, 90), random.whole(1, 90)];
  const input = [random.whole(1, 2), random.whole(1, 40), inC];
  b.input('wide', input);
  for (const role of ['weight', 'bias', 'total']) b.weight(role, role === 'weight' ? [outC, inC] : [outC]);
  const output = [...input.slice(0, -1), outC];
  const attrs: AttrsOf<'pointwise'> = { groups: 1, stride: [1, 1], norm: { eps: random.pick(1e-6, 1e-3) } };
  return b.build('pointwise', output, attrs, { epilogue: b.epilogue(output) });
};

/** Products of maps that a squeeze-excite gate scales, made from sums: many pixels beside few weights of the gate. */
export const gated: Drawer<'pointwise'> = (random) => {
  const b = new StepBuilder(random);
  const groups = random.pick(1, 1, 2);
  const side = random.pick(14, random.whole(18, 28), random.whole(50, 60));
  const input = [random.pick(1, 1, 2), side, side, groups === 1 ? random.whole(4, 90) : 8 * random.whole(1, 12)];
  const [batch, channels] = [input[0] as number, input[3] as number];
  const outC = groups === 1 ? random.whole(30, 90) : 8 * random.whole(4, 9);
  const hidden = random.whole(1, 20);
  b.input('x', input);
  const sums = b.input('parts', [batch, random.whole(1, 12), channels]);
  b.weight('weight', [outC, channels / groups]);
  b.weight('bias', [outC]);
  b.weight('gateW1', [hidden, channels]);
  b.weight('gateB1', [hidden]);
  b.weight('gateW2', [channels, hidden]);
  b.weight('gateB2', [channels]);
  const prologue = random.chance(0.3) ? [unary('hswish')] : [];
  const output = [...input.slice(0, -1), outC];
  const gate: NonNullable<AttrsOf<'pointwise'>['gate']> = {
    input: sums,
    pixels: random.pick(1, 9),
    hidden,
    act: [unary(random.pick('relu', 'swish'))],
    last: [unary(random.pick('sigmoid', 'hsigmoid'))],
  };
  return b.build('pointwise', output, { groups, stride: [1, 1], gate }, { prologue, epilogue: b.epilogue(output) });
};

export const gate: Drawer<'gate'> = (random) => {
  const b = new StepBuilder(random);
  const sums = random.chance(0.5);
  const channels = random.pick(random.whole(1, 60), 4 * random.whole(60, 100));
  const pixels = random.whole(1, 90);
  const input = sums ? [random.whole(1, 2), random.whole(1, 12), channels] : [random.whole(1, 2), 1, pixels, channels];
  const hidden = random.whole(1, 50);
  b.input('x', input);
  b.weight('w1', [hidden, channels]);
  b.weight('b1', [hidden]);
  b.weight('w2', [channels, hidden]);
  b.weight('b2', [channels]);
  const attrs: AttrsOf<'gate'> = {
    from: sums ? 'sums' : 'map',
    pixels,
    hidden,
    act: [unary(random.pick('relu', 'swish', 'hswish'))],
  };
  return b.build('gate', [input[0] as number, 1, 1, channels], attrs, {
    epilogue: [unary(random.pick('sigmoid', 'hsigmoid'))],
  });
};

/** Adds an EvoNorm of the first input from its moments. */
function instance(b: StepBuilder, input: Shape): InstanceNorm {
  const [batch, channels] = [input[0] as number, input.at(-1) as number];
  const { random } = b;
  for (const role of ['deviation', 'v', 'gamma', 'beta']) b.weight(role, [channels]);
  return {
    input: b.input('moments', [batch, random.whole(1, 30), 2, channels], 'f32'),
    pixels: random.whole(1, 90),
    eps: random.pick(1e-3, 1e-1),
  };
}

export const instanceProduct: Drawer<'pointwise'> = (random) => {
  const step = pointwise(random);
  if (!step || step.attrs.stride[0] > 1 || step.inputs[0]?.shape.length !== 4) return undefined;
  const b = new StepBuilder(random);
  b.inputs.push(...step.inputs);
  Object.assign(b.weights, step.weights);
  const norm = instance(b, step.inputs[0].shape);
  return { ...step, inputs: b.inputs, weights: b.weights, attrs: { ...step.attrs, instance: norm } };
};

export const instanceDepthwise: Drawer<'depthwise'> = (random) => {
  const step = depthwise(random);
  if (step?.attrs.repeat !== 1) return undefined;
  const b = new StepBuilder(random);
  b.inputs.push(...step.inputs);
  Object.assign(b.weights, step.weights);
  const norm = instance(b, (step.inputs[0] as Value).shape);
  return { ...step, inputs: b.inputs, weights: b.weights, attrs: { ...step.attrs, instance: norm } };
};
