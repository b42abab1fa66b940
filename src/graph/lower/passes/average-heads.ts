// Sums of linear layers on one input are one linear layer: the distilled pair of heads of EfficientFormer (averaged) and the like.
import type { Step } from '../../../gpu-kernels/families/index.ts';
import type { WeightExpr } from '../../../gpu-kernels/step.ts';
import { firstInput, firstOutput, sameShape, union, untilStable, type Pass } from '../steps.ts';
import * as w from '../weight-exprs.ts';

const plain = (step: Step): boolean =>
  step.family === 'pointwise' && step.prologue.length === 0 && step.epilogue.length === 0 && step.outputs.length === 1;

export const averageHeads: Pass = {
  name: 'average-heads',
  doc: 'Two linear layers on the same input whose results are added become one with added weights.',
  run: (program) =>
    untilStable(program, (current, uses, step, index) => {
      const [rider, ...rest] = step.epilogue;
      if (
        step.family !== 'elementwise' ||
        rest.length > 0 ||
        rider?.kind !== 'binary' ||
        rider.op !== 'add' ||
        step.inputs.length !== 2
      )
        return undefined;
      const makers = step.inputs.map((input) => uses.maker(input.id));
      const [a, b] = makers;
      if (a === undefined || b === undefined || a === b || !step.inputs.every((input) => uses.onlyFor(input.id, index)))
        return undefined;
      const [left, right] = [current.steps[a] as Step, current.steps[b] as Step];
      if (!plain(left) || !plain(right) || firstInput(left).id !== firstInput(right).id) return undefined;
      if (
        !sameShape(firstOutput(left).shape, firstOutput(right).shape) ||
        JSON.stringify(left.attrs) !== JSON.stringify(right.attrs)
      )
        return undefined;
      const sum = (role: string): WeightExpr =>
        w.add(left.weights[role] as WeightExpr, right.weights[role] as WeightExpr);
      const merged: Step = {
        ...left,
        weights: { weight: sum('weight'), bias: sum('bias') },
        outputs: step.outputs,
        from: union(left.from, right.from, step.from),
      };
      return new Map([
        [a, undefined],
        [b, undefined],
        [index, merged],
      ]);
    }),
};
