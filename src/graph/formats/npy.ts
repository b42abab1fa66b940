// Arrays as NumPy's .npy files (format 1.0), for who looks further at a tensor in Python.
import type { Tensor } from './model/tensor.ts';

/** Descriptions of what a tensor's array holds; 64-bit integers and halves are held as floats. */
const descriptions: readonly (readonly [new (length: number) => Tensor['data'], string])[] = [
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
  [Int8Array, '|i1'],
  [Uint8Array, '|u1'],
  [Int16Array, '<i2'],
  [Uint16Array, '<u2'],
  [Int32Array, '<i4'],
  [Uint32Array, '<u4'],
];

export function writeNpy({ shape, data }: Tensor): Uint8Array<ArrayBuffer> {
  const description = descriptions.find(([array]) => data instanceof array)![1];
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${description}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Magic, version, length: 10 bytes; the whole ends at a multiple of 64, with a line end.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + data.byteLength);
  const ascii = (text: string): number[] => Array.from(text, (sign) => sign.charCodeAt(0));
  bytes.set([0x93, ...ascii('NUMPY'), 1, 0, length & 255, length >> 8]);
  bytes.set(ascii(`${header.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}
