// Strict reader of safetensors: the whole header is checked before a single value is touched.
import { scanHeader, type HeaderEntry } from './header.ts';
import { limits, SafetensorsError, shortened } from './scanner.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from './halves.ts';

import { refusal, sniff } from '../sniff/sniff.ts';

export { SafetensorsError } from './scanner.ts';

/** The file is of another kind than safetensors. The message goes on after the file's name and a colon: `it is a web page …; …`. */
export class ForeignFileError extends SafetensorsError {
  constructor(what: string) {
    super('another kind of file', 0);
    this.message = `it ${what}`;
  }
}

/** Bits per element of every dtype that a file may hold: all of safetensors 0.8.0. */
const DTYPE_BITS = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
  C64: 64,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
} as const;
export type Dtype = keyof typeof DTYPE_BITS;

export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly elements: number;
  /** The tensor's own bytes, little-endian; a view of the file. */
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  /** In the order of the data. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a file of at most 1 GB. Nothing is decoded or copied until {@link floatValues} or {@link integerValues} asks for a tensor.
 * Throws {@link SafetensorsError} with the offset of the first wrong byte. Format: https://github.com/huggingface/safetensors.
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  if (file.length > limits.fileBytes) throw new SafetensorsError('the file is larger than 1 GB', limits.fileBytes);
  // A damaged safetensors file is a binary of an unknown kind: the place of its first wrong byte says more.
  const foreign = sniff(file) === 'binary' ? undefined : refusal(file, 'weights', ['int8']);
  if (foreign !== undefined) throw new ForeignFileError(foreign);
  if (file.length < 8)
    throw new SafetensorsError(`the file has ${file.length} bytes and ends inside its header length`, file.length);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (headerBytes > limits.headerBytes)
    throw new SafetensorsError(
      `the header claims ${headerBytes} bytes; at most 100 MB are read, so this is no safetensors file or a damaged one`,
      0,
    );
  if (headerBytes > file.length - 8) {
    throw new SafetensorsError(
      `the header claims ${headerBytes} bytes but only ${file.length - 8} follow; the file is cut short`,
      0,
    );
  }
  const dataFrom = 8 + headerBytes;
  const { entries, metadata } = scanHeader(file, 8, dataFrom);
  // Sorted by begin, every range must start where the one before ended: no overlap, no hole, nothing left over.
  const sorted = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, StoredTensor>();
  let expected = 0;
  for (const entry of sorted) {
    const { dtype, elements } = checkSize(entry);
    if (entry.begin !== expected) {
      const what =
        entry.begin < expected
          ? 'overlaps the tensor before it'
          : `leaves a hole of ${entry.begin - expected} bytes before it`;
      throw new SafetensorsError(`the data ${what}`, entry.at, entry.name);
    }
    if (dataFrom + entry.end > file.length) {
      throw new SafetensorsError(
        `the data ends at byte ${dataFrom + entry.end}, after the end of the file (${file.length})`,
        entry.at,
        entry.name,
      );
    }
    const bytes = file.subarray(dataFrom + entry.begin, dataFrom + entry.end);
    tensors.set(entry.name, { name: entry.name, dtype, shape: entry.shape, elements, bytes });
    expected = entry.end;
  }
  if (dataFrom + expected !== file.length) {
    throw new SafetensorsError(
      `${file.length - dataFrom - expected} bytes follow the last tensor`,
      dataFrom + expected,
    );
  }
  return { tensors, metadata };
}

function checkSize(entry: HeaderEntry): { dtype: Dtype; elements: number } {
  const fail = (message: string): never => {
    throw new SafetensorsError(message, entry.at, entry.name);
  };
  if (!Object.hasOwn(DTYPE_BITS, entry.dtype))
    fail(`unknown dtype "${shortened(entry.dtype)}"; known are ${Object.keys(DTYPE_BITS).join(', ')}`);
  const dtype = entry.dtype as Dtype;
  let elements = 1;
  for (const size of entry.shape) {
    elements *= size;
    // The reference counts in 64 bits.
    if (elements >= 2 ** 64) fail(`the shape [${entry.shape.join(', ')}] has more elements than a file can hold`);
  }
  const bits = elements * DTYPE_BITS[dtype];
  if (bits % 8 !== 0) fail(`[${entry.shape.join(', ')}] of ${dtype} does not end on a byte`);
  const wanted = bits / 8;
  if (entry.end < entry.begin || entry.end - entry.begin !== wanted) {
    fail(
      `[${entry.shape.join(', ')}] of ${dtype} is ${wanted} bytes, but data_offsets [${entry.begin}, ${entry.end}] span ${entry.end - entry.begin}`,
    );
  }
  return { dtype, elements };
}

/** The tensor's bytes on a boundary that typed arrays accept; copies only when the file's own offset is odd. */
function aligned(tensor: StoredTensor): { buffer: ArrayBufferLike; offset: number } {
  const size = Math.ceil(DTYPE_BITS[tensor.dtype] / 8);
  // `slice` would do for a Uint8Array, but Node's Buffer is one whose `slice` copies nothing.
  const bytes = tensor.bytes.byteOffset % size === 0 ? tensor.bytes : new Uint8Array(tensor.bytes);
  return { buffer: bytes.buffer, offset: bytes.byteOffset };
}

/** Values of an F64, F32, F16 or BF16 tensor as float32. An F32 result may share memory with the file: treat it as read-only. */
export function floatValues(tensor: StoredTensor): Float32Array {
  const { buffer, offset } = aligned(tensor);
  switch (tensor.dtype) {
    case 'F32':
      return new Float32Array(buffer, offset, tensor.elements);
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, offset, tensor.elements));
    case 'F16':
      return float16ToFloat32(new Uint16Array(buffer, offset, tensor.elements));
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(buffer, offset, tensor.elements));
    default:
      throw new TypeError(
        `tensor "${tensor.name}" is ${tensor.dtype}; a float tensor (F64, F32, F16, BF16) is needed here`,
      );
  }
}

/** Values of an I8, U8, I16, U16, I32 or U32 tensor; may share memory with the file. */
export function integerValues(
  tensor: StoredTensor,
): Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array {
  const { buffer, offset } = aligned(tensor);
  switch (tensor.dtype) {
    case 'I8':
      return new Int8Array(buffer, offset, tensor.elements);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(buffer, offset, tensor.elements);
    case 'I16':
      return new Int16Array(buffer, offset, tensor.elements);
    case 'U16':
      return new Uint16Array(buffer, offset, tensor.elements);
    case 'I32':
      return new Int32Array(buffer, offset, tensor.elements);
    case 'U32':
      return new Uint32Array(buffer, offset, tensor.elements);
    default:
      throw new TypeError(
        `tensor "${tensor.name}" is ${tensor.dtype}; an integer tensor of at most 32 bits is needed here`,
      );
  }
}

export const isFloat = (dtype: Dtype): boolean =>
  dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'F64';

/** How many values are NaN and how many are ±infinity: shown beside a loaded file, since one such weight spoils every result. */
export function countNonFinite(tensor: StoredTensor): { nan: number; infinite: number } {
  let nan = 0;
  let infinite = 0;
  if (isFloat(tensor.dtype)) {
    for (const value of floatValues(tensor)) {
      if (value !== value) nan++;
      else if (value === Infinity || value === -Infinity) infinite++;
    }
  }
  return { nan, infinite };
}
