// Depthwise with its neighbouring 1×1s in one kernel: the expanded map, six times the block's input, is never stored.
import type { PointwiseAttrs } from '../../../gpu-kernels/families/float.ts';
import type { Rider, Step, WeightExpr } from '../../../gpu-kernels/step.ts';
import { firstInput, firstOutput, moveRiders, union, untilStable, type Pass } from '../steps.ts';

const simple = (rider: Rider): boolean => rider.kind === 'unary' || rider.kind === 'channel';

const plainPointwise = (step: Step): boolean => {
  const { groups, stride, pool } = step.attrs as unknown as PointwiseAttrs;
  return (
    step.family === 'pointwise' &&
    groups === 1 &&
    stride[0] === 1 &&
    stride[1] === 1 &&
    pool === undefined &&
    step.outputs.length === 1
  );
};

const plainDepthwise = (step: Step): boolean =>
  step.family === 'depthwise' && step.attrs.repeat === 1 && step.outputs.length === 1;

const plainExpandDepthwise = (step: Step): boolean => step.family === 'expandDepthwise' && step.outputs.length === 1;

/** `first` then `second`, fused under `family`; `names` says what the roles of the first are called in the fused step. */
function fused(family: string, first: Step, second: Step, names: Readonly<Record<string, string>>): Step {
  const renamed = (role: string): string => names[role] ?? `first_${role}`;
  const own = Object.fromEntries(Object.entries(first.weights).map(([role, expr]) => [renamed(role), expr]));
  const rename = (rider: Rider): Rider => ('weight' in rider ? { ...rider, weight: renamed(rider.weight) } : rider);
  const base = {
    inputs: first.inputs,
    weights: { ...own, weight: second.weights.weight as WeightExpr, bias: second.weights.bias as WeightExpr },
  };
  const moved = moveRiders(second.epilogue, second, base);
  const { kernel, stride, dilation, pads } = (second.family === 'depthwise' ? second : first).attrs;
  const between = first.epilogue.map(rename);
  const middle = first.attrs.middle as readonly Rider[] | undefined;
  return {
    ...second,
    family,
    inputs: moved.inputs,
    weights: moved.weights,
    prologue: first.prologue.map(rename),
    epilogue: moved.riders,
    attrs: {
      kernel,
      stride,
      dilation,
      pads,
      ...(middle ? { middle: middle.map(rename), inner: between } : { middle: between }),
    },
    from: union(first.from, second.from),
  };
}

function pass(
  name: string,
  doc: string,
  family: string,
  firstFits: (step: Step) => boolean,
  secondFits: (step: Step) => boolean,
  names: Readonly<Record<string, string>>,
): Pass {
  return {
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
        if (!firstFits(first) || firstOutput(first).shape.length !== 4 || !first.epilogue.every(simple))
          return undefined;
        const step = fused(family, first, second, names);
        if (context.accepts(step))
          return new Map([
            [at, undefined],
            [index, step],
          ]);
        return undefined;
      }),
  };
}

export const expandDepthwise = pass(
  'expand-depthwise',
  'A 1×1 expansion and the depthwise after it become one kernel (PW→DW).',
  'expandDepthwise',
  plainPointwise,
  plainDepthwise,
  { weight: 'expandWeight', bias: 'expandBias' },
);

export const wholeBlock = pass(
  'whole-block',
  'An expansion, the depthwise and the projection after it become one kernel where the map is large and thin (PW→DW→PW).',
  'invertedResidual',
  plainExpandDepthwise,
  plainPointwise,
  { expandWeight: 'expandWeight', expandBias: 'expandBias', weight: 'depthwiseWeight', bias: 'depthwiseBias' },
);

export const depthwisePointwise = pass(
  'depthwise-pointwise',
  'A depthwise and the 1×1 after it become one kernel (DW→PW).',
  'depthwisePointwise',
  plainDepthwise,
  plainPointwise,
  { weight: 'depthwiseWeight', bias: 'depthwiseBias' },
);
