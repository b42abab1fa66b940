// Derivatives of products of two computed matrices, and of the softmax between them.
import type { Shape } from '../op.ts';
import { add } from '../ops/arithmetic.ts';
import { gram } from '../ops/gram.ts';
import { transpose } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { channelsOf } from '../ops/operands.ts';
import { softmax } from '../ops/softmax.ts';
import { numbers } from '../numbers.ts';
import { derive, formula, type GradientBuilder } from './gradient.ts';

const turned = (g: GradientBuilder, id: string): string => {
  const rank = g.shape(id).length;
  const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return g.add(transpose, { perm }, [id]);
};

export const matmulDerivative = derive(matmul, (g, n, dy) => {
  const [a, b] = n.inputs as [string, string];
  const { transposed } = n.attrs;
  const product = (left: string, right: string, flip: boolean): string =>
    g.add(matmul, { transposed: flip }, [left, right]);
  return {
    inputs: [
      () => product(dy, b, !transposed),
      () => (transposed ? product(turned(g, dy), a, false) : product(turned(g, a), dy, false)),
    ],
  };
});

/** y = x·xᵀ: dx = (dy + dyᵀ)·x. */
export const gramDerivative = derive(gram, (g, n, dy) => ({
  inputs: [() => g.add(matmul, { transposed: false }, [g.add(add, {}, [dy, turned(g, dy)]), n.inputs[0] as string])],
}));

/** y · (dy − Σ y·dy) along the last axis. Operands: dy and y. */
const softmaxGradient = formula<Record<never, never>>({
  name: 'softmax_gradient',
  shape: ([dy]) => dy as Shape,
  reference([dy, y], _params, { output }) {
    const channels = channelsOf(output);
    const [upstream, shares] = [dy as Float32Array, y as Float32Array];
    const result = numbers(shares.length);
    for (let row = 0; row < shares.length; row += channels) {
      let sum = 0;
      for (let c = row; c < row + channels; c++) sum += (upstream[c] as number) * (shares[c] as number);
      for (let c = row; c < row + channels; c++) result[c] = (shares[c] as number) * ((upstream[c] as number) - sum);
    }
    return result;
  },
});

export const softmaxDerivative = derive(softmax, (g, n, dy) => ({
  inputs: [() => g.add(softmaxGradient, {}, [dy, n.id])],
}));
