// Writes safetensors files that the strict reader and the reference implementation accept: checkpoints out of the workbench.
import { elements, type Shape } from '../../../gpu-kernels/op.ts';
import { utf8Encode } from '../../utf8.ts';
import { float32ToFloat16 } from './halves.ts';

/** A tensor to store: `F16` narrows float32 values, an integer array is stored as the dtype of its own class. */
export interface TensorToWrite {
  readonly shape: Shape;
  readonly values: Float32Array | Int8Array | Uint8Array | Int32Array;
  /** Only for float values; default `F32`. */
  readonly dtype?: 'F32' | 'F16';
}

/**
 * One file. Wide dtypes come first, as in the reference writer, so that every tensor is aligned to its own element size;
 * within a dtype the given order is kept. Throws RangeError when a shape and its values disagree.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const stored = [...tensors].map(([name, tensor]) => {
    if (name === '__metadata__' || name === '__proto__') throw new RangeError(`a tensor may not be called "${name}"`);
    if (elements(tensor.shape) !== tensor.values.length) {
      throw new RangeError(
        `tensor "${name}": the shape [${tensor.shape.join(', ')}] does not hold ${tensor.values.length} values`,
      );
    }
    const { dtype, values } = encode(tensor);
    return {
      name,
      dtype,
      shape: tensor.shape,
      bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      size: values.BYTES_PER_ELEMENT,
    };
  });
  stored.sort((a, b) => b.size - a.size);
  const members: string[] = [];
  if (Object.keys(metadata).length > 0) members.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let dataBytes = 0;
  for (const { name, dtype, shape, bytes } of stored) {
    const entry = { dtype, shape, data_offsets: [dataBytes, dataBytes + bytes.length] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    dataBytes += bytes.length;
  }
  const json = utf8Encode(`{${members.join(',')}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + dataBytes).fill(0x20, 8, 8 + headerBytes);
  new DataView(file.buffer).setUint32(0, headerBytes, true);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const { bytes } of stored) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function encode({ values, dtype }: TensorToWrite): { dtype: string; values: TensorToWrite['values'] | Uint16Array } {
  if (values instanceof Int8Array) return { dtype: 'I8', values };
  if (values instanceof Uint8Array) return { dtype: 'U8', values };
  if (values instanceof Int32Array) return { dtype: 'I32', values };
  return dtype === 'F16' ? { dtype: 'F16', values: float32ToFloat16(values) } : { dtype: 'F32', values };
}
