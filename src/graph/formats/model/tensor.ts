// Tensors of an imported model on the CPU: row-major in the file's own layout, any rank, one typed array.
import { bfloat16ToFloat32, float16ToFloat32 } from '../safetensors/halves.ts';
import { checkedElements, ModelError, quoted, type DataType, type ModelTensor } from './model.ts';

/** 64-bit integers are held as float64 (exact to 2^53), half precision as float32, booleans as 0 and 1. */
export type Data =
  Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

export interface Tensor {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: Data;
}

const arrays: Partial<Record<DataType, new (length: number) => Data>> = {
  float32: Float32Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int4: Int8Array,
  uint4: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: Float64Array,
  uint64: Float64Array,
};

/** Types that values can be computed in here. */
export const computable = (type: DataType): boolean => arrays[type] !== undefined;

/** A tensor of zeros; throws {@link ModelError} before it allocates more than a tensor may have. */
export function zeros(type: DataType, shape: readonly number[]): Tensor & { data: Data } {
  const array = arrays[type];
  if (!array) throw new ModelError(`Values of type ${type} are not computed here.`);
  return { type, shape, data: new array(checkedElements(shape, 'A value')) };
}

export const isFloatType = (type: DataType): boolean =>
  type === 'float32' || type === 'float16' || type === 'bfloat16' || type === 'float64';

/** The decoded values of a constant; float32 and bytes may be views of the file. */
export function decoded(tensor: ModelTensor): Tensor {
  const { type, shape } = tensor;
  if (tensor.missing !== undefined)
    throw new ModelError(`The values of ${quoted(tensor.name)} are in ${quoted(tensor.missing)}, which was not given.`);
  const count = checkedElements(shape, quoted(tensor.name));
  // A copy starts on a boundary that every typed array accepts.
  const bytes = tensor.bytes.byteOffset % 8 === 0 ? tensor.bytes : Uint8Array.from(tensor.bytes);
  const { buffer, byteOffset } = bytes;
  switch (type) {
    case 'float32':
      return { type, shape, data: new Float32Array(buffer, byteOffset, count) };
    case 'float16':
      return { type, shape, data: float16ToFloat32(new Uint16Array(buffer, byteOffset, count)) };
    case 'bfloat16':
      return { type, shape, data: bfloat16ToFloat32(new Uint16Array(buffer, byteOffset, count)) };
    case 'float64':
      return { type, shape, data: new Float64Array(buffer, byteOffset, count) };
    case 'int64':
      return { type, shape, data: Float64Array.from(new BigInt64Array(buffer, byteOffset, count), Number) };
    case 'uint64':
      return { type, shape, data: Float64Array.from(new BigUint64Array(buffer, byteOffset, count), Number) };
    case 'int4':
    case 'uint4':
      return { type, shape, data: nibbles(bytes, count, type === 'int4') };
    case 'int8':
      return { type, shape, data: new Int8Array(buffer, byteOffset, count) };
    case 'uint8':
    case 'bool':
      return { type, shape, data: new Uint8Array(buffer, byteOffset, count) };
    case 'int16':
      return { type, shape, data: new Int16Array(buffer, byteOffset, count) };
    case 'uint16':
      return { type, shape, data: new Uint16Array(buffer, byteOffset, count) };
    case 'int32':
      return { type, shape, data: new Int32Array(buffer, byteOffset, count) };
    case 'uint32':
      return { type, shape, data: new Uint32Array(buffer, byteOffset, count) };
    default:
      throw new ModelError(`The values of ${quoted(tensor.name)} are of type ${type}, which is not computed here.`);
  }
}

/** Two elements a byte, the first in the low half. */
function nibbles(bytes: Uint8Array, count: number, signed: boolean): Data {
  const result = signed ? new Int8Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const nibble = (bytes[i >> 1]! >> (4 * (i & 1))) & 15;
    result[i] = signed && nibble > 7 ? nibble - 16 : nibble;
  }
  return result;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Range that an integer type can hold. */
export const rangeOf: Partial<Record<DataType, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int4: [-8, 7],
  uint4: [0, 15],
  bool: [0, 1],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  int64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};

/** The same values in another type: towards zero and cut to the range for integers, non-zero is true for booleans. */
export function cast(tensor: Tensor, type: DataType): Tensor {
  if (tensor.type === type) return tensor;
  const result = zeros(type, tensor.shape);
  const range = rangeOf[type];
  const { data } = tensor;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (type === 'bool') result.data[i] = value === 0 ? 0 : 1;
    else result.data[i] = range ? Math.max(range[0], Math.min(range[1], Math.trunc(value))) : value;
  }
  return result;
}
