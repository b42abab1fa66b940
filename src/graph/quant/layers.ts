// Which steps of a folded net have an integer form, and why the others stay float.
import type { PoolAttrs } from '../../gpu-kernels/families/pool.ts';
import type { Rider, Value } from '../../gpu-kernels/step.ts';
import type { Family, Step, StepOf } from '../../gpu-kernels/families/index.ts';
import { elements, type Shape } from '../../gpu-kernels/op.ts';
import { opNamed } from '../../gpu-kernels/ops/index.ts';
import { rowCount } from '../../gpu-kernels/wgsl/shader.ts';
import { channels, sameShape } from '../lower/steps.ts';

const products: ReadonlySet<Family> = new Set<Product['family']>(['pointwise', 'conv2d', 'depthwise']);

export type Product = StepOf<'pointwise' | 'conv2d' | 'depthwise'>;

export const isProduct = (step: Step): step is Product =>
  products.has(step.family) &&
  step.outputs.length === 1 &&
  !(step.family === 'pointwise' && step.attrs.pool) &&
  step.prologue.length === 0;

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

/** A layer is called by the value that it makes. */
export const layerId = (step: Step): string => (step.outputs[0] as Value).id;

/** Bounds of a product's result: [0, ∞), [0, 6], … `caps`: role of a per-channel upper bound (equalised ReLU6). */
export interface Clamp {
  readonly low: boolean;
  readonly high: number;
  /** Role of the factor that undoes the equalisation of the upper bound. */
  readonly down?: string;
}

/** The clamp that a product's epilogue is; undefined when it is something else. */
export function clampOf(riders: readonly Rider[]): Clamp | undefined {
  const [first, second, third] = riders;
  if (!first) return { low: false, high: Infinity };
  if (riders.length === 1 && first.kind === 'unary') {
    const high = opNamed(first.op)?.clamp;
    if (high !== undefined) return { low: true, high };
  }
  if (
    riders.length === 3 &&
    first.kind === 'channel' &&
    second?.kind === 'unary' &&
    second.op === 'relu6' &&
    third?.kind === 'channel'
  )
    return { low: true, high: 6, down: third.weight };
  return undefined;
}

/** Every window lies inside the map, or the padding counts: one divisor for all. */
function wholeWindows(attrs: PoolAttrs, input: Shape, output: Shape): boolean {
  return ([0, 1] as const).every((axis) => {
    const reach = ((output[axis + 1] as number) - 1) * attrs.stride[axis] - attrs.pads[axis] + attrs.kernel[axis];
    return attrs.countPad ? reach <= attrs.ends[axis] : attrs.pads[axis] === 0 && reach <= (input[axis + 1] as number);
  });
}

/** Why a step has no integer form; undefined when it has one. */
export function whyFloat(step: Step): string | undefined {
  const values = [...step.inputs, ...step.outputs];
  if (values.some(({ id }) => id.includes('#'))) return 'it works on a value inside of a node, which has no range';
  if (step.prologue.length > 0 || step.outputs.length !== 1) return 'it is fused with others';
  const [a, b] = [shapeOf(step.inputs[0]), step.inputs[1]?.shape];
  const output = shapeOf(step.outputs[0]);
  switch (step.family) {
    case 'pointwise':
    case 'conv2d': {
      const groups = step.attrs.groups;
      if (clampOf(step.epilogue) === undefined) return 'its activation has no integer form';
      if (groups > 1 && (channels(a) % (4 * groups) !== 0 || channels(output) % (4 * groups) !== 0))
        return 'its groups are not whole words of four channels';
      return undefined;
    }
    case 'depthwise':
      return step.attrs.repeat === 1 && clampOf(step.epilogue) !== undefined
        ? undefined
        : 'its activation has no integer form';
    case 'mean':
      return String(step.attrs.axes) === String(a.slice(1, -1).map((_, i) => i + 1)) &&
        elements(a) / channels(a) <= 2 ** 22
        ? undefined
        : 'only the mean over all pixels has an integer form';
    case 'pool': {
      const attrs = step.attrs;
      if (attrs.mode === 'max' || (attrs.mode === 'avg' && wholeWindows(attrs, a, output))) return undefined;
      return 'its windows at the border have divisors of their own';
    }
    case 'concat':
      if (step.attrs.axis !== a.length - 1) return 'only channels are joined as integers';
      return step.inputs.slice(0, -1).every(({ shape }) => channels(shape) % 4 === 0)
        ? undefined
        : 'its parts are not whole words of four channels';
    case 'elementwise': {
      const [rider] = step.epilogue;
      if (step.epilogue.length !== 1 || !rider) return 'it is a chain of operations';
      if (rider.kind === 'unary')
        return opNamed(rider.op)?.pointwise && sameShape(a, output) ? undefined : `${rider.op} has no integer form`;
      if (rider.kind !== 'binary' || !b || step.inputs.length !== 2 || step.inputs[0]?.id === step.inputs[1]?.id)
        return 'it has per-channel constants';
      if (rider.op !== 'mul') return sameShape(a, b) && sameShape(a, output) ? undefined : 'it broadcasts';
      const small = elements(a) <= elements(b) ? a : b;
      return sameShape(a, b) || (rowCount(small) === small[0] && channels(small) === channels(output))
        ? undefined
        : 'it broadcasts';
    }
    default:
      return `${step.family} has no integer form`;
  }
}
