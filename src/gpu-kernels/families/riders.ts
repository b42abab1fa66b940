// What the float families share on the CPU: riders with their broadcasting, the prologue, the epilogue, and channel sums.
//
// Common to all float families
// - Values are stored channel-fastest with channels padded to 4 (step.ts); padding lanes must be stored as 0.
// - `inputs` begin with the family's own operands; operands of `binary` riders follow.
// - `outputs[0]` is the result after the epilogue. A second output exists only where the family names one.
// - `prologue` riders act on `inputs[0]` as it is loaded; padded taps stay 0, that is: riders first, padding after.
// - `epilogue` riders act in order on the float32 accumulator, bias included, before the store.
// - Where a family lists `bias` it is always present in the step's `weights` (`zeros` when the graph has none).
// - Operands of `binary` riders broadcast along any axis of size 1, channel included.
//
// Optional second output `#sums` of `depthwise`, `mixedDepthwise` and `expandDepthwise`: partial channel sums of the result after the
// epilogue, `[N, parts, C]` (stored `[N, parts, C4]`, always vec4<f32>). `parts` is the kernel's choice: lowering asks the chosen kernel
// (its `sumParts`) and gives the output that shape. A reader adds the parts and divides by H·W.
//
// Optional second output `#moments` of `depthwise`, `pointwise` and `conv2d`: the same with sums of squares beside the sums, `[N, parts, 2, C]`.
import { elements, type Shape } from '../op.ts';
import { opNamed } from '../ops/index.ts';
import type { Numbers, Rider, StepShape, Value } from '../step.ts';
import type { StepData } from './family.ts';

type AnyStep = StepShape<string, unknown>;

export const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

/** Place in an operand of shape `own` of the element at a flat place in a value of shape `shape`; `[N, C]` stands for `[N, 1, 1, C]`. */
function broadcastPlace(own: Shape, shape: Shape): (i: number) => number {
  const [channels, ownChannels] = [shape.at(-1) as number, own.at(-1) as number];
  const [rows, ownRows] = [elements(shape) / channels, elements(own) / ownChannels];
  const channel = (i: number): number => (ownChannels === 1 ? 0 : i % channels);
  if (rows === ownRows) return ownChannels === channels ? (i) => i : (i) => Math.floor(i / channels);
  const target = shape.slice(0, -1);
  const ones = target.slice(Math.min(target.length, own.length - 1)).map(() => 1);
  const lead = own.length === 2 ? [own[0] as number, ...ones] : [...ones, ...own.slice(0, -1)];
  if (lead.length !== target.length || lead.some((size, axis) => size !== 1 && size !== target[axis]))
    throw new Error(`a value of shape ${own.join('×')} does not broadcast to ${shape.join('×')}`);
  return (i) => {
    let row = 0;
    let rest = Math.floor(i / channels);
    let stride = 1;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const size = target[axis] as number;
      if (lead[axis] !== 1) {
        row += (rest % size) * stride;
        stride *= size;
      }
      rest = Math.floor(rest / size);
    }
    return row * ownChannels + channel(i);
  };
}

/** A value of shape `own` repeated to `shape`. */
export function broadcast(x: Numbers, own: Shape, shape: Shape): Float64Array {
  const place = broadcastPlace(own, shape);
  return Float64Array.from({ length: elements(shape) }, (_, i) => x[place(i)]!);
}

function applied(rider: Rider, values: Float64Array, shape: Shape, step: AnyStep, data: StepData): Float64Array {
  if (rider.kind === 'unary') {
    const flat = [1, values.length];
    const op = opNamed(rider.op);
    if (!op) throw new Error(`"${step.from.at(-1) as string}": no op is called ${rider.op}`);
    return Float64Array.from(op.reference([values as never], {}, { inputs: [flat], output: flat, attrs: rider.attrs }));
  }
  const [other, place] =
    rider.kind === 'binary'
      ? [data.inputs[rider.input] as Numbers, broadcastPlace(shapeOf(step.inputs[rider.input]), shape)]
      : rider.kind === 'table'
        ? [data.weights[rider.weight] as Numbers, (i: number) => i % (data.weights[rider.weight] as Numbers).length]
        : [data.weights[rider.weight] as Numbers, (i: number) => i % (shape.at(-1) as number)];
  const op = rider.kind === 'table' ? 'add' : rider.op;
  const swap = rider.kind === 'binary' && rider.swap === true;
  return values.map((value, i) => {
    const operand = other[place(i)]!;
    const [a, b] = swap ? [operand, value] : [value, operand];
    if (op === 'add') return a + b;
    if (op === 'sub') return a - b;
    if (op === 'mul') return a * b;
    return Math.max(a, 0) + b * Math.min(a, 0);
  });
}

/** Riders on a value of shape `shape`, in order. */
export const ride = (
  riders: readonly Rider[],
  values: Float64Array,
  shape: Shape,
  step: AnyStep,
  data: StepData,
): Float64Array => riders.reduce((current, rider) => applied(rider, current, shape, step, data), values);

/** The first operand, or what became of it, after the prologue. */
export function loaded(step: AnyStep, data: StepData, x = data.inputs[0] as Numbers): Numbers {
  return step.prologue.length === 0
    ? x
    : ride(step.prologue, Float64Array.from(x), shapeOf(step.inputs[0]), step, data);
}

/** Sums over the pixels of each picture, `[N, C]`. */
export function channelSums(x: Numbers, shape: Shape): Float64Array {
  const [batch, channels] = [shape[0] as number, shape.at(-1) as number];
  const pixels = elements(shape) / batch / channels;
  const sums = new Float64Array(batch * channels);
  for (let i = 0; i < x.length; i++) {
    const at = Math.floor(i / (pixels * channels)) * channels + (i % channels);
    sums[at] = sums[at]! + x[i]!;
  }
  return sums;
}

/** The outputs of a step whose result before the epilogue is `values`; channel sums, where asked for, stand whole in the first part. */
export function stored(step: AnyStep, values: Float64Array, data: StepData): Float64Array[] {
  const shape = shapeOf(step.outputs[0]);
  const result = ride(step.epilogue, values, shape, step, data);
  const sums = step.outputs[1];
  if (!sums) return [result];
  const [batch, channels] = [sums.shape[0] as number, sums.shape.at(-1) as number];
  const all = new Float64Array(elements(sums.shape));
  const wholes = [channelSums(result, shape)];
  if (sums.shape.length === 4)
    wholes.push(
      channelSums(
        result.map((x) => x * x),
        shape,
      ),
    );
  for (let n = 0; n < batch; n++)
    wholes.forEach((whole, i) =>
      all.set(whole.subarray(n * channels, (n + 1) * channels), (n * all.length) / batch + i * channels),
    );
  return [result, all];
}
