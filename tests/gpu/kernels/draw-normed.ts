// Random products whose rows are normalised as they are read.
import type { AttrsOf } from '../../../src/gpu-kernels/families/index.ts';
import type { Drawer } from './draw-products.ts';
import { StepBuilder } from './random-steps.ts';

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
