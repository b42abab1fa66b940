// Element-wise work rides on the kernel that makes its operand: activations, residual adds, norms that could not be folded.
import type { Rider, Value } from '../../../gpu-kernels/step.ts';
import type { Step } from '../../../gpu-kernels/families/index.ts';
import type { Uses } from '../steps.ts';
import {
  firstOutput,
  moveRiders,
  union,
  untilStable,
  type Pass,
  type PassContext,
  type StepProgram,
} from '../steps.ts';

/** The same element-wise step seen from another operand: x ∘ y = y ∘' x for its first rider. Undefined when it has no such view. */
function turned(step: Step): Step | undefined {
  const [first, ...rest] = step.epilogue;
  if (first?.kind !== 'binary' || first.input === 0) return undefined;
  const inputs = [...step.inputs];
  [inputs[0], inputs[first.input]] = [inputs[first.input] as Value, inputs[0] as Value];
  // An operand used again by a later rider would have changed its place.
  if (rest.some((rider) => rider.kind === 'binary' && (rider.input === 0 || rider.input === first.input)))
    return undefined;
  const rider: Rider = { ...first, ...(first.op === 'sub' ? { swap: !first.swap } : {}) };
  return { ...step, inputs, epilogue: [rider, ...rest] };
}

const rows = (value: Value): number => value.shape.slice(0, -1).reduce((a, b) => a * b, 1);

function fuse(
  view: Step,
  index: number,
  program: StepProgram,
  uses: Uses,
  context: PassContext,
): { at: number; step: Step } | undefined {
  const operand = view.inputs[0] as Value;
  const at = uses.maker(operand.id);
  if (
    at === undefined ||
    !uses.onlyFor(operand.id, index) ||
    view.inputs.slice(1).some((other) => other.id === operand.id)
  )
    return undefined;
  const maker = program.steps[at] as Step;
  const made = firstOutput(maker);
  const result = firstOutput(view);
  if (
    maker.outputs.length > 1 ||
    made.id !== operand.id ||
    rows(made) !== rows(result) ||
    made.shape.at(-1) !== result.shape.at(-1)
  )
    return undefined;
  if (maker.family === 'pointwise' && maker.attrs.pool !== undefined) return undefined;
  const moved = moveRiders(view.epilogue, view, maker);
  const step: Step = {
    ...maker,
    inputs: moved.inputs,
    weights: moved.weights,
    epilogue: [...maker.epilogue, ...moved.riders],
    outputs: [{ ...result, shape: made.shape }],
    from: union(maker.from, view.from),
  };
  return context.accepts(step) ? { at, step } : undefined;
}

export const fuseEpilogues: Pass = {
  name: 'fuse-epilogues',
  doc: 'Activations, residual adds and other element-wise work are done where their operand is made, before it is stored.',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      if (step.family !== 'elementwise') return undefined;
      const views = [step, turned(step)].filter((view) => view !== undefined);
      const found = views
        .map((view) => fuse(view, index, current, uses, context))
        .filter((fused) => fused !== undefined);
      // Of two makers the later one: nothing has to wait longer than it does now.
      const best = found.sort((a, b) => b.at - a.at)[0];
      if (best)
        return new Map([
          [best.at, undefined],
          [index, best.step],
        ]);
      return undefined;
    }),
};
