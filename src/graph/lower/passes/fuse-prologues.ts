// Element-wise work whose operand lives on rides on the matrix products that read it: the squeeze-excite scale on the projection.
import type { Step } from '../../../gpu-kernels/families/index.ts';
import {
  firstInput,
  firstOutput,
  moveRiders,
  sameShape,
  union,
  untilStable,
  type Pass,
  type PassContext,
} from '../steps.ts';

function into(reader: Step, work: Step, context: PassContext): Step | undefined {
  const value = firstOutput(work).id;
  const [first, ...others] = reader.inputs;
  if (reader.family !== 'pointwise' || first?.id !== value || others.some((other) => other.id === value))
    return undefined;
  const base = { ...reader, inputs: [{ ...firstInput(work), shape: first.shape }, ...others] };
  const moved = moveRiders(work.epilogue, work, base);
  const step: Step = {
    ...base,
    inputs: moved.inputs,
    weights: moved.weights,
    prologue: [...moved.riders, ...reader.prologue],
    from: union(work.from, reader.from),
  };
  return context.accepts(step) ? step : undefined;
}

export const fusePrologues: Pass = {
  name: 'fuse-prologues',
  doc: 'A gate or another element-wise change of a shared value is applied by the projections that read it, as they load it.',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      if (
        step.family !== 'elementwise' ||
        !sameShape(firstInput(step).shape, firstOutput(step).shape) ||
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
