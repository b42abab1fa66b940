// Batch norm and layer scale after a product are a change of its weights: y = s·(W·x + b) + t = (s·W)·x + (s·b + t).
import type { Rider, WeightExpr } from '../../../gpu-kernels/step.ts';
import type { Step } from '../../../gpu-kernels/families/index.ts';
import { firstInput, firstOutput, union, untilStable, type Pass } from '../steps.ts';
import * as w from '../weight-exprs.ts';

const products = new Set(['pointwise', 'conv2d', 'depthwise', 'mixedDepthwise']);

/** True for riders that are an affine change per channel. */
export const isAffine = (step: Step, rider: Rider): boolean =>
  (rider.kind === 'channel' && rider.op !== 'prelu') ||
  (rider.kind === 'unary' && rider.op === 'scale_const' && step.family === 'elementwise');

/** A product's weights after an affine rider on its result. */
function applyAffine(
  weights: Readonly<Record<string, WeightExpr>>,
  rider: Rider,
  from: Step,
): Record<string, WeightExpr> {
  const bias = weights.bias as WeightExpr;
  if (rider.kind === 'unary') {
    const { factor } = rider.attrs as { factor: number };
    return Object.fromEntries(Object.entries(weights).map(([role, expr]) => [role, w.scale(expr, factor)]));
  }
  if (rider.kind !== 'channel') throw new Error('not an affine rider');
  const vector = from.weights[rider.weight] as WeightExpr;
  if (rider.op === 'add') return { ...weights, bias: w.add(bias, vector) };
  let first = 0;
  return Object.fromEntries(
    Object.entries(weights).map(([role, expr]) => {
      if (role === 'bias') return [role, w.mul(expr, vector)];
      // Parts of a mixed convolution take their own run of channels.
      const rows = expr.shape[0] as number;
      const own =
        rows === vector.shape[0]
          ? vector
          : w.gather(
              vector,
              0,
              Array.from({ length: rows }, (_, i) => first + i),
            );
      first += rows;
      return [role, w.mul(expr, own, 0)];
    }),
  );
}

export const foldNorms: Pass = {
  name: 'fold-norms',
  doc: 'Batch norm, layer scale and constant factors after a convolution or linear layer become part of its weights.',
  run: (program) =>
    untilStable(program, (current, uses, step, index) => {
      if (
        step.family !== 'elementwise' ||
        step.inputs.length !== 1 ||
        !step.epilogue.every((rider) => isAffine(step, rider))
      )
        return undefined;
      const at = uses.maker(firstInput(step).id);
      if (at === undefined || !uses.onlyFor(firstInput(step).id, index)) return undefined;
      const maker = current.steps[at] as Step;
      if (!products.has(maker.family) || maker.epilogue.length > 0 || maker.outputs.length > 1) return undefined;
      const weights = step.epilogue.reduce(
        (all, rider) => applyAffine(all, rider, step),
        maker.weights as Record<string, WeightExpr>,
      );
      const output = { ...firstOutput(step), shape: firstOutput(maker).shape };
      return new Map([
        [at, undefined],
        [index, { ...maker, weights, outputs: [output], from: union(maker.from, step.from) }],
      ]);
    }),
};
