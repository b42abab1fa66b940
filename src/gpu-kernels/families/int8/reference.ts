// One integer step on the CPU: hands the step's operands and constants to the definition of its family.
import type { DepthwiseAttrs, PointwiseAttrs, Window } from '../float.ts';
import type { Numbers } from '../../packing/weight-expr.ts';
import type { Shape } from '../../op.ts';
import type { Step, Value } from '../../step.ts';
import { addReference, concatReference } from './add.ts';
import { dequantizeReference, mulReference, quantizeReference, tableReference } from './elementwise.ts';
import type {
  AddAttrs,
  DequantizeAttrs,
  Int8ConcatAttrs,
  Int8MeanAttrs,
  Int8PoolAttrs,
  MulAttrs,
  ProductAttrs,
  QuantizeAttrs,
} from './contract.ts';
import { meanReference, poolReference } from './pooling.ts';
import { accumulate, finish, toFloats, type ProductWeights, type Taps } from './product.ts';

export type Bytes = Uint8Array | Float32Array;

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

/** The window of any product; a pointwise one is a window of one tap. */
export function tapsOf(step: Step): Taps {
  if (step.family === 'int8Pointwise') {
    const { stride, groups } = step.attrs as unknown as PointwiseAttrs;
    return { kernel: [1, 1], stride, dilation: [1, 1], pads: [0, 0], groups };
  }
  const window = step.attrs as unknown as Window & { groups?: number } & Partial<DepthwiseAttrs>;
  return {
    ...window,
    groups: step.family === 'int8Depthwise' ? (shapeOf(step.inputs[0]).at(-1) as number) : (window.groups as number),
  };
}

function product(step: Step, inputs: readonly Uint8Array[], weights: Readonly<Record<string, Numbers>>): Bytes {
  const attrs = step.attrs as unknown as ProductAttrs;
  const own = { ...weights, tables: weights } as unknown as ProductWeights;
  const sums = accumulate(
    inputs[0] as Uint8Array,
    shapeOf(step.inputs[0]),
    attrs.inputZero,
    own,
    tapsOf(step),
    shapeOf(step.outputs[0]),
  );
  return step.outputs[0]?.type === 'u8' ? finish(sums, attrs, own, inputs) : toFloats(sums, own.scale as Float32Array);
}

/**
 * Value of an integer step's output in its logical layout: bytes, or floats after `dequantize` and a float-valued product.
 * `inputs` follow `step.inputs`; `weights` by role. Throws Error for a family that is not an integer one.
 */
export function int8Reference(step: Step, inputs: readonly Bytes[], weights: Readonly<Record<string, Numbers>>): Bytes {
  const bytes = inputs as readonly Uint8Array[];
  const [a, b] = bytes as readonly [Uint8Array, Uint8Array];
  const attrs = step.attrs as unknown;
  const shape = shapeOf(step.inputs[0]);
  switch (step.family) {
    case 'int8Pointwise':
    case 'int8Conv2d':
    case 'int8Depthwise':
      return product(step, bytes, weights);
    case 'int8Add':
      return addReference(a, b, attrs as AddAttrs);
    case 'int8Mul':
      return mulReference(a, b, shape.at(-1) as number, shape[0] as number, attrs as MulAttrs);
    case 'int8Mean':
      return meanReference(a, shape, attrs as Int8MeanAttrs);
    case 'int8Pool':
      return poolReference(a, shape, shapeOf(step.outputs[0]), attrs as Int8PoolAttrs);
    case 'int8Table':
      return tableReference(a, weights.table as Uint8Array);
    case 'int8Concat':
      return concatReference(
        bytes,
        step.inputs.map((input) => input.shape),
        attrs as Int8ConcatAttrs,
      );
    case 'quantize':
      return quantizeReference(inputs[0] as Float32Array, attrs as QuantizeAttrs);
    case 'dequantize':
      return dequantizeReference(a, attrs as DequantizeAttrs);
    default:
      throw new Error(`no integer reference for the family ${step.family}`);
  }
}
