// Queries, keys and values from as few dispatches as possible: attention reads them at channel offsets of shared values.
import type { OperandLayout } from '../../../gpu-kernels/families/attention.ts';
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import type { Value, WeightExpr } from '../../../gpu-kernels/step.ts';
import {
  channels,
  firstInput,
  firstOutput,
  sameShape,
  union,
  untilStable,
  type Changes,
  type Pass,
  type PassContext,
  type StepProgram,
  type Uses,
} from '../steps.ts';
import * as w from '../weight-exprs.ts';

const operands = [0, 1, 2] as const;

/** The attention step with operand `o` read from `value`, `shift` channels further on. */
function redirect(
  step: StepOf<'attention'>,
  changes: readonly { operand: 0 | 1 | 2; value: Value; shift: number }[],
): StepOf<'attention'> {
  const inputs = [...step.inputs];
  const layout: [OperandLayout, OperandLayout, OperandLayout] = [...step.attrs.layout];
  for (const { operand, value, shift } of changes) {
    inputs[operand] = value;
    const own = layout[operand];
    layout[operand] = { ...own, offset: own.offset + shift };
  }
  return { ...step, inputs, attrs: { ...step.attrs, layout } };
}

export const attentionSlices: Pass = {
  name: 'attention-slices',
  doc: 'Slices of a joint qkv are read in place, by offset.',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      if (step.family !== 'attention') return undefined;
      for (const operand of operands) {
        const value = step.inputs[operand] as Value;
        const at = uses.maker(value.id);
        const slice = at === undefined ? undefined : current.steps[at];
        if (
          at === undefined ||
          slice?.family !== 'slice' ||
          slice.epilogue.length > 0 ||
          !uses.onlyFor(value.id, index)
        )
          continue;
        const source = firstInput(slice);
        const { axis, start, step: every } = slice.attrs;
        if (axis !== source.shape.length - 1 || every !== 1) continue;
        const shape = [...value.shape.slice(0, -1), channels(source.shape)];
        const changed = {
          ...redirect(step, [{ operand, value: { ...source, shape }, shift: start }]),
          from: union(slice.from, step.from),
        };
        if (context.accepts(changed))
          return new Map<number, Step | undefined>([
            [at, undefined],
            [index, changed],
          ]);
      }
      return undefined;
    }),
};

interface Operand {
  readonly operand: 0 | 1 | 2;
  readonly at: number;
  readonly step: StepOf<'pointwise'>;
}

/** Plain products that make operands of this attention and nothing else. */
function projections(program: StepProgram, uses: Uses, attention: StepOf<'attention'>, index: number): Operand[] {
  return operands.flatMap((operand): Operand[] => {
    const value = attention.inputs[operand] as Value;
    // A value that is several operands at once is joined already.
    if (attention.inputs.filter((input) => input.id === value.id).length > 1) return [];
    const at = uses.maker(value.id);
    const step = at === undefined ? undefined : (program.steps[at] as Step);
    if (at === undefined || step?.family !== 'pointwise') return [];
    const fits =
      step.prologue.length === 0 &&
      step.epilogue.length === 0 &&
      step.outputs.length === 1 &&
      step.attrs.groups === 1 &&
      step.attrs.pool === undefined;
    return fits && uses.onlyFor(value.id, index) && channels(value.shape) % 4 === 0 ? [{ operand, at, step }] : [];
  });
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One step that makes all operands side by side in the channels, and the attention that reads them there. */
function joined(
  attention: StepOf<'attention'>,
  parts: readonly Operand[],
  product: Omit<StepOf<'pointwise'>, 'from' | 'outputs' | 'weights'>,
): { product: Step; attention: Step } {
  const first = parts[0] as Operand;
  const total = parts.reduce((sum, part) => sum + channels(firstOutput(part.step).shape), 0);
  const rows = firstOutput(first.step).shape.slice(0, -1);
  const output: Value = { id: `${firstOutput(first.step).id}#joint`, shape: [...rows, total] };
  const stack = (role: string): WeightExpr =>
    w.concat(
      parts.map((part) => part.step.weights[role] as WeightExpr),
      0,
    );
  let shift = 0;
  const changes = parts.map(({ operand, step }) => {
    const change = {
      operand,
      shift,
      value: { ...output, shape: [...(attention.inputs[operand] as Value).shape.slice(0, -1), total] },
    };
    shift += channels(firstOutput(step).shape);
    return change;
  });
  return {
    product: {
      ...product,
      outputs: [output],
      weights: { weight: stack('weight'), bias: stack('bias') },
      from: union(...parts.map((part) => part.step.from)),
    },
    attention: redirect(attention, changes),
  };
}

export const mergeSiblings: Pass = {
  name: 'merge-siblings',
  doc: 'Projections of one value to queries, keys and values become one product; downsampled keys and values share their depthwise too.',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      if (step.family !== 'attention') return undefined;
      const candidates = projections(current, uses, step, index);
      const changes =
        sameInput(step, index, candidates, context) ?? sharedDepthwise(current, uses, step, index, candidates, context);
      if (changes) return changes;
      return undefined;
    }),
};

function sameInput(
  attention: StepOf<'attention'>,
  index: number,
  candidates: readonly Operand[],
  context: PassContext,
): Changes | undefined {
  for (const lead of candidates) {
    const parts = candidates.filter(
      ({ step }) => firstInput(step).id === firstInput(lead.step).id && same(step.attrs, lead.step.attrs),
    );
    if (parts.length < 2) continue;
    const { product, attention: reader } = joined(attention, parts, lead.step);
    if (!context.accepts(product) || !context.accepts(reader)) continue;
    // The joint product stands where the last of its parts stood.
    const last = Math.max(...parts.map((part) => part.at));
    return new Map<number, Step | undefined>([
      ...parts.map((part) => [part.at, undefined] as const),
      [last, product],
      [index, reader],
    ]);
  }
  return undefined;
}

/** depthwise → product, twice on one input with the same windows: one depthwise with both filters, one product in two groups. */
function sharedDepthwise(
  program: StepProgram,
  uses: Uses,
  attention: StepOf<'attention'>,
  index: number,
  candidates: readonly Operand[],
  context: PassContext,
): Changes | undefined {
  const chains = candidates.flatMap((part) => {
    const at = uses.maker(firstInput(part.step).id);
    const depthwise = at === undefined ? undefined : (program.steps[at] as Step);
    return at !== undefined &&
      depthwise?.family === 'depthwise' &&
      depthwise.epilogue.every((rider) => rider.kind === 'unary') &&
      uses.onlyFor(firstInput(part.step).id, part.at)
      ? [{ ...part, depthwiseAt: at, depthwise }]
      : [];
  });
  const [a, b] = chains;
  if (!a || !b || chains.length !== 2) return undefined;
  const alike =
    firstInput(a.depthwise).id === firstInput(b.depthwise).id &&
    same(a.depthwise.attrs, b.depthwise.attrs) &&
    same(a.depthwise.epilogue, b.depthwise.epilogue) &&
    same(prologueOf(a.depthwise), prologueOf(b.depthwise)) &&
    sameShape(firstOutput(a.step).shape, firstOutput(b.step).shape) &&
    same(a.step.attrs, b.step.attrs);
  if (!alike) return undefined;
  const narrow = firstOutput(a.depthwise);
  const wide: Value = { id: `${narrow.id}#joint`, shape: [...narrow.shape.slice(0, -1), 2 * channels(narrow.shape)] };
  const stack = (role: string): WeightExpr =>
    w.concat([a.depthwise.weights[role] as WeightExpr, b.depthwise.weights[role] as WeightExpr], 0);
  const depthwise: StepOf<'depthwise'> = {
    ...a.depthwise,
    attrs: { ...a.depthwise.attrs, repeat: 2 },
    weights: { ...a.depthwise.weights, weight: stack('weight'), bias: stack('bias') },
    outputs: [wide],
    from: union(a.depthwise.from, b.depthwise.from),
  };
  const { product, attention: reader } = joined(attention, [a, b], {
    ...a.step,
    inputs: [wide],
    attrs: { ...a.step.attrs, groups: 2 },
  });
  if (![depthwise, product, reader].every((step) => context.accepts(step))) return undefined;
  const [firstAt, lastAt] = [Math.min(a.depthwiseAt, b.depthwiseAt), Math.max(a.at, b.at)];
  return new Map<number, Step | undefined>([
    [a.depthwiseAt, undefined],
    [b.depthwiseAt, undefined],
    [a.at, undefined],
    [b.at, undefined],
    [firstAt, depthwise],
    [lastAt, product],
    [index, reader],
  ]);
}

const prologueOf = (step: Step): unknown => [
  step.prologue,
  step.prologue.map((rider) => (rider.kind === 'channel' ? step.weights[rider.weight] : null)),
  step.inputs.slice(1).map((input) => input.id),
];
