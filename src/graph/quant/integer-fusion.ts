// Tables and residuals ride on the integer product before them: the byte that it is about to store goes on in registers.
import type { AddAttrs, After, ProductAttrs } from '../../gpu-kernels/families/int8/contract.ts';
import type { Step, Value, WeightExpr } from '../../gpu-kernels/step.ts';
import { firstOutput, union, untilStable, type Changes, type StepProgram, type Uses } from '../lower/steps.ts';

const products = new Set(['int8Pointwise', 'int8Conv2d', 'int8Depthwise']);

const afterOf = (step: Step): readonly After[] => (step.attrs as unknown as ProductAttrs).after;

const extended = (maker: Step, work: Step, after: After, more: Partial<Step>): Step => ({
  ...maker,
  attrs: { ...maker.attrs, after: [...afterOf(maker), after] },
  outputs: [{ ...firstOutput(work), shape: firstOutput(maker).shape }],
  from: union(maker.from, work.from),
  ...more,
});

/** The product that alone makes a value for `index`, at its place. */
function makerOf(
  program: StepProgram,
  uses: Uses,
  value: Value,
  index: number,
): { readonly at: number; readonly maker: Step } | undefined {
  const at = uses.maker(value.id);
  const maker = at === undefined ? undefined : program.steps[at];
  if (at === undefined || !maker || !products.has(maker.family) || !uses.onlyFor(value.id, index)) return undefined;
  return { at, maker };
}

function fuseTable(program: StepProgram, uses: Uses, step: Step, index: number): Changes | undefined {
  const found = makerOf(program, uses, step.inputs[0] as Value, index);
  if (!found || afterOf(found.maker).length > 0) return undefined;
  const weights = { ...found.maker.weights, table: step.weights.table as WeightExpr };
  return new Map([
    [found.at, undefined],
    [index, extended(found.maker, step, { kind: 'table', weight: 'table' }, { weights })],
  ]);
}

function fuseAdd(program: StepProgram, uses: Uses, step: Step, index: number): Changes | undefined {
  const attrs = step.attrs as unknown as AddAttrs;
  const [a, b] = step.inputs as readonly [Value, Value];
  const turned: AddAttrs = {
    ...attrs,
    leftZero: attrs.rightZero,
    rightZero: attrs.leftZero,
    left: attrs.right,
    right: attrs.left,
  };
  const candidates = [
    { own: a, other: b, numbers: attrs },
    { own: b, other: a, numbers: turned },
  ].flatMap(({ own, other, numbers }) => {
    const found = makerOf(program, uses, own, index);
    return found && !afterOf(found.maker).some(({ kind }) => kind === 'add') ? [{ ...found, other, numbers }] : [];
  });
  // Of two products the later one: the other's result is there by then.
  const best = candidates.sort((x, y) => y.at - x.at)[0];
  if (!best) return undefined;
  const { maker, other, numbers } = best;
  const after: After = { kind: 'add', input: maker.inputs.length, ...numbers };
  // The choice rests on what makes the other operand: where this sweep has changed that, it waits for the next.
  const otherAt = uses.maker(other.id);
  return new Map<number, Step | undefined>([
    ...(otherAt === undefined ? [] : [[otherAt, program.steps[otherAt]] as const]),
    [best.at, undefined],
    [index, extended(maker, step, after, { inputs: [...maker.inputs, other] })],
  ]);
}

export const fuseIntegers = (program: StepProgram): StepProgram =>
  untilStable(program, (current, uses, step, index) => {
    if (step.family === 'int8Table') return fuseTable(current, uses, step, index);
    return step.family === 'int8Add' ? fuseAdd(current, uses, step, index) : undefined;
  });
