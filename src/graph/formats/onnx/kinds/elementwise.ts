// ONNX operators that work element by element, with ONNX's broadcasting (and the axis rule that it had before opset 7).
import type { Call, Kind, Known } from '../../model/call.ts';
import type { DataType } from '../../model/model.ts';
import { broadcastShape, map, map2 } from '../../model/math/broadcast.ts';
import { erf, roundEven, sigmoid, softplus } from '../../model/math/functions.ts';
import { cast, isFloatType, rangeOf, type Tensor } from '../../model/tensor.ts';

/** One operand; `make` reads the attributes and gives the function. */
const unary = (make: (call: Call) => (x: number) => number): Kind => ({
  infer: (call) => [call.like(0)],
  run: (call, [out]) => map(out!, call.tensor(0), make(call)),
});
const plain = (f: (x: number) => number): Kind => unary(() => f);

/** Shape of two operands; `result` fixes the type of comparisons. */
function broadcast(call: Call, count = call.node.inputs.length, result?: DataType): Known {
  const shapes = Array.from({ length: count }, (_, i) => (i === 1 && count === 2 ? aligned(call) : call.shape(i)));
  const shape = broadcastShape(shapes);
  if (!shape)
    return call.fail(`has operands of ${shapes.map((s) => `[${s.join(', ')}]`).join(' and ')}, which do not broadcast`);
  return { type: result ?? call.type(0), shape };
}

/** Before opset 7 the second operand was aligned at the attribute `axis` instead of at the end. */
function aligned(call: Call): readonly number[] {
  const shape = call.shape(1);
  if (call.opset >= 7) return shape;
  const rank = call.shape(0).length;
  const axis = call.node.attributes.has('axis') ? call.axis(call.number('axis', 0), rank) : rank - shape.length;
  return [...shape, ...new Array<number>(Math.max(0, rank - axis - shape.length)).fill(1)];
}

const binary = (f: (x: number, y: number, call: Call) => number, result?: DataType): Kind => ({
  infer: (call) => [broadcast(call, 2, result)],
  run: (call, [out]) => {
    const b = call.tensor(1);
    map2(out!, call.tensor(0), { ...b, shape: aligned(call) }, (x, y) => f(x, y, call));
  },
});

const variadic = (f: (x: number, y: number) => number, end?: (x: number, count: number) => number): Kind => ({
  infer: (call) => [broadcast(call)],
  run: (call, [out]) => {
    const count = call.node.inputs.length;
    const zero: Tensor = { ...call.tensor(0), shape: call.shape(0) };
    map2(out!, zero, { type: zero.type, shape: [1], data: zero.data.slice(0, 1) }, (x) => x);
    for (let i = 1; i < count; i++) map2(out!, { ...out!, data: out!.data.slice() }, call.tensor(i), f);
    if (end) map(out!, out!, (x) => end(x, count));
  },
});

/** Integer division goes towards zero, as in C. */
const divide = (x: number, y: number, call: Call): number => (isFloatType(call.type(0)) ? x / y : Math.trunc(x / y));

function modulo(x: number, y: number, call: Call): number {
  if (call.number('fmod', 0) === 1) return x % y;
  return x - y * Math.floor(x / y);
}

const clip: Kind = {
  infer: (call) => [call.like(0)],
  run: (call, [out]) => {
    const bound = (index: number, name: string, otherwise: number): number =>
      call.has(index) ? (call.tensor(index).data[0] ?? otherwise) : call.number(name, otherwise);
    const low = bound(1, 'min', -Infinity);
    const high = bound(2, 'max', Infinity);
    map(out!, call.tensor(0), (x) => Math.min(high, Math.max(low, x)));
  },
};

const prelu: Kind = {
  infer: (call) => [call.like(0)],
  run: (call, [out]) => map2(out!, call.tensor(0), slope(call), (x, a) => (x < 0 ? a * x : x)),
};
/** Slopes broadcast at the end; before opset 7 a vector ran along the channel. */
function slope(call: Call): Tensor {
  const tensor = call.tensor(1);
  const rank = call.shape(0).length;
  if (call.opset >= 7 || tensor.shape.length !== 1 || rank < 3) return tensor;
  return { ...tensor, shape: [...tensor.shape, ...new Array<number>(rank - 2).fill(1)] };
}

/** TensorProto.DataType of Cast's attribute `to`. */
const castTypes: Readonly<Record<number, DataType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};
const castKind = (target: (call: Call) => DataType): Kind => ({
  infer: (call) => [call.like(0, undefined, target(call))],
  run: (call, [out]) => out!.data.set(cast(call.tensor(0), out!.type).data),
});

const where: Kind = {
  infer: (call) => [{ ...broadcast(call, 3), type: call.type(1) }],
  run: (call, [out]) => {
    const chosen: Tensor = { type: 'bool', shape: out!.shape, data: new Uint8Array(out!.data.length) };
    map2(chosen, call.tensor(0), { type: 'bool', shape: [1], data: new Uint8Array(1) }, (x) => x);
    const other: Tensor = { ...out!, data: out!.data.slice() };
    const zero: Tensor = { type: 'float32', shape: [1], data: new Float32Array(1) };
    map2(out!, call.tensor(1), zero, (x) => x);
    map2(other, call.tensor(2), zero, (x) => x);
    for (let i = 0; i < out!.data.length; i++) if (chosen.data[i] === 0) out!.data[i] = other.data[i]!;
  },
};

const compare = (f: (x: number, y: number) => boolean): Kind => binary((x, y) => (f(x, y) ? 1 : 0), 'bool');
const gelu = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));
const geluTanh = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

export const elementwise: Readonly<Record<string, Kind>> = {
  Abs: plain(Math.abs),
  Neg: plain((x) => -x),
  Ceil: plain(Math.ceil),
  Floor: plain(Math.floor),
  Round: plain(roundEven),
  Sqrt: plain(Math.sqrt),
  Reciprocal: plain((x) => 1 / x),
  Exp: plain(Math.exp),
  Log: plain(Math.log),
  Erf: plain(erf),
  Sin: plain(Math.sin),
  Cos: plain(Math.cos),
  Tan: plain(Math.tan),
  Atan: plain(Math.atan),
  Sign: plain(Math.sign),
  Relu: plain((x) => Math.max(0, x)),
  Sigmoid: plain(sigmoid),
  Tanh: plain(Math.tanh),
  Softplus: plain(softplus),
  Softsign: plain((x) => x / (1 + Math.abs(x))),
  Not: plain((x) => (x === 0 ? 1 : 0)),
  HardSwish: plain((x) => x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  Mish: plain((x) => x * Math.tanh(softplus(x))),
  Identity: plain((x) => x),
  Swish: unary((call) => {
    const alpha = call.number('alpha', 1);
    return (x) => x * sigmoid(alpha * x);
  }),
  HardSigmoid: unary((call) => {
    const alpha = call.number('alpha', 0.2);
    const beta = call.number('beta', 0.5);
    return (x) => Math.max(0, Math.min(1, alpha * x + beta));
  }),
  LeakyRelu: unary((call) => {
    const alpha = call.number('alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  ThresholdedRelu: unary((call) => {
    const alpha = call.number('alpha', 1);
    return (x) => (x > alpha ? x : 0);
  }),
  Elu: unary((call) => {
    const alpha = call.number('alpha', 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  }),
  Celu: unary((call) => {
    const alpha = call.number('alpha', 1);
    return (x) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
  }),
  Selu: unary((call) => {
    const alpha = call.number('alpha', 1.6732632423543772);
    const gamma = call.number('gamma', 1.0507009873554805);
    return (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x);
  }),
  Gelu: unary((call) => (call.text('approximate', 'none') === 'tanh' ? geluTanh : gelu)),
  'com.microsoft.Gelu': plain(gelu),
  'com.microsoft.QuickGelu': unary((call) => {
    const alpha = call.number('alpha', 1.702);
    return (x) => x * sigmoid(alpha * x);
  }),
  Clip: clip,
  PRelu: prelu,
  Add: binary((x, y) => x + y),
  Sub: binary((x, y) => x - y),
  Mul: binary((x, y) => x * y),
  Div: binary(divide),
  Mod: binary(modulo),
  Pow: binary((x, y) => x ** y),
  And: compare((x, y) => x !== 0 && y !== 0),
  Or: compare((x, y) => x !== 0 || y !== 0),
  Xor: compare((x, y) => (x !== 0) !== (y !== 0)),
  Equal: compare((x, y) => x === y),
  Less: compare((x, y) => x < y),
  LessOrEqual: compare((x, y) => x <= y),
  Greater: compare((x, y) => x > y),
  GreaterOrEqual: compare((x, y) => x >= y),
  Sum: variadic((x, y) => x + y),
  Max: variadic(Math.max),
  Min: variadic(Math.min),
  Mean: variadic(
    (x, y) => x + y,
    (x, count) => x / count,
  ),
  Where: where,
  Cast: castKind((call) => {
    const code = call.number('to', 0);
    return castTypes[code] ?? call.skip(`casts to data type ${code}, which is not computed here`);
  }),
  CastLike: castKind((call) => call.type(1)),
};

/** Saturates to an integer type. */
export const saturate = (value: number, type: DataType): number => {
  const [low, high] = rangeOf[type] ?? [-Infinity, Infinity];
  return Math.max(low, Math.min(high, value));
};
