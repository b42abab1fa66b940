// The program that runs a quantized net: integer steps, float steps where layers stay float, and a border step wherever the two meet.
import type { Capabilities } from '../../gpu-kernels/kernel.ts';
import type { Numbers, Value } from '../../gpu-kernels/step.ts';
import type { Step, StepOf } from '../../gpu-kernels/families/index.ts';
import { passContext } from '../plan/make-plan.ts';
import { runPasses } from '../lower/passes/index.ts';
import { firstOutput, type NamedValue, type StepProgram } from '../lower/steps.ts';
import { keeping, type Constants } from './fold.ts';
import { fuseIntegers } from './integer-fusion.ts';
import { integerLayer } from './integer-layer.ts';
import { isProduct, layerId } from './layers.ts';
import { isInteger, type QuantizedNet } from './quantize.ts';
import type { Quantization } from './scheme.ts';

export interface IntegerProgram {
  readonly program: StepProgram;
  readonly constants: Constants;
}

/** What is a border's own. */
type Own = Pick<StepOf<'quantize'>, 'family' | 'attrs'> | Pick<StepOf<'dequantize'>, 'family' | 'attrs'>;

/**
 * Integer and border steps of a net, one a layer, unfused. `keep`: values to be read at the end besides the outputs; those of integer
 * layers come as bytes (their quantization is in `net.quantizations`), the outputs as floats.
 */
export function integerProgram(net: QuantizedNet, keep: readonly string[] = []): IntegerProgram {
  const source = net.program;
  const steps: Step[] = [];
  const constants = new Map<string, Numbers>(net.constants);
  /** Value id → its form as bytes and as floats, where it exists. */
  const asBytes = new Map<string, Value>();
  const asFloats = new Map<string, Value>(source.inputs.map(({ value }) => [value.id, value]));
  const border = (own: Own, from: readonly string[], input: Value, output: Value): Value => {
    steps.push({ ...own, from, inputs: [input], outputs: [output], weights: {}, prologue: [], epilogue: [] });
    return output;
  };
  const quantizationOf = (id: string): Quantization => net.quantizations.get(id) as Quantization;
  const bytesOf = (value: Value, reader: Step): Value => {
    let found = asBytes.get(value.id);
    if (!found) {
      const { scale, zero } = quantizationOf(value.id);
      found = border(
        { family: 'quantize', attrs: { inverse: Math.fround(1 / scale), zero } },
        reader.from.slice(0, 1),
        asFloats.get(value.id) as Value,
        { id: `${value.id}#bytes`, shape: value.shape, type: 'u8' },
      );
      asBytes.set(value.id, found);
    }
    return { ...found, shape: value.shape };
  };
  const floatsOf = (value: Value, from: readonly string[], type?: 'f32'): Value => {
    let found = asFloats.get(value.id);
    if (!found) {
      found = border({ family: 'dequantize', attrs: quantizationOf(value.id) }, from, asBytes.get(value.id) as Value, {
        id: `${value.id}#float`,
        shape: value.shape,
        ...(type && { type }),
      });
      asFloats.set(value.id, found);
    }
    return { ...found, shape: value.shape };
  };
  const readers = new Map<string, number>();
  for (const step of source.steps) for (const { id } of step.inputs) readers.set(id, (readers.get(id) ?? 0) + 1);
  const outputs = new Set(source.outputs.map(({ value }) => value.id));

  for (const step of source.steps) {
    const made = firstOutput(step);
    if (!isInteger(net, step)) {
      steps.push({ ...step, inputs: step.inputs.map((value) => floatsOf(value, step.from.slice(0, 1))) });
      for (const value of step.outputs) asFloats.set(value.id, value);
      continue;
    }
    // The logits leave their accumulators as floats.
    const floats =
      isProduct(step) && step.epilogue.length === 0 && outputs.has(made.id) && (readers.get(made.id) ?? 0) === 0;
    const layer = integerLayer(net, step, floats);
    for (const [name, data] of layer.derived) constants.set(name, data);
    const own = layer.step.inputs.map((value) => bytesOf(value, step));
    steps.push({ ...layer.step, inputs: own });
    if (floats) asFloats.set(made.id, firstOutput(layer.step));
    else asBytes.set(made.id, firstOutput(layer.step));
  }
  const results = source.outputs.map(({ node, value }): NamedValue => ({
    node,
    value: floatsOf(value, [node], 'f32'),
  }));
  const program = keeping(
    { steps, inputs: source.inputs, outputs: results },
    keep.filter((id) => !results.some(({ node }) => node === id)),
  );
  return { program, constants };
}

/** The same, fused for a device: integer epilogues, and the float passes on what stayed float. */
export function fusedIntegerProgram(
  net: QuantizedNet,
  caps: Capabilities,
  keep: readonly string[] = [],
): IntegerProgram {
  const { program, constants } = integerProgram(net, keep);
  return { program: runPasses(fuseIntegers(program), passContext(caps, 'f32')), constants };
}

/** Integer layers by id, in order: what sensitivity analysis switches one by one. */
export const integerLayers = (net: QuantizedNet): string[] =>
  net.program.steps.filter((step) => isInteger(net, step)).map(layerId);
