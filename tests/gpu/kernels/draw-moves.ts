// Random steps of the families that only move elements, and of products of computed matrices.
import type { AttrsOf } from '../../../src/gpu-kernels/families/index.ts';
import { elements, type Shape } from '../../../src/gpu-kernels/op.ts';
import { anyShape, tokens } from './draw-others.ts';
import { map, type Drawer } from './draw-products.ts';
import { randomWindow, StepBuilder } from './random-steps.ts';

export const concat: Drawer<'concat'> = (random) => {
  const b = new StepBuilder(random);
  const first = anyShape(random);
  const axis = random.whole(1, first.length - 1);
  const parts = Array.from({ length: random.whole(2, 4) }, () => random.whole(1, 12));
  parts.forEach((size, i) => b.input(`x${i}`, first.with(axis, size)));
  const output = first.with(
    axis,
    parts.reduce((x, y) => x + y),
  );
  return b.build('concat', output, { axis }, { epilogue: b.epilogue(output) });
};

export const slice: Drawer<'slice'> = (random) => {
  const b = new StepBuilder(random);
  const input = anyShape(random);
  const axis = random.whole(1, input.length - 1);
  const [length, step] = [input[axis] as number, random.pick(1, 1, 2, 3)];
  const start = random.whole(0, length - 1);
  const output = input.with(axis, random.whole(1, Math.floor((length - 1 - start) / step) + 1));
  b.input('x', input);
  return b.build('slice', output, { axis, start, step }, { epilogue: b.epilogue(output) });
};

export const transpose: Drawer<'transpose'> = (random) => {
  const b = new StepBuilder(random);
  const input = anyShape(random, random.whole(1, 14));
  const order = input.map((_, axis) => axis);
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.whole(0, i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  b.input('x', input);
  const output = order.map((axis) => input[axis] as number);
  return b.build('transpose', output, { order }, { epilogue: b.epilogue(output) });
};

export const reshape: Drawer<'reshape'> = (random) => {
  const b = new StepBuilder(random);
  const input = anyShape(random, random.whole(1, 14));
  const [batch, count] = [input[0] as number, elements(input.slice(1))];
  const divisor = random.pick(...Array.from({ length: count }, (_, i) => i + 1).filter((size) => count % size === 0));
  b.input('x', input);
  const output = random.pick<Shape>(
    [batch, count],
    [batch, divisor, count / divisor],
    [batch, 1, divisor, count / divisor],
  );
  return b.build('reshape', output, {}, { epilogue: b.epilogue(output) });
};

export const unfold: Drawer<'unfold'> = (random) => {
  const b = new StepBuilder(random);
  const input = map(random, random.whole(1, 9));
  const drawn = randomWindow(random, input, { dilation: [1, 1, 2] });
  if (!drawn) return undefined;
  const { window, height, width } = drawn;
  const output = [input[0] as number, height * width, (input[3] as number) * window.kernel[0] * window.kernel[1]];
  b.input('x', input);
  return b.build('unfold', output, { ...window, columns: width }, { epilogue: b.epilogue(output) });
};

export const prependToken: Drawer<'prependToken'> = (random) => {
  const b = new StepBuilder(random);
  const [batch, length, channels] = tokens(random, random.whole(1, 40)) as [number, number, number];
  b.input('x', [batch, length, channels]);
  b.weight('token', [1, 1, channels]);
  const output = [batch, length + 1, channels];
  return b.build('prependToken', output, {}, { epilogue: b.epilogue(output) });
};

export const constant: Drawer<'constant'> = (random) => {
  const b = new StepBuilder(random);
  const shape = anyShape(random);
  b.weight('value', shape);
  return b.build('constant', shape, {}, { epilogue: b.epilogue(shape) });
};

export const matmul: Drawer<'matmul'> = (random) => {
  const b = new StepBuilder(random);
  const lead = random.pick<Shape>([], [2], [2, 3]);
  const [rows, depth, columns] = [random.whole(1, 9), random.whole(1, 14), random.whole(1, 14)];
  const transposed = random.chance(0.5);
  b.input('x', [...lead, rows, depth]);
  b.input('right', transposed ? [...lead, columns, depth] : [...lead, depth, columns]);
  const output = [...lead, rows, columns];
  return b.build('matmul', output, { transposed }, { epilogue: b.epilogue(output) });
};

export const pad: Drawer<'pad'> = (random) => {
  const b = new StepBuilder(random);
  const input = anyShape(random);
  const mode = random.pick<AttrsOf<'pad'>['mode']>('constant', 'reflect', 'edge');
  const sides = (): number[] => input.map((size) => random.whole(0, mode === 'reflect' ? Math.min(3, size - 1) : 3));
  const [before, after] = [sides(), sides()];
  b.input('x', input);
  const output = input.map((size, axis) => size + (before[axis] as number) + (after[axis] as number));
  const attrs = { before, after, mode, value: random.pick(0, -1.5) };
  return b.build('pad', output, attrs, { epilogue: b.epilogue(output) });
};

export const rearrange: Drawer<'rearrange'> = (random) => {
  const b = new StepBuilder(random);
  const [input, output] = [anyShape(random), anyShape(random)];
  b.input('x', input);
  b.weight('index', output);
  return b.build('rearrange', output, {}, { epilogue: b.epilogue(output) });
};
