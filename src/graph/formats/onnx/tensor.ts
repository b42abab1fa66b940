// Reads a TensorProto or SparseTensorProto: type, dims and exactly as many bytes as they need, from whichever field holds them.
import { bitsOf, checkedElements, ModelError, quoted, type DataType, type ModelTensor } from '../model/model.ts';
import type { WireField } from './wire.ts';

/** TensorProto.DataType (onnx.proto3). */
const dataTypes: Readonly<Record<number, DataType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  14: 'complex',
  15: 'complex',
  16: 'bfloat16',
  17: 'float8',
  18: 'float8',
  19: 'float8',
  20: 'float8',
  21: 'uint4',
  22: 'int4',
  23: 'float4',
  24: 'float8',
};

export function dataType(code: number, where: string): DataType {
  const type = dataTypes[code];
  if (!type) throw new ModelError(`${where} has data type ${code}, which ONNX does not define.`);
  return type;
}

/** Another file that was given together with this one, by its exact name; undefined where there is none. */
export type Companions = (name: string) => Uint8Array | undefined;

interface RawTensor {
  name: string;
  dims: number[];
  type: number | undefined;
  raw: Uint8Array | undefined;
  floats: Uint8Array[];
  doubles: Uint8Array[];
  ints: number[];
  longs: WireField[];
  strings: WireField[];
  external: Map<string, string> | undefined;
  segmented: boolean;
}

/** The tensor of a TensorProto's fields. `where` names its owner for a tensor without a name. */
export function readTensor(fields: Iterable<WireField>, where: string, companions: Companions): ModelTensor {
  const raw = collect(fields);
  const label = raw.name === '' ? where : `the tensor ${quoted(raw.name)}`;
  if (raw.type === undefined) throw new ModelError(`${capital(label)} has no data type.`);
  if (raw.segmented) throw new ModelError(`${capital(label)} is stored in segments, which no known writer makes.`);
  const type = dataType(raw.type, capital(label));
  const elements = checkedElements(raw.dims, capital(label));
  const base = { name: raw.name, type, shape: raw.dims };
  if (type === 'string') {
    for (const field of raw.strings) field.text();
    return { ...base, bytes: new Uint8Array(0) };
  }
  const size = Math.ceil((elements * bitsOf[type] * (raw.type === 15 ? 2 : 1)) / 8);
  if (raw.external) return { ...base, ...external(raw.external, size, capital(label), companions) };
  const typed = typedBytes(raw, type, elements);
  if (raw.raw && typed) throw new ModelError(`${capital(label)} has its values twice: as raw bytes and as numbers.`);
  const bytes = raw.raw ?? typed ?? new Uint8Array(0);
  if (bytes.length !== size)
    throw new ModelError(
      `${capital(label)} of ${raw.dims.join(' × ') || 'one value'} (${type}) needs ${size} bytes, but the file holds ${bytes.length}.`,
    );
  return { ...base, bytes };
}

function collect(fields: Iterable<WireField>): RawTensor {
  const raw: RawTensor = {
    name: '',
    dims: [],
    type: undefined,
    raw: undefined,
    floats: [],
    doubles: [],
    ints: [],
    longs: [],
    strings: [],
    external: undefined,
    segmented: false,
  };
  let isExternal = false;
  for (const field of fields) {
    if (field.number === 1) raw.dims.push(...field.ints());
    else if (field.number === 2) raw.type = field.int();
    else if (field.number === 3) raw.segmented = true;
    else if (field.number === 4) raw.floats.push(field.fixed(4));
    else if (field.number === 5) for (const value of field.ints()) raw.ints.push(value);
    else if (field.number === 6) raw.strings.push(field);
    else if (field.number === 7 || field.number === 11) raw.longs.push(field);
    else if (field.number === 8) raw.name = field.text();
    else if (field.number === 9) raw.raw = field.bytes();
    else if (field.number === 10) raw.doubles.push(field.fixed(8));
    else if (field.number === 13) {
      const [key, value] = readPair(field);
      (raw.external ??= new Map()).set(key, value);
    } else if (field.number === 14) isExternal = field.int() === 1;
  }
  if (isExternal) raw.external ??= new Map();
  else raw.external = undefined;
  return raw;
}

/** StringStringEntryProto. */
export function readPair(field: WireField): [string, string] {
  let key = '';
  let value = '';
  for (const inner of field.fields('StringStringEntryProto')) {
    if (inner.number === 1) key = inner.shownText();
    else if (inner.number === 2) value = inner.shownText();
  }
  return [key, value];
}

/** Bytes of values that stand in a typed field; undefined where no such field is set. */
function typedBytes(raw: RawTensor, type: DataType, elements: number): Uint8Array | undefined {
  if (raw.floats.length > 0) return joined(raw.floats);
  if (raw.doubles.length > 0) return joined(raw.doubles);
  if (raw.longs.length > 0) {
    const values = BigInt64Array.from(raw.longs.flatMap((field) => field.ints()).map(BigInt));
    return bytesOf(type === 'uint32' ? Uint32Array.from(values, Number) : values);
  }
  if (raw.ints.length === 0) return undefined;
  // int32_data holds everything of up to 32 bits; 4-bit elements stand two in a byte.
  const bits = bitsOf[type];
  const count = bits === 4 ? Math.ceil(elements / 2) : elements;
  if (raw.ints.length !== count) return new Uint8Array(raw.ints.length);
  if (bits <= 8) return Uint8Array.from(raw.ints);
  return bytesOf(bits === 16 ? Uint16Array.from(raw.ints) : Int32Array.from(raw.ints));
}

const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** External data: only from a file that was given, by its exact name; a path that leads elsewhere is refused. */
function external(
  entries: ReadonlyMap<string, string>,
  size: number,
  label: string,
  companions: Companions,
): { bytes: Uint8Array; missing?: string } {
  const location = entries.get('location') ?? '';
  if (location === '' || location === '.' || location === '..' || /[\\/:\0]/.test(location))
    throw new ModelError(
      `${label} keeps its values in ${quoted(location)}: only a file beside the model, named without a folder, is read.`,
    );
  const file = companions(location);
  if (!file) return { bytes: new Uint8Array(0), missing: location };
  const number = (key: string, otherwise: number): number => {
    const text = entries.get(key);
    if (text === undefined) return otherwise;
    if (!/^\d{1,15}$/.test(text))
      throw new ModelError(`${label}: ${key} ${quoted(text)} of its external data is no number.`);
    return Number(text);
  };
  const offset = number('offset', 0);
  const length = number('length', size);
  if (length !== size)
    throw new ModelError(`${label} needs ${size} bytes, but ${length} of ${quoted(location)} are named.`);
  if (offset + length > file.length)
    throw new ModelError(
      `${label} lies at bytes ${offset} to ${offset + length} of ${quoted(location)}, which has ${file.length} bytes.`,
    );
  return { bytes: file.subarray(offset, offset + length) };
}

/** A SparseTensorProto as the dense tensor that it means. */
export function readSparse(fields: Iterable<WireField>, companions: Companions): ModelTensor {
  let values: ModelTensor | undefined;
  let indices: ModelTensor | undefined;
  const dims: number[] = [];
  for (const field of fields) {
    if (field.number === 1) values = readTensor(field.fields('TensorProto'), 'a sparse tensor', companions);
    else if (field.number === 2) indices = readTensor(field.fields('TensorProto'), 'sparse indices', companions);
    else if (field.number === 3) dims.push(...field.ints());
  }
  const label = `The sparse tensor ${quoted(values?.name ?? '')}`;
  if (!values || indices?.type !== 'int64') throw new ModelError(`${label} lacks its values or its int64 indices.`);
  const elements = checkedElements(dims, label);
  const width = bitsOf[values.type] / 8;
  if (!Number.isInteger(width) || width === 0) throw new ModelError(`${label} is of type ${values.type}.`);
  const count = values.shape[0] ?? 1;
  const table = new DataView(indices.bytes.buffer, indices.bytes.byteOffset, indices.bytes.byteLength);
  const axes = indices.shape.length === 2 ? dims.length : 1;
  if (indices.bytes.length !== count * axes * 8)
    throw new ModelError(`${label} has ${count} values, but other indices.`);
  const bytes = new Uint8Array(elements * width);
  for (let i = 0; i < count; i++) {
    let place = 0;
    for (let axis = 0; axis < axes; axis++) {
      const index = Number(table.getBigInt64(8 * (i * axes + axis), true));
      const size = axes === 1 ? elements : dims[axis]!;
      if (index < 0 || index >= size) throw new ModelError(`${label} has index ${index} where ${size} elements are.`);
      place = place * size + index;
    }
    bytes.set(values.bytes.subarray(i * width, (i + 1) * width), place * width);
  }
  return { name: values.name, type: values.type, shape: dims, bytes };
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
