// Collects tensors and operators of a TFLite file while a graph is written, and encodes them by the schema that the reader knows.
import { utf8Encode } from '../../utf8.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';
import {
  byte,
  encodeFlatbuffer,
  float,
  floats,
  int,
  ints,
  longs,
  text,
  type FlatField,
  type FlatTable,
} from './flatbuffer.ts';
import { activations, operatorOptions, operators, paddings } from './schema.ts';

type OptionValue = number | string | readonly number[];

/** Operators that runtimes accept only under a later version than 1. */
const versions: Readonly<Record<string, number>> = {
  FULLY_CONNECTED: 5,
  RESIZE_BILINEAR: 3,
  RESIZE_NEAREST_NEIGHBOR: 3,
};

/** The versions of the same operators that take int8; runtimes know them for floats, too. */
const integerVersions: Readonly<Record<string, number>> = {
  ADD: 2,
  AVERAGE_POOL_2D: 2,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 3,
  DEQUANTIZE: 2,
  LOGISTIC: 2,
  MAX_POOL_2D: 2,
  MEAN: 2,
  MINIMUM: 2,
  MUL: 2,
  PAD: 2,
  PADV2: 2,
  RELU: 2,
  RELU6: 2,
  SUB: 2,
  TANH: 2,
};

/** real = scale · (q − zero) of an int8; a scale for each index of an axis, or one for all. */
export interface Int8Scale {
  readonly scale: readonly number[];
  readonly zero: number;
  readonly axis?: number;
}

const quantizationTable = ({ scale, zero, axis = 0 }: Int8Scale): FlatField => ({
  kind: 'table',
  value: [
    undefined,
    undefined,
    floats(scale),
    longs(scale.map(() => zero)),
    undefined,
    undefined,
    ...(scale.length > 1 ? [int(axis)] : []),
  ],
});

const bytesOf = (data: Int8Array | Int32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const floatBytes = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export class TfliteWriter {
  private readonly tensors: FlatTable[] = [];
  /** Buffer 0 is empty by convention: computed values have it. */
  private readonly buffers: FlatTable[] = [[]];
  private readonly operators: FlatTable[] = [];
  private readonly codes: string[] = [];
  private readonly constants = new Map<string, number>();
  private hasIntegers = false;

  /** A computed value: float32, or int8 where it has a scale. */
  value(name: string, shape: Shape, steps?: Int8Scale): number {
    return this.tensor(name, shape, steps ? 9 : 0, 0, steps);
  }

  private tensor(name: string, shape: Shape, type: number, buffer: number, steps?: Int8Scale): number {
    if (steps) this.hasIntegers = true;
    this.tensors.push([ints(shape), byte(type), int(buffer), text(name), ...(steps ? [quantizationTable(steps)] : [])]);
    return this.tensors.length - 1;
  }

  /** Integers with their scales, int8 or (a bias) int32. */
  steps(name: string, shape: Shape, data: Int8Array | Int32Array, steps: Int8Scale): number {
    return this.stored(name, shape, data instanceof Int8Array ? 9 : 2, bytesOf(data), steps);
  }

  /** A float32 constant; the same name is stored once. */
  constant(name: string, shape: Shape, data: Float32Array): number {
    return this.stored(name, shape, 0, floatBytes(data));
  }

  scalar(value: number): number {
    return this.constant(`scalar ${value}`, [], Float32Array.of(value));
  }

  integers(values: readonly number[], shape: Shape = [values.length]): number {
    const data = Int32Array.from(values);
    return this.stored(`integers ${values.join(' ')} ${shape.join('x')}`, shape, 2, new Uint8Array(data.buffer));
  }

  private stored(name: string, shape: Shape, type: number, data: Uint8Array, steps?: Int8Scale): number {
    const known = this.constants.get(name);
    if (known !== undefined) return known;
    this.buffers.push([{ kind: 'bytes', value: data }]);
    const index = this.tensor(name, shape, type, this.buffers.length - 1, steps);
    this.constants.set(name, index);
    return index;
  }

  /** An operator with one result. */
  add(
    kind: string,
    inputs: readonly number[],
    output: number,
    given: Readonly<Record<string, OptionValue>> = {},
  ): number {
    let code = this.codes.indexOf(kind);
    if (code < 0) code = this.codes.push(kind) - 1;
    const own = operatorOptions[kind];
    const table: (FlatField | undefined)[] = [];
    for (const { name, id, stored } of own?.fields ?? []) {
      const value = given[name];
      if (value === undefined) continue;
      while (table.length <= id) table.push(undefined);
      if (typeof value === 'string') table[id] = byte((name === 'padding' ? paddings : activations).indexOf(value));
      else if (typeof value !== 'number') table[id] = ints(value);
      else table[id] = stored === 'float' ? float(value) : stored === 'int' ? int(value) : byte(value);
    }
    const options: FlatTable = own ? [byte(own.union), { kind: 'table', value: table }] : [];
    this.operators.push([int(code), ints(inputs), ints([output]), ...options]);
    return output;
  }

  /** `metadata`: texts that the file carries by name. */
  encode(
    name: string,
    inputs: readonly number[],
    outputs: readonly number[],
    metadata: Readonly<Record<string, string>> = {},
  ): Uint8Array {
    const tables = (value: readonly FlatTable[]): FlatField => ({ kind: 'tables', value });
    const version = (kind: string): number =>
      Math.max(versions[kind] ?? 1, this.hasIntegers ? (integerVersions[kind] ?? 1) : 1);
    const codes = this.codes.map((kind): FlatTable => {
      const number = operators.indexOf(kind);
      // Readers from before operator 127 look at the byte.
      return [byte(Math.min(number, 127)), undefined, int(version(kind)), int(number)];
    });
    const graph: FlatTable = [tables(this.tensors), ints(inputs), ints(outputs), tables(this.operators), text(name)];
    const entries = Object.entries(metadata).map(([key, value]): FlatTable => {
      this.buffers.push([{ kind: 'bytes', value: utf8Encode(value) }]);
      return [text(key), int(this.buffers.length - 1)];
    });
    const model: (FlatField | undefined)[] = [int(3), tables(codes), tables([graph]), text('Bottleneck')];
    model.push(tables(this.buffers));
    if (entries.length > 0) model.push(undefined, tables(entries));
    return encodeFlatbuffer(model, 'TFL3');
  }
}
