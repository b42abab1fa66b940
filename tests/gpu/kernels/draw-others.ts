// Random steps of the families without a product: norms, pooling, softmax, resampling, element-wise chains, and movement of elements.
import type { AttrsOf } from '../../../src/gpu-kernels/families/index.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import { map, type Drawer } from './draw-products.ts';
import { randomWindow, StepBuilder, unary, type Random } from './random-steps.ts';

export const tokens = (random: Random, channels: number): Shape => [
  random.pick(1, 2, 3),
  random.whole(1, 30),
  channels,
];
const vector = (random: Random, channels: number): Shape => [random.whole(1, 4), channels];
export const anyShape = (random: Random, channels = random.whole(1, 40)): Shape =>
  random.pick(map, tokens, vector)(random, channels);
/** Riders of kernels that know no operands. */
const unaries = (random: Random) => (random.chance(0.5) ? [unary(random.pick('relu', 'sigmoid', 'hswish'))] : []);

export const performerSums: Drawer<'performerSums'> = (random) => {
  const b = new StepBuilder(random);
  const [dim, features, [batch, length]] = [4 * random.whole(1, 8), random.whole(1, 24), tokens(random, 1)];
  b.input('kqv', [batch as number, length as number, 3 * dim]);
  b.weight('w', [features, dim]);
  return b.build('performerSums', [batch as number, features, dim + 4], { dim, features }, {}, 'f32');
};

export const performer: Drawer<'performer'> = (random) => {
  const b = new StepBuilder(random);
  const [dim, features, [batch, length]] = [4 * random.whole(1, 8), random.whole(1, 24), tokens(random, 1)];
  b.input('kqv', [batch as number, length as number, 3 * dim]);
  b.input('sums', [batch as number, features, dim + 4], 'f32');
  b.weight('w', [features, dim]);
  const output = [batch as number, length as number, dim];
  return b.build('performer', output, { dim, features }, { epilogue: b.epilogue(output) });
};

/** Operands of every shape that broadcasts: one a picture, one a row or column, one channel, one table of positions. */
export const elementwise: Drawer<'elementwise'> = (random) => {
  const b = new StepBuilder(random);
  const output = anyShape(random);
  const [batch, channels] = [output[0] as number, output.at(-1) as number];
  const rows = output.slice(0, -1);
  const onePicture: Shape = [batch, ...rows.slice(1).map(() => 1), channels];
  const others: Shape[] = [output, onePicture, [...rows, 1], [batch, channels], output.map(() => 1)];
  if (output.length === 4) {
    others.push([batch, 1, output[2] as number, channels], [batch, output[1] as number, 1, channels]);
  }
  b.input('x', random.pick(output, output, onePicture));
  const epilogue = b.epilogue(output);
  if (random.chance(0.7))
    epilogue.push({ kind: 'binary', op: random.pick('add', 'mul'), input: b.input('other', random.pick(...others)) });
  if (output.length > 2 && random.chance(0.3)) {
    b.weight('table', [1, elements(rows.slice(1)), channels]);
    epilogue.push({ kind: 'table', weight: 'table' });
  }
  return b.build('elementwise', output, {}, { epilogue });
};

export const layerNorm: Drawer<'layerNorm'> = (random) => {
  const b = new StepBuilder(random);
  const shape = anyShape(random, random.whole(2, 70));
  b.input('wide', shape);
  b.weight('gamma', [shape.at(-1) as number]);
  b.weight('beta', [shape.at(-1) as number]);
  const prologue = random.chance(0.3) ? [unary('relu6')] : [];
  return b.build('layerNorm', shape, { eps: random.pick(1e-6, 1e-3) }, { prologue, epilogue: b.epilogue(shape) });
};

export const groupNorm: Drawer<'groupNorm'> = (random) => {
  const b = new StepBuilder(random);
  const groups = random.pick(1, 2, 3, 8);
  const channels = groups * random.whole(1, 12);
  const shape = map(random, channels);
  b.input('x', shape);
  b.weight('gamma', [channels]);
  b.weight('beta', [channels]);
  if (random.chance(0.5)) b.weight('v', [channels]);
  return b.build('groupNorm', shape, { groups, eps: random.pick(1e-5, 1e-3) }, { epilogue: unaries(random) });
};

export const evonormB0: Drawer<'evonormB0'> = (random) => {
  const b = new StepBuilder(random);
  const shape = map(random, random.whole(1, 40));
  b.input('x', shape);
  for (const role of ['gamma', 'beta', 'v', 'deviation']) b.weight(role, [shape[3] as number]);
  return b.build('evonormB0', shape, { eps: random.pick(1e-5, 1e-3) }, { epilogue: b.epilogue(shape) });
};

/** Averages and maxima; a last window may begin inside of the map and end beyond its padding, as with PyTorch's ceil mode. */
export const pool: Drawer<'pool'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 40));
  const drawn = randomWindow(random, input);
  if (!drawn) return undefined;
  const { window, ends } = drawn;
  const begins = (size: number, axis: 0 | 1): boolean =>
    size * window.stride[axis] - window.pads[axis] < (input[axis + 1] as number);
  const beyond = random.chance(0.3);
  const height = beyond && begins(drawn.height, 0) ? drawn.height + 1 : drawn.height;
  const width = beyond && begins(drawn.width, 1) ? drawn.width + 1 : drawn.width;
  b.input('x', input);
  const output = [input[0] as number, height, width, input[3] as number];
  const attrs = { ...window, mode: random.pick<'avg' | 'max'>('avg', 'max'), countPad: random.chance(0.5), ends };
  const prologue = random.chance(0.5) ? [] : b.prologue(input);
  return b.build('pool', output, attrs, { prologue, epilogue: b.epilogue(output) });
};

export const blur: Drawer<'pool'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 40), 4, 15);
  const [size, stride] = [random.whole(2, 5), random.pick(1, 2)];
  const pad = Math.floor((stride - 1 + size - 1) / 2);
  const out = (length: number | undefined): number => Math.floor(((length as number) + 2 * pad - size) / stride) + 1;
  const output = [input[0] as number, out(input[1]), out(input[2]), input[3] as number];
  b.input('x', input);
  const attrs: AttrsOf<'pool'> = {
    kernel: [size, size],
    stride: [stride, stride],
    dilation: [1, 1],
    pads: [pad, pad],
    mode: 'blur',
    border: random.pick('reflect', 'zeros'),
    countPad: true,
    ends: [(input[1] as number) + pad, (input[2] as number) + pad],
  };
  return b.build('pool', output, attrs, { epilogue: b.epilogue(output) });
};

export const mean: Drawer<'mean'> = (random) => {
  const b = new StepBuilder(random);
  const input = random.chance(0.7) ? map(random, random.whole(1, 40)) : tokens(random, random.whole(1, 40));
  const axes = input.length === 4 ? random.pick([1], [2], [1, 2]) : [1];
  const reduced = (axis: number): boolean => axes.includes(axis);
  const output = random.chance(0.5)
    ? input.map((size, axis) => (reduced(axis) ? 1 : size))
    : input.filter((_, axis) => !reduced(axis));
  b.input('x', input);
  const prologue = input.length === 4 ? b.prologue(input) : [];
  return b.build('mean', output, { axes }, { prologue, epilogue: b.epilogue(output) });
};

export const axisMeans: Drawer<'axisMeans'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 40));
  b.input('x', input);
  const [batch, height, width, channels] = input as [number, number, number, number];
  return b.build('axisMeans', [batch, height + width, 1, channels], {});
};

export const coordinateGate: Drawer<'coordinateGate'> = (random) => {
  const b = new StepBuilder(random);
  const [batch, rows, columns] = [random.whole(1, 2), random.whole(1, 12), random.whole(1, 12)];
  const [channels, results] = [random.whole(1, 60), random.pick(random.whole(1, 60), 4 * random.whole(257, 300))];
  const hidden = random.whole(1, 40);
  b.input('x', [batch, rows + columns, 1, channels]);
  b.weight('w1', [hidden, channels]);
  b.weight('b1', [hidden]);
  for (const n of [2, 3]) {
    b.weight(`w${n}`, [results, hidden]);
    b.weight(`b${n}`, [results]);
  }
  const attrs = { rows, hidden, act: [unary(random.pick('relu', 'hswish'))] };
  const step = b.build('coordinateGate', [batch, rows, 1, results], attrs, { epilogue: [unary('sigmoid')] });
  return { ...step, outputs: [...step.outputs, { id: 'z', shape: [batch, 1, columns, results] }] };
};

export const resize: Drawer<'resize'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 24), 1, 12);
  const output = [input[0] as number, random.whole(1, 20), random.whole(1, 20), input[3] as number];
  b.input('x', input);
  const attrs = { mode: random.pick<'nearest' | 'bilinear'>('nearest', 'bilinear'), alignCorners: random.chance(0.5) };
  return b.build('resize', output, attrs, { epilogue: b.epilogue(output) });
};

/** Scores far apart and far from 0: shares must neither overflow nor count the padding lanes. */
export const softmax: Drawer<'softmax'> = (random) => {
  const b = new StepBuilder(random);
  const shape = anyShape(random, random.whole(1, 90));
  b.input(random.pick('wide', 'x'), shape);
  return b.build('softmax', shape, {}, { epilogue: random.chance(0.3) ? b.epilogue(shape) : [] });
};
