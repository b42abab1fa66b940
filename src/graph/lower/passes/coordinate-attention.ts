// Coordinate attention in two dispatches: ten small ones take longer to launch than to run.
import type { CoordinateGateAttrs } from '../../../gpu-kernels/families/coordinate.ts';
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import type { WeightExpr } from '../../../gpu-kernels/step.ts';
import {
  channels,
  firstInput,
  firstOutput,
  union,
  untilStable,
  type Changes,
  type Pass,
  type PassContext,
  type StepProgram,
  type Uses,
} from '../steps.ts';

const bare = (step: Step): boolean =>
  step.prologue.length === 0 && step.epilogue.length === 0 && step.outputs.length === 1;

const isMean = (step: Step | undefined, axis: number): step is StepOf<'mean'> =>
  step?.family === 'mean' &&
  bare(step) &&
  String(step.attrs.axes) === String(axis) &&
  firstOutput(step).shape.length === 4;

const isTurn = (step: Step | undefined): step is StepOf<'transpose'> =>
  step?.family === 'transpose' && bare(step) && String(step.attrs.order) === '0,2,1,3';

const isLayer = (step: Step | undefined): step is StepOf<'pointwise'> =>
  step?.family === 'pointwise' &&
  step.prologue.length === 0 &&
  step.inputs.length === 1 &&
  step.outputs.length === 1 &&
  step.attrs.groups === 1 &&
  step.attrs.pool === undefined &&
  step.epilogue.every(({ kind }) => kind === 'unary');

/** Means of rows and, turned, of columns, joined: one pass over the map. */
function means(
  { steps }: StepProgram,
  uses: Uses,
  concat: Step,
  index: number,
  context: PassContext,
): Changes | undefined {
  if (concat.family !== 'concat' || concat.attrs.axis !== 1 || concat.inputs.length !== 2 || !bare(concat))
    return undefined;
  const maker = (id: string | undefined, reader: number): [number, Step | undefined] => {
    const at = id === undefined || !uses.onlyFor(id, reader) ? undefined : uses.maker(id);
    return at === undefined ? [-1, undefined] : [at, steps[at]];
  };
  const [rowsAt, rows] = maker(concat.inputs[0]?.id, index);
  const [turnAt, turn] = maker(concat.inputs[1]?.id, index);
  if (!isMean(rows, 2) || !isTurn(turn)) return undefined;
  const [columnsAt, columns] = maker(firstInput(turn).id, turnAt);
  if (!isMean(columns, 1) || firstInput(columns).id !== firstInput(rows).id) return undefined;
  const step: Step = {
    ...concat,
    family: 'axisMeans',
    inputs: [firstInput(rows)],
    attrs: {},
    from: union(rows.from, columns.from, turn.from, concat.from),
  };
  if (!context.accepts(step)) return undefined;
  return new Map([
    [rowsAt, undefined],
    [turnAt, undefined],
    [columnsAt, undefined],
    [index, step],
  ]);
}

/** The shared layer, its two halves and their layers. */
function gates(
  { steps }: StepProgram,
  uses: Uses,
  shared: Step,
  index: number,
  context: PassContext,
): Changes | undefined {
  const lines = firstInput(shared);
  if (!isLayer(shared) || steps[uses.maker(lines.id) ?? -1]?.family !== 'axisMeans') return undefined;
  const reader = (id: string): [number, Step | undefined] => {
    const [at] = uses.readers(id);
    return at !== undefined && uses.onlyFor(id, at) ? [at, steps[at]] : [-1, undefined];
  };
  const hidden = firstOutput(shared);
  const halves = uses.readers(hidden.id);
  if (halves.length !== 2 || !uses.mayVanish(hidden.id)) return undefined;
  const [rowsAt, columnsAt] = [...halves].sort((a, b) => start(steps[a]) - start(steps[b])) as [number, number];
  const [rows, columns] = [steps[rowsAt] as Step, steps[columnsAt] as Step];
  if (!isHalf(rows, 0) || !isHalf(columns, firstOutput(rows).shape[1] as number)) return undefined;
  const [turnAt, turn] = reader(firstOutput(columns).id);
  const [rowGateAt, rowGate] = reader(firstOutput(rows).id);
  if (!isTurn(turn) || !isLayer(rowGate)) return undefined;
  const [columnGateAt, columnGate] = reader(firstOutput(turn).id);
  if (!isLayer(columnGate) || JSON.stringify(columnGate.epilogue) !== JSON.stringify(rowGate.epilogue))
    return undefined;
  const attrs: CoordinateGateAttrs = {
    rows: firstOutput(rows).shape[1] as number,
    hidden: channels(hidden.shape),
    act: shared.epilogue,
  };
  const layer = (step: Step, n: number): Record<string, WeightExpr> => ({
    [`w${n}`]: step.weights.weight as WeightExpr,
    [`b${n}`]: step.weights.bias as WeightExpr,
  });
  const step: Step = {
    ...rowGate,
    family: 'coordinateGate',
    inputs: [lines],
    outputs: [firstOutput(rowGate), firstOutput(columnGate)],
    attrs,
    weights: { ...layer(shared, 1), ...layer(rowGate, 2), ...layer(columnGate, 3) },
    from: union(shared.from, rows.from, rowGate.from, columns.from, turn.from, columnGate.from),
  };
  if (!context.accepts(step)) return undefined;
  return new Map<number, Step | undefined>([
    [index, step],
    ...[rowsAt, columnsAt, turnAt, rowGateAt, columnGateAt].map((at) => [at, undefined] as const),
  ]);
}

const start = (step: Step | undefined): number => (step?.family === 'slice' ? step.attrs.start : -1);
const isHalf = (step: Step, first: number): boolean =>
  step.family === 'slice' && bare(step) && step.attrs.axis === 1 && step.attrs.step === 1 && step.attrs.start === first;

export const coordinateAttention: Pass = {
  name: 'coordinate-attention',
  doc: 'Coordinate attention takes the means of rows and columns in one dispatch, and its three small layers in another.',
  run: (program, context) =>
    untilStable(
      program,
      (current, uses, step, index) =>
        means(current, uses, step, index, context) ?? gates(current, uses, step, index, context),
    ),
};
