// TFLite operators that work element by element, in real numbers between quantised tensors.
import type { Call, Kind } from '../../model/call.ts';
import { broadcastShape, map2 } from '../../model/math/broadcast.ts';
import { tensorTypes } from '../schema.ts';
import { cast, type Tensor } from '../../model/tensor.ts';
import type { DataType } from '../../model/model.ts';
import { erf, sigmoid } from '../../model/math/functions.ts';
import { emit, real } from './real.ts';

export const blank = (shape: readonly number[]): Tensor & { data: Float64Array } => ({
  type: 'float64',
  shape,
  data: new Float64Array(shape.reduce((a, b) => a * b, 1)),
});

const unary = (make: (call: Call) => (x: number) => number): Kind => ({
  infer: (call) => [call.like(0)],
  run(call, [out]) {
    const f = make(call);
    emit(call, out!, (real(call, 0).data as Float64Array).map(f));
  },
});
const plain = (f: (x: number) => number): Kind => unary(() => f);

function joint(call: Call): number[] {
  const shape = broadcastShape([call.shape(0), call.shape(1)]);
  return (
    shape ??
    call.fail(`has operands of [${call.shape(0).join(', ')}] and [${call.shape(1).join(', ')}], which do not broadcast`)
  );
}

const binary = (f: (x: number, y: number) => number, type?: DataType): Kind => ({
  infer: (call) => [call.like(0, joint(call), type)],
  run(call, [out]) {
    const values = blank(out!.shape);
    map2(values, real(call, 0), real(call, 1), f);
    emit(call, out!, values.data);
  },
});
const compare = (f: (x: number, y: number) => boolean): Kind => binary((x, y) => (f(x, y) ? 1 : 0), 'bool');

/** DIV of integers goes towards zero; quantised tensors divide their real values. */
const divide: Kind = {
  ...binary((x, y) => x / y),
  run(call, outs) {
    const whole = call.type(0) === 'int32' && !call.results[0];
    binary(whole ? (x, y) => Math.trunc(x / y) : (x, y) => x / y).run!(call, outs);
  },
};

const prelu: Kind = {
  infer: (call) => [call.like(0)],
  run(call, [out]) {
    const values = blank(out!.shape);
    map2(values, real(call, 0), real(call, 1), (x, a) => (x < 0 ? a * x : x));
    emit(call, out!, values.data);
  },
};

const select: Kind = {
  infer(call) {
    const shape = broadcastShape([0, 1, 2].map((i) => call.shape(i)));
    if (!shape) return call.fail('has operands that do not broadcast');
    return [call.like(1, shape)];
  },
  run(call, [out]) {
    const zero: Tensor = { type: 'float64', shape: [1], data: new Float64Array(1) };
    const [chosen, yes, no] = [0, 1, 2].map((i) => {
      const values = blank(out!.shape);
      map2(values, real(call, i), zero, (x) => x);
      return values.data;
    });
    emit(
      call,
      out!,
      chosen!.map((bit, i) => (bit === 0 ? no![i]! : yes![i]!)),
    );
  },
};

/** The declared type of a result is what is stored: float, or another quantisation. */
const requantize = (type: (call: Call) => DataType): Kind => ({
  infer: (call) => [call.like(0, undefined, type(call))],
  run: (call, [out]) => emit(call, out!, real(call, 0).data as Float64Array),
});

const castKind: Kind = {
  infer(call) {
    // Converters may leave the options out: the result's own type says it.
    const type = call.resultType(0) ?? tensorTypes[call.number('out_type', 0)] ?? call.fail('casts to an unknown type');
    return [call.like(0, undefined, type)];
  },
  run: (call, [out]) => out!.data.set(cast(call.tensor(0), out!.type).data),
};

export const elementwise: Readonly<Record<string, Kind>> = {
  ADD: binary((x, y) => x + y),
  SUB: binary((x, y) => x - y),
  MUL: binary((x, y) => x * y),
  DIV: divide,
  MAXIMUM: binary(Math.max),
  MINIMUM: binary(Math.min),
  POW: binary((x, y) => x ** y),
  FLOOR_DIV: binary((x, y) => Math.floor(x / y)),
  FLOOR_MOD: binary((x, y) => x - y * Math.floor(x / y)),
  SQUARED_DIFFERENCE: binary((x, y) => (x - y) ** 2),
  ATAN2: binary(Math.atan2),
  LESS: compare((x, y) => x < y),
  LESS_EQUAL: compare((x, y) => x <= y),
  GREATER: compare((x, y) => x > y),
  GREATER_EQUAL: compare((x, y) => x >= y),
  EQUAL: compare((x, y) => x === y),
  NOT_EQUAL: compare((x, y) => x !== y),
  LOGICAL_AND: compare((x, y) => x !== 0 && y !== 0),
  LOGICAL_OR: compare((x, y) => x !== 0 || y !== 0),
  LOGICAL_NOT: plain((x) => (x === 0 ? 1 : 0)),
  ABS: plain(Math.abs),
  NEG: plain((x) => -x),
  CEIL: plain(Math.ceil),
  FLOOR: plain(Math.floor),
  ROUND: plain((x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  SQRT: plain(Math.sqrt),
  RSQRT: plain((x) => 1 / Math.sqrt(x)),
  SQUARE: plain((x) => x * x),
  EXP: plain(Math.exp),
  LOG: plain(Math.log),
  SIN: plain(Math.sin),
  COS: plain(Math.cos),
  SIGN: plain(Math.sign),
  RELU: plain((x) => Math.max(0, x)),
  RELU6: plain((x) => Math.min(6, Math.max(0, x))),
  RELU_N1_TO_1: plain((x) => Math.min(1, Math.max(-1, x))),
  RELU_0_TO_1: plain((x) => Math.min(1, Math.max(0, x))),
  LOGISTIC: plain(sigmoid),
  TANH: plain(Math.tanh),
  ELU: plain((x) => (x < 0 ? Math.expm1(x) : x)),
  HARD_SWISH: plain((x) => (x * Math.min(6, Math.max(0, x + 3))) / 6),
  GELU: unary((call) =>
    call.number('approximate', 0) === 1
      ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  ),
  LEAKY_RELU: unary((call) => {
    const alpha = call.number('alpha', 0);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  ZEROS_LIKE: plain(() => 0),
  PRELU: prelu,
  SELECT: select,
  SELECT_V2: select,
  DEQUANTIZE: requantize(() => 'float32'),
  QUANTIZE: requantize((call) => call.resultType(0) ?? call.type(0)),
  CAST: castKind,
};
