// Writes the part of the ONNX protobuf schema (onnx.proto3, IR version 10) that an exported net needs; field numbers are the schema's.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { OnnxAttribute } from '../../../gpu-kernels/forms.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name: string;
  /** Numbers and number lists are written as int(s); floats are marked. */
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}
export interface OnnxTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array | Int8Array | Uint8Array | Uint16Array | Int32Array;
}
export interface OnnxValue {
  readonly name: string;
  readonly shape: Shape;
}
export interface OnnxModel {
  readonly name: string;
  readonly opset: number;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** metadata_props. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** TensorProto.DataType. */
const dataType = (data: OnnxTensor['data']): number => {
  if (data instanceof Float32Array) return 1;
  if (data instanceof Uint8Array) return 2;
  if (data instanceof Int8Array) return 3;
  if (data instanceof Uint16Array) return 4;
  return data instanceof Int32Array ? 6 : 7;
};

/** The ir_version that came with an operator set: an older runtime refuses a newer one. */
const irOf = (opset: number): number => (opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10);

/** The model as the bytes of a `.onnx` file. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(irOf(model.opset));
  text(writer, 2, 'Bottleneck');
  message(writer, 7, (graph) => {
    for (const node of model.nodes) message(graph, 1, (inner) => writeNode(inner, node));
    text(graph, 2, model.name);
    for (const tensor of model.initializers) message(graph, 5, (inner) => writeTensor(inner, tensor));
    for (const value of model.inputs) message(graph, 11, (inner) => writeValue(inner, value));
    for (const value of model.outputs) message(graph, 12, (inner) => writeValue(inner, value));
  });
  message(writer, 8, (opset) => {
    text(opset, 1, '');
    opset.tag(2, WireType.Varint).int64(model.opset);
  });
  for (const [key, value] of Object.entries(model.metadata ?? {}))
    message(writer, 14, (pair) => {
      text(pair, 1, key);
      text(pair, 2, value);
    });
  return writer.finish();
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, node.name);
  text(writer, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    message(writer, 5, (attribute) => writeAttribute(attribute, name, value));
  }
}

/** AttributeProto: type 1 FLOAT, 2 INT, 3 STRING, 6 FLOATS, 7 INTS. */
function writeAttribute(writer: BinaryWriter, name: string, value: OnnxAttribute): void {
  text(writer, 1, name);
  const type = (code: number) => writer.tag(20, WireType.Varint).int32(code);
  if (typeof value === 'number') {
    writer.tag(3, WireType.Varint).int64(value);
    type(2);
  } else if (typeof value === 'string') {
    text(writer, 4, value);
    type(3);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    type(1);
  } else if ('floats' in value) {
    for (const item of value.floats) writer.tag(7, WireType.Bit32).float(item);
    type(6);
  } else {
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
    type(7);
  }
}

function writeTensor(writer: BinaryWriter, { name, shape, data }: OnnxTensor): void {
  for (const size of shape) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(dataType(data));
  text(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue(writer: BinaryWriter, { name, shape }: OnnxValue): void {
  text(writer, 1, name);
  message(writer, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(1); // elem_type FLOAT
      message(tensor, 2, (dims) => {
        for (const size of shape) message(dims, 1, (dim) => dim.tag(1, WireType.Varint).int64(size));
      });
    }),
  );
}

const text = (writer: BinaryWriter, field: number, value: string): void =>
  void writer.tag(field, WireType.LengthDelimited).string(value);

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
