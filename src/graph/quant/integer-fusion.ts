// Tables and residuals ride on the integer product before them: the byte that it is about to store goes on in registers.
import type { AddAttrs } from '../../gpu-kernels/families/int8/add.ts';
import type { After } from '../../gpu-kernels/families/int8/product.ts';
import type { Step, StepOf } from '../../gpu-kernels/families/index.ts';
import type { Value, WeightExpr } from '../../gpu-kernels/step.ts';
import { firstOutput, union, untilStable, type Changes, type StepProgram, type Uses } from '../lower/steps.ts';

type Int8Product = StepOf<'int8Pointwise' | 'int8Conv2d' | 'int8Depthwise'>;

const isProduct = (step: Step | undefined): step is Int8Product =>
  step?.family === 'int8Pointwise' || step?.family === 'int8Conv2d' || step?.family === 'int8Depthwise';

const extended = (
  maker: Int8Product,
  work: Step,
  after: After,
  more: Partial<Pick<Step, 'inputs' | 'weights'>>,
): Step => {
  const attrs = { ...maker.attrs, after: [...maker.attrs.after, after] };
  return {
    ...maker,
    attrs,
    outputs: [{ ...firstOutput(work), shape: firstOutput(maker).shape }],
    from: union(maker.from, work.from),
    ...more,
  } as Int8Product;
};

/** The product that alone makes a value for `index`, at its place. */
function makerOf(
  program: StepProgram,
  uses: Uses,
  value: Value,
  index: number,
): { readonly at: number; readonly maker: Int8Product } | undefined {
  const at = uses.maker(value.id);
  const maker = at === undefined ? undefined : program.steps[at];
  if (at === undefined || !isProduct(maker) || !uses.onlyFor(value.id, index)) return undefined;
  return { at, maker };
}

function fuseTable(program: StepProgram, uses: Uses, step: Step, index: number): Changes | undefined {
  const found = makerOf(program, uses, step.inputs[0] as Value, index);
  if (!found || found.maker.attrs.after.length > 0) return undefined;
  const weights = { ...found.maker.weights, table: step.weights.table as WeightExpr };
  return new Map([
    [found.at, undefined],
    [index, extended(found.maker, step, { kind: 'table', weight: 'table' }, { weights })],
  ]);
}

function fuseAdd(program: StepProgram, uses: Uses, step: StepOf<'int8Add'>, index: number): Changes | undefined {
  const { attrs } = step;
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
    return found && !found.maker.attrs.after.some(({ kind }) => kind === 'add') ? [{ ...found, other, numbers }] : [];
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
