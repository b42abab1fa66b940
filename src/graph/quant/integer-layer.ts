// One folded float layer said as integer steps: factors from scales, bounds from activations, tables from functions.
import type { AddAttrs } from '../../gpu-kernels/families/int8/add.ts';
import type { Numbers, StepShape, Value, WeightExpr } from '../../gpu-kernels/step.ts';
import type { AttrsOf, Int8Family, Step } from '../../gpu-kernels/families/index.ts';
import type { ProductAttrs } from '../../gpu-kernels/families/int8/product.ts';
import { commonFactors } from '../../gpu-kernels/families/int8/add.ts';
import { isSmall, multiplierOf } from '../../gpu-kernels/families/int8/requantize.ts';
import { opNamed } from '../../gpu-kernels/ops/index.ts';
import { elements, type Op } from '../../gpu-kernels/op.ts';
import { constantName } from './fold.ts';
import { clampOf, isProduct, layerId, type Product } from './layers.ts';
import { weightScales, type QuantizedNet } from './quantize.ts';
import { reachOf, toByte, type Quantization } from './scheme.ts';

export interface IntegerLayer {
  readonly step: Step;
  /** Constants that are derived from scales, by name. */
  readonly derived: ReadonlyMap<string, Numbers>;
}

const bytes = (value: Value): Value => ({ ...value, type: 'u8' });

const base = <F extends Int8Family>(
  step: Step,
  family: F,
  attrs: AttrsOf<F>,
  weights: Readonly<Record<string, WeightExpr>> = {},
): StepShape<F, AttrsOf<F>> => ({
  ...step,
  family,
  inputs: step.inputs.map(bytes),
  outputs: step.outputs.map(bytes),
  attrs,
  weights,
  prologue: [],
  epilogue: [],
});

/** `floats`: the product's result is stored as float32 (the logits), nothing is lost to a last rounding. */
export function integerLayer(net: QuantizedNet, step: Step, floats: boolean): IntegerLayer {
  const quantization = (value: Value | undefined): Quantization =>
    net.quantizations.get((value as Value).id) as Quantization;
  if (isProduct(step))
    return integerProduct(net, step, quantization(step.inputs[0]), quantization(step.outputs[0]), floats);
  const [a, b] = step.inputs;
  const [input, output] = [quantization(a), quantization(step.outputs[0])];
  const none = new Map<string, Numbers>();
  switch (step.family) {
    case 'mean': {
      const pixels =
        elements((a as Value).shape) / ((a as Value).shape[0] as number) / ((a as Value).shape.at(-1) as number);
      return {
        step: base(step, 'int8Mean', {
          inputZero: input.zero,
          outputZero: output.zero,
          ...multiplierOf(input.scale / output.scale / pixels),
        }),
        derived: none,
      };
    }
    case 'pool': {
      const area = step.attrs.kernel[0] * step.attrs.kernel[1];
      return {
        step: base(step, 'int8Pool', {
          ...step.attrs,
          inputZero: input.zero,
          outputZero: output.zero,
          ...multiplierOf(input.scale / output.scale / area),
        }),
        derived: none,
      };
    }
    case 'concat': {
      const own = step.inputs.map(quantization);
      const factors = own.map(({ scale }) => commonFactors([scale / output.scale]));
      const attrs = {
        zeros: own.map(({ zero }) => zero),
        factors: factors.map(({ integers }) => integers[0] as number),
        shifts: factors.map(({ shift }) => shift),
        outputZero: output.zero,
      };
      return { step: base(step, 'int8Concat', attrs), derived: none };
    }
    default:
      return integerElementwise(step, input, b ? quantization(b) : undefined, output);
  }
}

function integerElementwise(
  step: Step,
  left: Quantization,
  right: Quantization | undefined,
  output: Quantization,
): IntegerLayer {
  const none = new Map<string, Numbers>();
  const [rider] = step.epilogue;
  if (rider?.kind === 'unary') {
    const name = `${layerId(step)}#table`;
    const table = tableOf(rider.op, rider.attrs, left, output);
    return {
      step: base(step, 'int8Table', {}, { table: { kind: 'param', name, shape: [256] } }),
      derived: new Map([[name, table]]),
    };
  }
  if (rider?.kind !== 'binary' || !right) throw new Error(`"${layerId(step)}" has no integer form`);
  if (rider.op === 'mul') {
    // The operand with one value a picture and channel comes second.
    const [a, b] = step.inputs as readonly [Value, Value];
    const swapped = elements(a.shape) < elements(b.shape);
    const [first, second] = swapped ? [right, left] : [left, right];
    const turned = { ...step, inputs: swapped ? [b, a] : [a, b] };
    return {
      step: base(turned, 'int8Mul', {
        leftZero: first.zero,
        rightZero: second.zero,
        outputZero: output.zero,
        ...multiplierOf((left.scale * right.scale) / output.scale),
      }),
      derived: none,
    };
  }
  const sign = rider.op === 'sub' ? -1 : 1;
  const signs = rider.swap && rider.op === 'sub' ? [-1, 1] : [1, sign];
  const { integers, shift } = commonFactors([
    ((signs[0] as number) * left.scale) / output.scale,
    ((signs[1] as number) * right.scale) / output.scale,
  ]);
  const attrs: AddAttrs = {
    leftZero: left.zero,
    rightZero: right.zero,
    left: integers[0] as number,
    right: integers[1] as number,
    shift,
    outputZero: output.zero,
    low: 0,
    high: 255,
  };
  return { step: base(step, 'int8Add', attrs), derived: none };
}

/** An element-wise op as 256 bytes, by its own reference. */
export function tableOf(op: string, attrs: unknown, input: Quantization, output: Quantization): Uint8Array {
  const x = Float32Array.from({ length: 256 }, (_, q) => (q - input.zero) * input.scale);
  const shape = [1, 256];
  const y = (opNamed(op) as Op).reference([x], {}, { inputs: [shape], output: shape, attrs });
  return Uint8Array.from(y, (value) => toByte(value, output));
}

/** The integer step of a product: its own attributes, and the integers besides. */
function mirrored(step: Product, numbers: ProductAttrs, weights: Readonly<Record<string, WeightExpr>>): Step {
  switch (step.family) {
    case 'pointwise':
      return base(step, 'int8Pointwise', { ...step.attrs, ...numbers }, weights);
    case 'conv2d':
      return base(step, 'int8Conv2d', { ...step.attrs, ...numbers }, weights);
    case 'depthwise':
      return base(step, 'int8Depthwise', { ...step.attrs, ...numbers }, weights);
  }
}

function integerProduct(
  net: QuantizedNet,
  step: Product,
  input: Quantization,
  output: Quantization,
  floats: boolean,
): IntegerLayer {
  const scales = weightScales(net, step);
  const weight = net.constants.get(constantName(step, 'weight')) as Int8Array;
  const clamp = clampOf(step.epilogue);
  const channels = scales.length;
  const derived = new Map<string, Numbers>();
  const weights: Record<string, WeightExpr> = {
    weight: step.weights.weight as WeightExpr,
    bias: step.weights.bias as WeightExpr,
  };
  const derive = (role: string, data: Numbers): void => {
    const name = constantName(step, role);
    derived.set(name, data);
    weights[role] = { kind: 'param', name, shape: [data.length] };
  };
  let small = true;
  if (floats) {
    derive(
      'scale',
      scales.map((scale) => input.scale * scale),
    );
  } else {
    const multipliers = Array.from(scales, (scale) => multiplierOf((input.scale * scale) / output.scale));
    small = multipliers.every(isSmall);
    derive(
      'm0',
      Int32Array.from(multipliers, ({ m0 }) => m0),
    );
    derive(
      'shift',
      Int32Array.from(multipliers, ({ shift }) => shift),
    );
    const down = clamp?.down === undefined ? undefined : (net.constants.get(constantName(step, clamp.down)) as Numbers);
    const high = clamp?.high ?? Infinity;
    derive(
      'cap',
      Int32Array.from({ length: channels }, (_, o) =>
        high === Infinity ? 255 : toByte(high * (down?.[o] ?? 1), output),
      ),
    );
  }
  const numbers: ProductAttrs = {
    inputZero: input.zero,
    outputZero: output.zero,
    low: clamp?.low ? output.zero : 0,
    small,
    reach: reachOf(weight, channels),
    after: [],
  };
  const made = mirrored(step, numbers, weights);
  return {
    step: floats ? { ...made, outputs: step.outputs.map((value) => ({ ...value, type: 'f32' as const })) } : made,
    derived,
  };
}
