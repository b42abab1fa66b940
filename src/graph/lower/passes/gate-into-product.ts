// A small squeeze-excite gate inside the projection that applies it: every workgroup makes the gate for itself, and a launch is saved.
import type { Step, StepOf } from '../../../gpu-kernels/families/index.ts';
import type { WeightExpr } from '../../../gpu-kernels/step.ts';
import { firstInput, firstOutput, union, untilStable, type Pass } from '../steps.ts';

/** The step with its gate's sums instead of its gate; undefined where the gate is not the first thing that happens to the input. */
function into(reader: Step, gate: StepOf<'gate'>): Step | undefined {
  const [first, ...prologue] = reader.prologue;
  const { id } = firstOutput(gate);
  if (
    reader.family !== 'pointwise' ||
    first?.kind !== 'binary' ||
    first.op !== 'mul' ||
    reader.inputs[first.input]?.id !== id ||
    reader.inputs.filter((input) => input.id === id).length !== 1 ||
    reader.attrs.stride[0] * reader.attrs.stride[1] !== 1 ||
    reader.attrs.pool !== undefined
  )
    return undefined;
  const { w1, b1, w2, b2 } = gate.weights as Readonly<Record<'w1' | 'b1' | 'w2' | 'b2', WeightExpr>>;
  const { pixels, hidden, act } = gate.attrs;
  return {
    ...reader,
    attrs: { ...reader.attrs, gate: { input: first.input, pixels, hidden, act, last: gate.epilogue } },
    inputs: reader.inputs.map((input, i) => (i === first.input ? firstInput(gate) : input)),
    weights: { ...reader.weights, gateW1: w1, gateB1: b1, gateW2: w2, gateB2: b2 },
    prologue,
    from: union(gate.from, reader.from),
  };
}

export const gateIntoProduct: Pass = {
  name: 'gate-into-product',
  doc: 'A small squeeze-excite gate is made by every workgroup of the projection that applies it, from the channel sums.',
  run: (program, context) =>
    untilStable(program, (current, uses, gate, index) => {
      if (gate.family !== 'gate' || gate.attrs.from !== 'sums') return undefined;
      const { id } = firstOutput(gate);
      const [at] = uses.readers(id);
      if (at === undefined || !uses.onlyFor(id, at)) return undefined;
      const step = into(current.steps[at] as Step, gate);
      if (!step || !context.accepts(step)) return undefined;
      return new Map([
        [index, undefined],
        [at, step],
      ]);
    }),
};
