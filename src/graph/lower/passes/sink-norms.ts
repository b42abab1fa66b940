// A norm whose input lives on (a residual branch) moves forward into all its readers: exactly into matrix products, as a prologue elsewhere.
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import type { WeightExpr } from '../../../gpu-kernels/step.ts';
import { firstInput, firstOutput, moveRiders, untilStable, union, type Pass, type PassContext } from '../steps.ts';
import * as w from '../weight-exprs.ts';
import { isAffine } from './fold-norms.ts';

/** W·(s·x + t) + b = (W·s)·x + (b + W·t). */
function intoProduct(reader: StepOf<'pointwise'>, norm: Step): Step {
  const { groups } = reader.attrs;
  let weight = reader.weights.weight as WeightExpr;
  let bias = reader.weights.bias as WeightExpr;
  // Riders act in order on x, so the last one is met first when they move to the weights' side.
  for (const rider of [...norm.epilogue].reverse()) {
    if (rider.kind !== 'channel') throw new Error('not an affine rider');
    const vector = norm.weights[rider.weight] as WeightExpr;
    if (rider.op === 'add') bias = w.add(bias, w.contract(weight, vector, groups));
    else weight = w.mul(weight, vector, 1);
  }
  return { ...reader, weights: { ...reader.weights, weight, bias } };
}

function into(reader: Step, norm: Step, context: PassContext): Step | undefined {
  const value = firstOutput(norm).id;
  const [first, ...others] = reader.inputs;
  if (first?.id !== value || others.some((other) => other.id === value) || reader.prologue.length > 0) return undefined;
  const source = { ...firstInput(norm), shape: first.shape };
  const inputs = [source, ...others];
  const base: Step = { ...reader, inputs, from: union(norm.from, reader.from) };
  if (base.family === 'pointwise' && base.attrs.groups === 1) return intoProduct(base, norm);
  if (!['depthwise', 'conv2d', 'pointwise'].includes(base.family)) return undefined;
  const moved = moveRiders(norm.epilogue, norm, base);
  const step = { ...base, prologue: moved.riders, inputs: moved.inputs, weights: moved.weights };
  return context.accepts(step) ? step : undefined;
}

export const sinkNorms: Pass = {
  name: 'sink-norms',
  doc: 'A per-channel scale and shift moves into the layers that read it, when all of them can take it.',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      if (step.family !== 'elementwise' || step.inputs.length !== 1) return undefined;
      if (
        !step.epilogue.every((rider) => rider.kind === 'channel' && isAffine(step, rider)) ||
        !uses.mayVanish(firstOutput(step).id)
      )
        return undefined;
      const readers = uses.readers(firstOutput(step).id);
      const changed = readers.map((at) => into(current.steps[at] as Step, step, context));
      if (readers.length === 0 || changed.some((reader) => reader === undefined)) return undefined;
      return new Map<number, Step | undefined>([
        [index, undefined],
        ...readers.map((at, i) => [at, changed[i]] as const),
      ]);
    }),
};
