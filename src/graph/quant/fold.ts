// The float net that quantization starts from: batch norms folded, clamping activations on their products, constants by name.
import type { Capabilities } from '../../gpu-kernels/kernel.ts';
import type { Step } from '../../gpu-kernels/families/index.ts';
import { opNamed } from '../../gpu-kernels/ops/index.ts';
import { evaluate } from '../../gpu-kernels/packing/weight-expr.ts';
import type { Numbers, WeightExpr } from '../../gpu-kernels/step.ts';
import type { InferredGraph, Params } from '../ir/graph.ts';
import { lower } from '../lower/lower.ts';
import { passContext, plainSoftware } from '../plan/make-plan.ts';
import { passes, runPasses } from '../lower/passes/index.ts';
import { firstInput, firstOutput, union, untilStable, type StepProgram } from '../lower/steps.ts';
import { isProduct } from './layers.ts';

/** Constants by name: a step's constant is called like its first node and its role, `blocks.0.0.conv_dw.weight`. */
export type Constants = ReadonlyMap<string, Numbers>;

export interface FoldedNet {
  readonly graph: InferredGraph;
  /** Every weight is a `param` of `constants`. */
  readonly program: StepProgram;
  readonly constants: Constants;
}

export const constantName = (step: Step, role: string): string => `${step.from[0] as string}.${role}`;

/** Passes of the float plan that quantization wants; the others would fuse across values that need a range of their own. */
const wanted = new Set(['average-heads', 'fold-norms', 'sink-norms']);

/** ReLU and ReLU6 after a product are clamps of its result. */
const fuseClamps = (program: StepProgram): StepProgram =>
  untilStable(program, (current, uses, step, index) => {
    const [rider] = step.epilogue;
    if (
      step.family !== 'elementwise' ||
      step.epilogue.length !== 1 ||
      rider?.kind !== 'unary' ||
      opNamed(rider.op)?.clamp === undefined
    )
      return undefined;
    const at = uses.maker(firstInput(step).id);
    if (at === undefined || !uses.onlyFor(firstInput(step).id, index)) return undefined;
    const maker = current.steps[at] as Step;
    if (!isProduct(maker) || maker.epilogue.length > 0) return undefined;
    const output = { ...firstOutput(step), shape: firstOutput(maker).shape };
    return new Map([
      [at, { ...maker, epilogue: [rider], outputs: [output], from: union(maker.from, step.from) }],
      [index, undefined],
    ]);
  });

/** The folded program with named constants, and how each is computed from a checkpoint. */
export function foldedProgram(graph: InferredGraph): {
  readonly program: StepProgram;
  readonly formulas: ReadonlyMap<string, WeightExpr>;
} {
  const others = passes.map(({ name }) => name).filter((name) => !wanted.has(name));
  const folded = fuseClamps(runPasses(lower(graph), passContext(plainSoftware, 'f32'), others));
  const formulas = new Map<string, WeightExpr>();
  const steps = folded.steps.map((step) => ({
    ...step,
    weights: Object.fromEntries(
      Object.entries(step.weights).map(([role, expr]): [string, WeightExpr] => {
        const name = constantName(step, role);
        formulas.set(name, expr);
        return [role, { kind: 'param', name, shape: expr.shape }];
      }),
    ),
  }));
  return { program: { ...folded, steps }, formulas };
}

/** Throws Error when the checkpoint lacks a tensor. */
export function foldNet(graph: InferredGraph, params: Params): FoldedNet {
  const { program, formulas } = foldedProgram(graph);
  const tensor = (name: string): Float32Array => {
    const data = params.get(name);
    if (!data) throw new Error(`the weights lack "${name}"; load the checkpoint of this net`);
    return data;
  };
  return {
    graph,
    program,
    constants: new Map([...formulas].map(([name, expr]) => [name, Float32Array.from(evaluate(expr, tensor))])),
  };
}

/** The same program with other values to be read at its end: its own outputs, then `keep` (value ids). Unknown ids throw RangeError. */
export function keeping(program: StepProgram, keep: readonly string[]): StepProgram {
  const values = new Map(
    [...program.inputs.map(({ value }) => value), ...program.steps.flatMap((step) => step.outputs)].map((value) => [
      value.id,
      value,
    ]),
  );
  const named = new Set(program.outputs.map(({ value }) => value.id));
  const more = [...new Set(keep)]
    .filter((id) => !named.has(id))
    .map((id) => {
      const value = values.get(id);
      if (!value) throw new RangeError(`no value is called "${id}"`);
      return { node: id, value };
    });
  return { ...program, outputs: [...program.outputs, ...more] };
}

/** The folded program fused for a device, with values to be read at its end. */
export const fusedFloatProgram = (
  net: Pick<FoldedNet, 'program'>,
  caps: Capabilities,
  keep: readonly string[] = [],
): StepProgram => runPasses(keeping(net.program, keep), passContext(caps, 'f32'));
