// The loss as two nodes of a training graph: its value, and its derivative to the outputs, which begins the way back.
import { formula } from '../../gpu-kernels/gradients/gradient.ts';
import { numbers } from '../../gpu-kernels/numbers.ts';
import type { Shape } from '../../gpu-kernels/shape.ts';
import { targetsOf, type Loss, type Targets } from './loss.ts';
import { lossOf, type LossValue } from './loss-value.ts';

const evaluate = (loss: Loss, [z, ...given]: readonly Float32Array[], [shape]: readonly Shape[]): LossValue => {
  const targets: Targets = Object.fromEntries(targetsOf(loss).map((name, i) => [name, given[i]]));
  return lossOf(loss, z as Float32Array, targets, shape?.at(-1) as number);
};

/** Operands: outputs `[N, C]`, then the targets in the order of `targetsOf`. */
export const lossValue = formula<Loss>({
  name: 'loss',
  shape: () => [1],
  reference: (operands, _params, { inputs, attrs }) => numbers([evaluate(attrs, operands, inputs).value]),
});

/** The same operands. */
export const lossGradient = formula<Loss>({
  name: 'loss_gradient',
  shape: ([z]) => z as Shape,
  reference: (operands, _params, { inputs, attrs }) => numbers(evaluate(attrs, operands, inputs).gradient),
});
