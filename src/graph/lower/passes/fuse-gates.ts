// Squeeze-excite in one dispatch: mean → FC → act → FC → gate is one vector a picture, too little for five launches.
import type { GateAttrs } from '../../../gpu-kernels/families/gate.ts';
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
  type Uses,
} from '../steps.ts';

const fullyConnected = (step: Step | undefined): step is StepOf<'pointwise'> =>
  step?.family === 'pointwise' &&
  step.prologue.length === 0 &&
  step.outputs.length === 1 &&
  step.inputs.length === 1 &&
  step.attrs.groups === 1 &&
  step.attrs.pool === undefined;

/** The step that alone reads a value, with its index. */
function onlyReader(steps: readonly Step[], uses: Uses, id: string): [number, Step] | undefined {
  const [at] = uses.readers(id);
  return at !== undefined && uses.onlyFor(id, at) ? [at, steps[at] as Step] : undefined;
}

export const fuseGates: Pass = {
  name: 'fuse-gates',
  doc: 'The squeeze-excite branch (mean, two small layers, their activations) becomes one dispatch.',
  run: (program, context) =>
    untilStable(program, (current, uses, mean, index) => {
      const input = firstInput(mean);
      if (
        mean.family !== 'mean' ||
        mean.prologue.length > 0 ||
        mean.epilogue.length > 0 ||
        input.shape.length !== 4 ||
        String(mean.attrs.axes) !== '1,2'
      )
        return undefined;
      const reduce = onlyReader(current.steps, uses, firstOutput(mean).id);
      if (!reduce || !fullyConnected(reduce[1]) || !reduce[1].epilogue.every((rider) => rider.kind === 'unary'))
        return undefined;
      const expand = onlyReader(current.steps, uses, firstOutput(reduce[1]).id);
      if (!expand || !fullyConnected(expand[1]) || !expand[1].epilogue.every((rider) => rider.kind === 'unary'))
        return undefined;
      const attrs: GateAttrs = {
        from: 'map',
        pixels: (input.shape[1] as number) * (input.shape[2] as number),
        hidden: channels(firstOutput(reduce[1]).shape),
        act: reduce[1].epilogue,
      };
      const [w1, b1] = [reduce[1].weights.weight as WeightExpr, reduce[1].weights.bias as WeightExpr];
      const [w2, b2] = [expand[1].weights.weight as WeightExpr, expand[1].weights.bias as WeightExpr];
      const gate: Step = {
        ...expand[1],
        family: 'gate',
        inputs: [input],
        attrs,
        weights: { w1, b1, w2, b2 },
        from: union(mean.from, reduce[1].from, expand[1].from),
      };
      if (!context.accepts(gate)) return undefined;
      return new Map([
        [index, undefined],
        [reduce[0], undefined],
        [expand[0], gate],
      ]);
    }),
};

/** A producer that also writes partial sums of its result spares the gate a pass over the map. */
export const gateFromSums: Pass = {
  name: 'gate-from-sums',
  doc: 'The depthwise kernel writes partial channel sums, and the gate reads those instead of the map.',
  run: (program, context) =>
    untilStable(program, (current, uses, gate, index) => {
      if (gate.family !== 'gate' || gate.attrs.from !== 'map') return undefined;
      const map = firstInput(gate);
      const at = uses.maker(map.id);
      const changed = at === undefined ? undefined : withSums(current.steps[at] as Step, gate, context);
      if (at !== undefined && changed)
        return new Map([
          [at, changed.maker],
          [index, changed.gate],
        ]);
      return undefined;
    }),
};

function withSums(maker: Step, gate: StepOf<'gate'>, context: PassContext): { maker: Step; gate: Step } | undefined {
  const map = firstInput(gate);
  const made = firstOutput(maker);
  if (maker.outputs.length > 1 || !sameShape(made.shape, map.shape)) return undefined;
  const output = (parts: number) => ({
    id: `${map.id}#sums`,
    shape: [map.shape[0] as number, parts, channels(map.shape)],
    type: 'f32' as const,
  });
  const parts = context.sumParts({ ...maker, outputs: [made, output(1)] });
  if (parts < 1) return undefined;
  const changed = { ...maker, outputs: [made, output(parts)] };
  const reading: StepOf<'gate'> = {
    ...gate,
    inputs: [output(parts), ...gate.inputs.slice(1)],
    attrs: { ...gate.attrs, from: 'sums' },
  };
  return context.accepts(changed) && context.accepts(reading) ? { maker: changed, gate: reading } : undefined;
}
