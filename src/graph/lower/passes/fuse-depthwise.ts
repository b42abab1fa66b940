// Depthwise with its neighbouring 1×1s in one kernel: the expanded map, six times the block's input, is never stored.
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import type { Window } from '../../../gpu-kernels/families/window.ts';
import type { Rider, WeightExpr } from '../../../gpu-kernels/step.ts';
import {
  firstInput,
  firstOutput,
  moveRiders,
  union,
  untilStable,
  type Pass,
  type StepProgram,
  type Uses,
} from '../steps.ts';

const simple = (rider: Rider): boolean => rider.kind === 'unary' || rider.kind === 'channel';

const anyPointwise = (step: Step): step is StepOf<'pointwise'> =>
  step.family === 'pointwise' &&
  step.attrs.stride[0] === 1 &&
  step.attrs.stride[1] === 1 &&
  step.attrs.pool === undefined &&
  step.outputs.length === 1;

const plainPointwise = (step: Step): step is StepOf<'pointwise'> => anyPointwise(step) && step.attrs.groups === 1;

const plainDepthwise = (step: Step): step is StepOf<'depthwise'> =>
  step.family === 'depthwise' && step.attrs.repeat === 1 && step.outputs.length === 1;

const plainExpandDepthwise = (step: Step): step is StepOf<'expandDepthwise'> =>
  step.family === 'expandDepthwise' && step.attrs.groups === undefined && step.outputs.length === 1;

const windowOf = ({ kernel, stride, dilation, pads }: Window): Window => ({ kernel, stride, dilation, pads });

/** What two steps in one kernel are but for its family and attributes, and how riders of the first name their constants there. */
interface Fused {
  readonly base: Pick<Step, 'from' | 'inputs' | 'outputs' | 'weights' | 'prologue' | 'epilogue'>;
  rename(riders: readonly Rider[]): Rider[];
}

/** `first` then `second`; `names` says what the roles of the first are called in the fused step. */
function fused(first: Step, second: Step, names: Readonly<Record<string, string>>): Fused {
  const renamed = (role: string): string => names[role] ?? `first_${role}`;
  const rename = (riders: readonly Rider[]): Rider[] =>
    riders.map((rider) => ('weight' in rider ? { ...rider, weight: renamed(rider.weight) } : rider));
  const own = Object.fromEntries(Object.entries(first.weights).map(([role, expr]) => [renamed(role), expr]));
  const moved = moveRiders(second.epilogue, second, {
    inputs: first.inputs,
    weights: { ...own, weight: second.weights.weight as WeightExpr, bias: second.weights.bias as WeightExpr },
  });
  return {
    base: {
      outputs: second.outputs,
      inputs: moved.inputs,
      weights: moved.weights,
      prologue: rename(first.prologue),
      epilogue: moved.riders,
      from: union(first.from, second.from),
    },
    rename,
  };
}

/** A pass that fuses `first` into the `second` that alone reads it; `join` says the fused step. */
const pass = <A extends Step, B extends Step>(
  name: string,
  doc: string,
  firstFits: (step: Step) => step is A,
  secondFits: (step: Step) => step is B,
  join: (first: A, second: B) => Step,
): Pass => ({
  name,
  doc,
  run: (program, context) =>
    untilStable(program, (current, uses, second, index) => {
      if (!secondFits(second) || second.prologue.length > 0) return undefined;
      const between = firstInput(second).id;
      const at = uses.maker(between);
      if (
        at === undefined ||
        !uses.onlyFor(between, index) ||
        second.inputs.slice(1).some((input) => input.id === between)
      )
        return undefined;
      const first = current.steps[at] as Step;
      if (!firstFits(first) || firstOutput(first).shape.length !== 4 || !first.epilogue.every(simple)) return undefined;
      const step = join(first, second);
      if (!context.accepts(step)) return undefined;
      return new Map([
        [at, undefined],
        [index, step],
      ]);
    }),
});

/** PW→DW. */
const joinExpand = (first: StepOf<'pointwise'>, second: StepOf<'depthwise'>): StepOf<'expandDepthwise'> => {
  const { base, rename } = fused(first, second, { weight: 'expandWeight', bias: 'expandBias' });
  const { groups } = first.attrs;
  const attrs = { ...windowOf(second.attrs), middle: rename(first.epilogue), ...(groups > 1 && { groups }) };
  return { ...base, family: 'expandDepthwise', attrs };
};

/** PW→DW→PW. */
const joinWhole = (first: StepOf<'expandDepthwise'>, second: StepOf<'pointwise'>): Step => {
  const { base, rename } = fused(first, second, {
    expandWeight: 'expandWeight',
    expandBias: 'expandBias',
    weight: 'depthwiseWeight',
    bias: 'depthwiseBias',
  });
  const attrs = { ...windowOf(first.attrs), middle: rename(first.attrs.middle), inner: rename(first.epilogue) };
  return { ...base, family: 'invertedResidual', attrs };
};

/** DW→PW. */
const joinFilter = (first: StepOf<'depthwise'>, second: StepOf<'pointwise'>): Step => {
  const { base, rename } = fused(first, second, { weight: 'depthwiseWeight', bias: 'depthwiseBias' });
  const attrs = { ...windowOf(first.attrs), middle: rename(first.epilogue) };
  return { ...base, family: 'depthwisePointwise', attrs };
};

/** The steps before step `last` of a chain DW→PW→DW→PW whose values nobody else reads. */
function chain({ steps }: StepProgram, uses: Uses, last: number): number[] | undefined {
  const places = [last];
  for (const fits of [plainDepthwise, plainPointwise, plainDepthwise]) {
    const reader = steps[places[0] as number] as Step;
    const { id } = firstInput(reader);
    const at = uses.maker(id);
    const maker = at === undefined ? undefined : steps[at];
    if (
      at === undefined ||
      !maker ||
      !fits(maker) ||
      !uses.onlyFor(id, places[0] as number) ||
      reader.prologue.length > 0 ||
      reader.inputs.slice(1).some((input) => input.id === id) ||
      firstOutput(maker).shape.length !== 4
    )
      return undefined;
    places.unshift(at);
  }
  return places;
}

export const depthwisePairs: Pass = {
  name: 'depthwise-pairs',
  doc: 'A block of two depthwises, each with a 1×1 after it, becomes two kernels (DW→PW, DW→PW).',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      const places = plainPointwise(step) ? chain(current, uses, index) : undefined;
      if (!places) return undefined;
      const [dw1, pw1, dw2, pw2] = places.map((at) => current.steps[at]) as [
        StepOf<'depthwise'>,
        StepOf<'pointwise'>,
        StepOf<'depthwise'>,
        StepOf<'pointwise'>,
      ];
      if (![dw1, dw2].every(({ epilogue }) => epilogue.every(simple))) return undefined;
      // Where the first depthwise can go with the 1×1 before it, or the rest into one kernel, there are no more dispatches either.
      const before = firstInput(dw1).id;
      const maker = uses.maker(before);
      if (
        maker !== undefined &&
        uses.onlyFor(before, places[0] as number) &&
        plainPointwise(current.steps[maker] as Step)
      )
        return undefined;
      if (pw1.epilogue.every(simple) && context.accepts(joinWhole(joinExpand(pw1, dw2), pw2))) return undefined;
      const [first, second] = [joinFilter(dw1, pw1), joinFilter(dw2, pw2)];
      if (!context.accepts(first) || !context.accepts(second)) return undefined;
      return new Map([
        [places[0] as number, undefined],
        [places[1] as number, first],
        [places[2] as number, undefined],
        [index, second],
      ]);
    }),
};

export const expandDepthwise = pass(
  'expand-depthwise',
  'A 1×1 expansion and the depthwise after it become one kernel (PW→DW).',
  anyPointwise,
  plainDepthwise,
  joinExpand,
);

export const wholeBlock = pass(
  'whole-block',
  'An expansion, the depthwise and the projection after it become one kernel where the map is large and thin (PW→DW→PW).',
  plainExpandDepthwise,
  plainPointwise,
  joinWhole,
);

export const depthwisePointwise = pass(
  'depthwise-pointwise',
  'A depthwise and the 1×1 after it become one kernel (DW→PW).',
  plainDepthwise,
  plainPointwise,
  joinFilter,
);
