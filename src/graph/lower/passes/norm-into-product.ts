// Layer norm inside the products that read it: the normalised rows are never stored, and a launch is saved.
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import type { WeightExpr } from '../../../gpu-kernels/step.ts';
import { channels, firstInput, firstOutput, union, untilStable, type Pass, type PassContext } from '../steps.ts';
import * as w from '../weight-exprs.ts';

/** ((x − mean)·s·γ + β)·W + b = s·(x·Wγ − mean·Σ Wγ) + (W·β + b). */
function into(reader: Step, norm: StepOf<'layerNorm'>, context: PassContext): Step | undefined {
  const [first, ...others] = reader.inputs;
  const id = firstOutput(norm).id;
  if (
    reader.family !== 'pointwise' ||
    first?.id !== id ||
    others.some((other) => other.id === id) ||
    channels(first.shape) !== channels(firstInput(norm).shape) ||
    reader.prologue.length > 0 ||
    reader.attrs.groups !== 1 ||
    reader.attrs.stride[0] * reader.attrs.stride[1] !== 1 ||
    reader.attrs.pool !== undefined
  )
    return undefined;
  const { weight, bias } = reader.weights as Readonly<Record<'weight' | 'bias', WeightExpr>>;
  const { gamma, beta } = norm.weights as Readonly<Record<'gamma' | 'beta', WeightExpr>>;
  const step: Step = {
    ...reader,
    attrs: { ...reader.attrs, norm: { eps: norm.attrs.eps } },
    inputs: [{ ...firstInput(norm), shape: first.shape }, ...others],
    weights: {
      ...reader.weights,
      weight: w.mul(weight, gamma, 1),
      bias: w.add(bias, w.contract(weight, beta, 1)),
      total: w.contract(weight, gamma, 1),
    },
    from: union(norm.from, reader.from),
  };
  return context.accepts(step) ? step : undefined;
}

export const normIntoProduct: Pass = {
  name: 'norm-into-product',
  doc: 'A layer norm is taken inside the products that read it: they add up mean and variance of a row as they load it.',
  run: (program, context) =>
    untilStable(program, (current, uses, norm, index) => {
      if (norm.family !== 'layerNorm' || norm.prologue.length > 0 || norm.epilogue.length > 0) return undefined;
      const { id } = firstOutput(norm);
      const readers = uses.readers(id);
      const changed = readers.map((at) => into(current.steps[at] as Step, norm, context));
      if (!uses.mayVanish(id) || readers.length === 0 || changed.includes(undefined)) return undefined;
      return new Map<number, Step | undefined>([
        [index, undefined],
        ...readers.map((at, i) => [at, changed[i]] as const),
      ]);
    }),
};
