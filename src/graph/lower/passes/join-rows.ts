// Rows of several maps joined into one result, as detectors have them: products make whole rows, and each writes its own straight into the result.
import type { Value, WeightExpr } from '../../../gpu-kernels/step.ts';
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import { storedVectors } from '../../../gpu-kernels/wgsl/shader.ts';
import { channels, firstInput, firstOutput, union, untilStable, Uses, type Pass, type PassContext } from '../steps.ts';
import * as w from '../weight-exprs.ts';

type Product = StepOf<'pointwise'> | StepOf<'conv2d'>;

/** A plain product in one group: nothing rides on it, so its channels may be put in another order. */
const isProduct = (step: Step | undefined): step is Product =>
  (step?.family === 'pointwise' || step?.family === 'conv2d') &&
  step.attrs.groups === 1 &&
  step.epilogue.length === 0 &&
  step.outputs.length === 1 &&
  (step.family !== 'pointwise' || step.attrs.pool === undefined);

const whole = (count: number): number => Math.ceil(count / 4) * 4;
const rowsOf = (value: Value): number => value.shape.slice(0, -1).reduce((a, b) => a * b, 1);

/** Weights of a product whose channels are `order` of its own; `undefined` is a channel of zeros. */
function reordered(weights: Product['weights'], order: readonly (number | undefined)[]): Product['weights'] {
  const moved = (weight: WeightExpr): WeightExpr => {
    if (weight.kind === 'zeros') return w.zeros([order.length, ...weight.shape.slice(1)]);
    const count = weight.shape[0] as number;
    const padded = order.includes(undefined) ? w.concat([weight, w.zeros([1, ...weight.shape.slice(1)])], 0) : weight;
    return w.gather(
      padded,
      0,
      order.map((at) => at ?? count),
    );
  };
  return { ...weights, weight: moved(weights.weight as WeightExpr), bias: moved(weights.bias as WeightExpr) };
}

export const productRows: Pass = {
  name: 'product-rows',
  doc: 'A product whose channels are cut into rows makes them as they are stored, each padded to whole vectors, so that nothing is moved.',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      if (step.family !== 'reshape') return undefined;
      const [map, rows] = [firstInput(step), firstOutput(step)];
      const at = uses.maker(map.id);
      const maker = at === undefined ? undefined : current.steps[at];
      if (at === undefined || !isProduct(maker) || !uses.onlyFor(map.id, index)) return undefined;
      const [all, own] = [channels(map.shape), channels(rows.shape)];
      const count = all / own;
      if (!Number.isInteger(count) || rowsOf(rows) !== rowsOf(map) * count) return undefined;
      const order = Array.from({ length: count * whole(own) }, (_, i) => {
        const [row, channel] = [Math.floor(i / whole(own)), i % whole(own)];
        return channel < own ? row * own + channel : undefined;
      });
      const product: Product = {
        ...maker,
        weights: whole(own) === own ? maker.weights : reordered(maker.weights, order),
        outputs: [{ ...rows, shape: [...map.shape.slice(0, -1), order.length] }],
        from: union(maker.from, step.from),
      };
      if (!context.accepts(product)) return undefined;
      return new Map<number, Step | undefined>([
        [at, undefined],
        [index, product],
      ]);
    }),
};

/** A join of rows and the products that make them. */
interface Join {
  readonly index: number;
  readonly step: StepOf<'concat'>;
  readonly products: readonly { readonly at: number; readonly step: Product }[];
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const jointRows: Pass = {
  name: 'joint-rows',
  doc: 'Boxes and scores that read the same maps are one product a map, whose rows are parted once they are joined.',
  run(program, context) {
    const uses = new Uses(program);
    const joins = program.steps.flatMap((step, index): Join[] => {
      if (step.family !== 'concat' || step.attrs.axis !== 1 || firstOutput(step).shape.length !== 3) return [];
      const products = step.inputs.flatMap(({ id }) => {
        const at = uses.maker(id);
        const maker = at === undefined ? undefined : program.steps[at];
        return at !== undefined && isProduct(maker) && uses.onlyFor(id, index) ? [{ at, step: maker }] : [];
      });
      return products.length === step.inputs.length && products.length > 1 ? [{ index, step, products }] : [];
    });
    const [boxes, scores] = joins;
    const joint = boxes && scores && joins.length === 2 ? together(boxes, scores, context) : undefined;
    if (!joint || !boxes || !scores) return program;
    const gone = new Set([boxes.index, ...boxes.products.map(({ at }) => at)]);
    const placed = new Map<number, readonly Step[]>([
      [scores.index, joint.parted],
      ...scores.products.map(({ at }, i) => [at, [joint.products[i] as Step]] as const),
    ]);
    const steps = program.steps.flatMap((step, index) => (gone.has(index) ? [] : (placed.get(index) ?? [step])));
    return { ...program, steps };
  },
};

/** One product a map in the place of two, and the steps that join and part their rows; undefined where the two are not alike. */
function together(
  a: Join,
  b: Join,
  context: PassContext,
): { readonly products: readonly Step[]; readonly parted: readonly Step[] } | undefined {
  const [left, right] = [channels(firstOutput(a.step).shape), channels(firstOutput(b.step).shape)].map(whole) as [
    number,
    number,
  ];
  const row = left + right;
  const joinedRows = (value: Value): Value => ({ id: `${value.id}#joint`, shape: [...value.shape.slice(0, -1), row] });
  const products = a.products.map(({ step: one }, i): Product | undefined => {
    const other = b.products[i]?.step;
    if (!other || one.family !== other.family) return undefined;
    const alike =
      same(one.attrs, other.attrs) &&
      same(one.inputs, other.inputs) &&
      one.prologue.length + other.prologue.length === 0;
    const [map, own] = [firstOutput(one), a.step.inputs[i] as Value];
    const [all, others] = [channels(map.shape), channels(firstOutput(other).shape)];
    const count = whole(all) / left;
    if (!alike || whole(others) / right !== count) return undefined;
    const stacked = (role: string): WeightExpr =>
      w.concat([one.weights[role] as WeightExpr, other.weights[role] as WeightExpr], 0);
    // A product of one row has no channels of padding.
    const order = Array.from({ length: count * row }, (_, at) => {
      const [anchor, channel] = [Math.floor(at / row), at % row];
      const [mine, theirs] = [anchor * left + channel, anchor * right + channel - left];
      if (channel < left) return mine < all ? mine : undefined;
      return theirs < others ? all + theirs : undefined;
    });
    const product = {
      ...one,
      weights: reordered({ weight: stacked('weight'), bias: stacked('bias') }, order),
      outputs: [{ id: joinedRows(own).id, shape: [...map.shape.slice(0, -1), order.length] }],
      from: union(one.from, other.from),
    };
    return context.accepts(product) ? product : undefined;
  });
  const made = products.filter((product) => product !== undefined);
  if (made.length !== b.products.length || made.length !== a.products.length) return undefined;
  const output = joinedRows(firstOutput(a.step));
  const from = union(a.step.from, b.step.from);
  const part = ({ step }: Join, start: number): Step => ({
    ...step,
    family: 'slice',
    attrs: { axis: 2, start, step: 1 },
    inputs: [output],
    from: step.from,
  });
  const join: Step = { ...a.step, inputs: a.step.inputs.map(joinedRows), outputs: [output], from };
  return { products: made, parted: [join, part(a, 0), part(b, left)] };
}

/** Families whose kernels store each result once and read none of it back. */
const storing = new Set<Step['family']>(['pointwise', 'conv2d', 'depthwise', 'depthwisePointwise', 'elementwise']);

export const rowsInPlace: Pass = {
  name: 'rows-in-place',
  doc: 'What is joined along rows is written where it belongs in the result, so that nothing is copied.',
  run: (program, context) =>
    untilStable(program, (current, uses, step, index) => {
      if (step.family !== 'concat') return undefined;
      const joined = firstOutput(step);
      const { axis } = step.attrs;
      const contiguous = axis < joined.shape.length - 1 && joined.shape.slice(0, axis).every((size) => size === 1);
      if (!contiguous || new Set(step.inputs.map(({ id }) => id)).size !== step.inputs.length) return undefined;
      if (step.prologue.length + step.epilogue.length > 0) return undefined;
      const changes = new Map<number, Step | undefined>();
      let at = 0;
      for (const input of step.inputs) {
        const makerAt = uses.maker(input.id);
        const maker = makerAt === undefined ? undefined : current.steps[makerAt];
        if (makerAt === undefined || !maker || !uses.onlyFor(input.id, index)) return undefined;
        if (!storing.has(maker.family) || maker.outputs.length > 1 || firstOutput(maker).part) return undefined;
        const { shape } = firstOutput(maker);
        const placed: Step = {
          ...maker,
          outputs: [{ ...joined, shape, part: { at, of: storedVectors(joined.shape) } }],
        };
        if (!context.accepts(placed)) return undefined;
        changes.set(makerAt, placed);
        at += storedVectors(shape);
      }
      const last = Math.max(...changes.keys());
      const finished = changes.get(last) as Step;
      changes.set(last, { ...finished, from: union(finished.from, step.from) });
      changes.set(index, undefined);
      return changes;
    }),
};
