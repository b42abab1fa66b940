// EvoNorm-B0 without a dispatch of its own: the kernel before adds up the moments as it stores, the kernels after normalise as they load.
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import type { WeightExpr } from '../../../gpu-kernels/step.ts';
import {
  channels,
  firstInput,
  firstOutput,
  sameShape,
  union,
  untilStable,
  type Pass,
  type PassContext,
} from '../steps.ts';

const roles = ['deviation', 'v', 'gamma', 'beta'] as const;

/** The maker of the norm's input with its moments beside it; undefined where no kernel writes them. */
function withMoments(maker: Step, norm: Step, context: PassContext): Step | undefined {
  const map = firstInput(norm);
  const made = firstOutput(maker);
  if (maker.outputs.length > 1 || maker.inPlace !== undefined || !sameShape(made.shape, map.shape)) return undefined;
  const output = (parts: number) => ({
    id: `${map.id}#moments`,
    shape: [map.shape[0] as number, parts, 2, channels(map.shape)],
    type: 'f32' as const,
  });
  const parts = context.sumParts({ ...maker, outputs: [made, output(1)] });
  const changed = { ...maker, outputs: [made, output(parts)] };
  return parts > 0 && context.accepts(changed) ? changed : undefined;
}

/** A reader that normalises what it loads; undefined where its kernel cannot. */
function into(reader: Step, norm: StepOf<'evonormB0'>, maker: Step, context: PassContext): Step | undefined {
  const id = firstOutput(norm).id;
  const map = firstInput(norm);
  const [first, ...others] = reader.inputs;
  if (
    (reader.family !== 'pointwise' && reader.family !== 'depthwise') ||
    first?.id !== id ||
    others.some((other) => other.id === id) ||
    roles.some((role) => role in reader.weights) ||
    (reader.family === 'pointwise' && (reader.attrs.gate ?? reader.attrs.norm ?? reader.attrs.pool) !== undefined)
  )
    return undefined;
  const instance = {
    input: reader.inputs.length,
    pixels: (map.shape[1] as number) * (map.shape[2] as number),
    eps: norm.attrs.eps,
  };
  const changed = {
    inputs: [{ ...map, shape: first.shape }, ...others, maker.outputs[1] as Step['outputs'][number]],
    weights: {
      ...reader.weights,
      ...Object.fromEntries(roles.map((role) => [role, norm.weights[role] as WeightExpr])),
    },
    from: union(norm.from, reader.from),
  };
  const step: Step =
    reader.family === 'pointwise'
      ? { ...reader, ...changed, attrs: { ...reader.attrs, instance } }
      : { ...reader, ...changed, attrs: { ...reader.attrs, instance } };
  return context.accepts(step) ? step : undefined;
}

export const evonormIntoReaders: Pass = {
  name: 'evonorm-into-readers',
  doc: 'EvoNorm-B0 is applied by the layers that read it, as they load; the kernel before it writes the moments beside its result.',
  run: (program, context) =>
    untilStable(program, (current, uses, norm, index) => {
      if (norm.family !== 'evonormB0' || norm.prologue.length > 0 || norm.epilogue.length > 0) return undefined;
      const { id } = firstOutput(norm);
      const at = uses.maker(firstInput(norm).id);
      const readers = uses.readers(id);
      const maker = at === undefined ? undefined : withMoments(current.steps[at] as Step, norm, context);
      if (at === undefined || !maker || readers.length === 0 || !uses.mayVanish(id)) return undefined;
      const changed = readers.map((reader) => into(current.steps[reader] as Step, norm, maker, context));
      if (changed.includes(undefined)) return undefined;
      return new Map<number, Step | undefined>([
        [at, maker],
        [index, undefined],
        ...readers.map((reader, i) => [reader, changed[i]] as const),
      ]);
    }),
};
