// Turns checkpoint tensors into the constants that kernels read: evaluates weight expressions on the CPU, then packs and rounds them.
import type { PackedWeight, Precision } from '../kernel.ts';
import { elements, type Shape } from '../op.ts';
import { circle, hann, melFilters } from '../ops/mel.ts';
import { packers } from './packers.ts';
import type { MelTables, Numbers, WeightExpr } from '../step.ts';

const melTables = {
  hann: ({ window }: MelTables) => hann(window),
  circle: ({ fft }: MelTables) => circle(fft),
  filters: melFilters,
};

/** Looks up a checkpoint tensor by its state-dict name. Throws when it is missing. */
export type Tensors = (name: string) => Numbers;

/** Value of an expression in float64 (a bare parameter is returned as it is stored). Throws when a tensor has another size than the plan expects. */
export function evaluate(expr: WeightExpr, tensors: Tensors): Numbers {
  const count = elements(expr.shape);
  switch (expr.kind) {
    case 'param': {
      const data = tensors(expr.name);
      if (data.length !== count) {
        throw new Error(
          `weights: "${expr.name}" has ${data.length} elements, the net expects ${expr.shape.join('×')} = ${count}; load the checkpoint of this net`,
        );
      }
      return data;
    }
    case 'zeros':
      return new Float32Array(count);
    case 'mel':
      return melTables[expr.table](expr.attrs);
    case 'normScale': {
      const gamma = evaluate(expr.gamma, tensors);
      const variance = evaluate(expr.variance, tensors);
      return Float64Array.from({ length: count }, (_, i) => gamma[i]! / Math.sqrt(variance[i]! + expr.eps));
    }
    case 'sqrt': {
      const a = evaluate(expr.a, tensors);
      return Float64Array.from({ length: count }, (_, i) => Math.sqrt(a[i]! + expr.eps));
    }
    case 'scale': {
      const a = evaluate(expr.a, tensors);
      return Float64Array.from({ length: count }, (_, i) => a[i]! * expr.factor);
    }
    case 'mul':
    case 'add':
    case 'sub':
      return combine(expr.kind, evaluate(expr.a, tensors), evaluate(expr.b, tensors), expr.a.shape, expr.axis);
    case 'contract':
      return contract(evaluate(expr.a, tensors), evaluate(expr.b, tensors), expr.a.shape, expr.groups);
    case 'concat':
      return concat(
        expr.parts.map((part) => evaluate(part, tensors)),
        expr.parts.map((part) => part.shape),
        expr.axis,
        count,
      );
    case 'reshape':
      return evaluate(expr.a, tensors);
    case 'transpose':
      return transpose(evaluate(expr.a, tensors), expr.a.shape, expr.order);
    case 'gather':
      return gather(evaluate(expr.a, tensors), expr.a.shape, expr.axis, expr.indices);
  }
}

function combine(
  kind: 'mul' | 'add' | 'sub',
  a: Numbers,
  b: Numbers,
  shape: Shape,
  axis: number | undefined,
): Float64Array {
  const result = new Float64Array(a.length);
  const inner = axis === undefined ? 1 : elements(shape.slice(axis + 1));
  const length = axis === undefined ? a.length : (shape[axis] as number);
  for (let outer = 0, i = 0; i < a.length; outer++) {
    const y = b[outer % length]!;
    for (let k = 0; k < inner; k++, i++) {
      const x = a[i]!;
      result[i] = kind === 'mul' ? x * y : kind === 'add' ? x + y : x - y;
    }
  }
  return result;
}

function contract(a: Numbers, b: Numbers, shape: Shape, groups: number): Float64Array {
  const rows = shape[0] as number;
  const columns = shape[1] as number;
  const inner = elements(shape.slice(2));
  const result = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / (rows / groups)) * columns;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a[(row * columns + column) * inner + k]!;
      result[row] = result[row]! + sum * b[first + column]!;
    }
  }
  return result;
}

function concat(parts: readonly Numbers[], shapes: readonly Shape[], axis: number, count: number): Float64Array {
  const result = new Float64Array(count);
  const outer = elements((shapes[0] as Shape).slice(0, axis));
  const runs = shapes.map((shape) => elements(shape.slice(axis)));
  const stride = runs.reduce((sum, run) => sum + run, 0);
  let offset = 0;
  parts.forEach((part, index) => {
    const run = runs[index] as number;
    for (let o = 0; o < outer; o++) result.set(part.subarray(o * run, (o + 1) * run), o * stride + offset);
    offset += run;
  });
  return result;
}

function transpose(a: Numbers, shape: Shape, order: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const result = new Float64Array(a.length);
  const sizes = order.map((axis) => shape[axis] as number);
  const steps = order.map((axis) => strides[axis] as number);
  const position = new Array<number>(sizes.length).fill(0);
  let from = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = a[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++position[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}

function gather(a: Numbers, shape: Shape, axis: number, indices: readonly number[]): Float64Array {
  const outer = elements(shape.slice(0, axis));
  const inner = elements(shape.slice(axis + 1));
  const length = shape[axis] as number;
  const result = new Float64Array(outer * indices.length * inner);
  for (let o = 0; o < outer; o++)
    indices.forEach((index, j) => {
      const from = (o * length + index) * inner;
      result.set(a.subarray(from, from + inner), (o * indices.length + j) * inner);
    });
  return result;
}

/** Bytes of a packed constant as uploaded; whole 32-bit words. */
export const packedBytes = (weight: PackedWeight, precision: Precision): number => {
  const type = weight.type ?? precision;
  return type === 'f16'
    ? Math.ceil(weight.elements / 2) * 4
    : type === 'i8'
      ? Math.ceil(weight.elements / 4) * 4
      : weight.elements * 4;
};

/**
 * Evaluates and packs one constant; the result is what `writeBuffer` uploads.
 * Throws when a packer yields another number of elements than the plan allocated.
 */
export function packWeight(
  weight: PackedWeight & { readonly sources: readonly WeightExpr[] },
  precision: Precision,
  tensors: Tensors,
): ArrayBuffer {
  const pack = packers[weight.packer];
  if (!pack) throw new Error(`no packer is called "${weight.packer}"`);
  const sources = weight.sources.map((source) => ({ data: evaluate(source, tensors), shape: source.shape }));
  const packed = pack(sources, weight.options);
  if (packed.length !== weight.elements)
    throw new Error(`packer ${weight.packer} made ${packed.length} elements, the plan has ${weight.elements}`);
  const bytes = new ArrayBuffer(packedBytes(weight, precision));
  const type = weight.type ?? precision;
  if (type === 'f16') toHalf(packed, new Uint16Array(bytes));
  else
    (type === 'i8' ? new Int8Array(bytes) : type === 'i32' ? new Int32Array(bytes) : new Float32Array(bytes)).set(
      packed,
    );
  return bytes;
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** Rounds to IEEE half precision, ties to even; values beyond ±65504 become ±65504, so that no infinity is ever stored. */
export function toHalf(values: Numbers, target: Uint16Array): void {
  for (let i = 0; i < values.length; i++) {
    single[0] = Math.min(65504, Math.max(-65504, values[i]!));
    const word = bits[0]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude < 0x38800000) {
      // Subnormal in half: the spacing is 2⁻²⁴, and a float64 product by 2²⁴ is exact.
      const scaled = Math.abs(single[0]) * 16777216;
      const floor = Math.floor(scaled);
      const rest = scaled - floor;
      target[i] = sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
    } else {
      const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
      target[i] = sign | ((rounded - 0x38000000) >>> 13);
    }
  }
}

/** Half-precision words to float32. */
export function fromHalf(words: Uint16Array): Float32Array {
  return Float32Array.from(words, (word) => {
    const sign = word & 0x8000 ? -1 : 1;
    const exponent = (word >>> 10) & 31;
    const fraction = word & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
