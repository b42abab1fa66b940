// Runs a step program on the CPU, integers and floats mixed: the oracle of the quantized nets and their path without a GPU.
import type { Numbers, Value } from '../../gpu-kernels/step.ts';
import { isInt8, reference, type Step } from '../../gpu-kernels/families/index.ts';
import type { StepProgram } from '../lower/steps.ts';
import type { Constants, FoldedNet } from './fold.ts';
import { isInteger, weightScales, type QuantizedNet } from './quantize.ts';
import { constantName } from './fold.ts';
import { isProduct } from './layers.ts';
import { quantizeOne } from '../../gpu-kernels/families/int8/border.ts';

/** A value as a program stores it. */
export type Bytes = Uint8Array | Float32Array;

/** Float32 for a float net's values; float64 for the fake-quantized path, whose values are integers times a scale and must stay it. */
export type Floats = Float32Array | Float64Array;

/** A value while a program runs; float64 only where `after` makes it so. */
type Data = Bytes | Float64Array;

function weightsOf(step: Step, constants: Constants): Record<string, Numbers> {
  return Object.fromEntries(
    Object.entries(step.weights).map(([role, expr]) => {
      const data = expr.kind === 'param' ? constants.get(expr.name) : undefined;
      if (!data) throw new Error(`"${step.from[0] as string}": the constant "${role}" is missing`);
      return [role, data];
    }),
  );
}

/**
 * Values of `keep` and of the outputs by id (outputs by node), in their logical layout. `after` may replace a value once it is made
 * (fake quantization). Values are dropped after their last reader.
 */
export function runProgram<V extends Data = Bytes>(
  program: StepProgram,
  constants: Constants,
  input: Float32Array,
  keep: readonly string[] = [],
  after?: (value: Value, data: V) => V,
): Map<string, V> {
  const steps = programSteps(program, constants, input, keep, after);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, one step after another: a worker lets messages in between two of them. */
export function* programSteps<V extends Data = Bytes>(
  program: StepProgram,
  constants: Constants,
  input: Float32Array,
  keep: readonly string[] = [],
  after?: (value: Value, data: V) => V,
): Generator<undefined, Map<string, V>> {
  const kept = new Set(keep);
  const last = new Map<string, number>();
  program.steps.forEach((step, index) => step.inputs.forEach(({ id }) => last.set(id, index)));
  const named = new Set(program.outputs.map(({ value }) => value.id));
  const values = new Map<string, V>();
  const made = (value: Value, data: V): void => void values.set(value.id, after ? after(value, data) : data);
  for (const { value } of program.inputs) made(value, input as V);
  for (const [index, step] of program.steps.entries()) {
    const operands = step.inputs.map(({ id }) => values.get(id) as V);
    const weights = weightsOf(step, constants);
    const results = reference(step, { inputs: operands, weights });
    // Float steps are stored in the precision of their first operand.
    const rounded = !isInt8(step.family) && !(operands[0] instanceof Float64Array);
    step.outputs.forEach((output, i) => {
      const result = results[i] as Numbers;
      made(output, (rounded ? Float32Array.from(result) : result) as V);
    });
    for (const { id } of step.inputs) if (last.get(id) === index && !kept.has(id) && !named.has(id)) values.delete(id);
    yield;
  }
  const read = new Map<string, V>(program.outputs.map(({ node, value }) => [node, values.get(value.id) as V]));
  for (const id of keep) {
    const data = values.get(id);
    if (data) read.set(id, data);
  }
  return read;
}

/** The folded float net on one picture; the signature that calibration wants. */
export const runFolded =
  (net: FoldedNet) =>
  (input: Float32Array, keep: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> =>
    Promise.resolve(runProgram<Float32Array>(net.program, net.constants, input, keep));

/**
 * The quantized net in float arithmetic: weights and biases as the real numbers that their integers stand for, every value that would be
 * bytes rounded to what a byte can hold, all in float64: a rounded sum near the border of two bytes would fall on the wrong side, and an
 * untrained net makes thousands of that one. What integers must equal within one step of rounding.
 */
export function runFakeQuantized(
  net: QuantizedNet,
  input: Float32Array,
  keep: readonly string[] = [],
): Map<string, Floats> {
  const constants = new Map(net.constants);
  for (const step of net.program.steps) {
    if (!isInteger(net, step) || !isProduct(step)) continue;
    const scales = weightScales(net, step);
    const inputScale = net.quantizations.get((step.inputs[0] as Value).id)?.scale as number;
    const weight = net.constants.get(constantName(step, 'weight')) as Numbers;
    const own = weight.length / scales.length;
    // Float64: the products of two scales are not rounded before they are summed.
    constants.set(
      constantName(step, 'weight'),
      Float64Array.from(weight, (q, i) => q * scales[Math.floor(i / own)]!),
    );
    constants.set(
      constantName(step, 'bias'),
      Float64Array.from(
        net.constants.get(constantName(step, 'bias')) as Numbers,
        (q, o) => q * inputScale * scales[o]!,
      ),
    );
  }
  const byIntegers = new Set(
    net.program.steps.filter((step) => isInteger(net, step)).map(({ outputs }) => outputs[0]?.id),
  );
  const outputs = new Set(net.program.outputs.map(({ value }) => value.id));
  const round = (value: Value, data: Data): Data => {
    const quantization = net.quantizations.get(value.id);
    if (!quantization || outputs.has(value.id)) return data;
    const { scale, zero } = quantization;
    // What integers do not make, a `quantize` step rounds, in float32.
    const inverse = Math.fround(1 / scale);
    const byte = byIntegers.has(value.id)
      ? (real: number): number => Math.min(255, Math.max(0, Math.floor(real / scale + 0.5) + zero))
      : (real: number): number => quantizeOne(real, { inverse, zero });
    return Float64Array.from(data, (real) => (byte(real) - zero) * scale);
  };
  return runProgram<Data>(net.program, constants, input, keep, round) as Map<string, Floats>;
}
