// Reads an ONNX file into the format-neutral model: allow-listed fields, capped depth, nothing fetched, every fault a sentence.
// Format: onnx.proto3 of ONNX 1.22; field numbers are the schema's.
import { checkedElements, ModelError, modelLimits, quoted } from '../model/model.ts';
import type { Model, ModelNode, ModelTensor, ModelValue } from '../model/model.ts';
import { CopyBudget, orderNodes } from '../model/check.ts';
import { inlined, type LocalFunction } from './functions.ts';
import { dataType, readPair, readSparse, readTensor, type Companions } from './tensor.ts';
import { readFunction, readNode, type Reading } from './node.ts';
import { fieldsOf, type WireField } from './wire.ts';

/** Newest versions whose meaning is known here (ONNX 1.22). */
const newest = { ir: 13, opset: 27 };

/**
 * Reads a `.onnx` file of at most 1 GB. Weights stay views of `file`; those stored in other files come from `companions` (by exact name) or are
 * marked `missing`. Throws {@link ModelError}.
 */
export function readOnnx(file: Uint8Array, companions: Companions = () => undefined): Model {
  if (file.length > modelLimits.fileBytes) throw new ModelError('The file is larger than 1 GB.');
  if (file.length === 0) throw new ModelError('The file is empty: download it again.');
  const reading: Reading = { companions, names: new CopyBudget() };
  const opsets = new Map<string, number>();
  const functions: LocalFunction[] = [];
  const metadata = new Map<string, string>();
  const producer = ['', ''];
  let graph: WireField | undefined;
  let ir: number | undefined;
  for (const field of fieldsOf(file, 'ModelProto')) {
    if (field.number === 1) ir = field.int();
    else if (field.number === 2) producer[0] = field.shownText();
    else if (field.number === 3) producer[1] = field.shownText();
    else if (field.number === 6) metadata.set('description', field.shownText());
    else if (field.number === 7) graph = field;
    else if (field.number === 8) opsets.set(...readOpset(field));
    else if (field.number === 14) metadata.set(...readPair(field));
    else if (field.number === 25) functions.push(readFunction(field, reading));
  }
  if (!graph) throw new ModelError('The file holds no graph: it is no ONNX model, or it is cut short.');
  checkVersions(ir, opsets);
  const parts = readGraph(graph, reading);
  const warnings: string[] = [];
  const given = new Set([...parts.inputs.map(({ name }) => name), ...parts.constants.keys()]);
  const nodes = inlined(parts.nodes, functions);
  const order = orderNodes(nodes, { given, outputs: parts.outputs });
  if (!order.sorted) warnings.push('The nodes are not in the order in which they run; they were sorted.');
  return {
    format: 'onnx',
    name: parts.name,
    producer: producer.join(' ').trim(),
    opsets,
    nodes: order.nodes,
    // Files of IR 3 list initialisers among the inputs: those are constants with a default, not something to feed.
    inputs: parts.inputs.filter(({ name }) => !parts.constants.has(name)),
    outputs: parts.outputs,
    constants: parts.constants,
    values: parts.values,
    metadata,
    warnings,
  };
}

function checkVersions(ir: number | undefined, opsets: ReadonlyMap<string, number>): void {
  if (ir === undefined || ir < 1) throw new ModelError('The file names no IR version: it is no ONNX model.');
  if (ir > newest.ir)
    throw new ModelError(
      `The file has IR version ${ir}; versions up to ${newest.ir} are known. Export it with an older ONNX.`,
    );
  if (opsets.size === 0)
    throw new ModelError('The file names no operator set: it cannot be known what its nodes mean.');
  const opset = opsets.get('') ?? opsets.get('ai.onnx') ?? 1;
  if (opset < 1 || opset > newest.opset)
    throw new ModelError(
      `The file uses operator set ${opset}; sets 1 to ${newest.opset} are known. Export it with an older opset.`,
    );
}

function readOpset(field: WireField): [string, number] {
  let domain = '';
  let version = 0;
  for (const inner of field.fields('OperatorSetIdProto')) {
    if (inner.number === 1) domain = inner.text();
    else if (inner.number === 2) version = inner.int();
  }
  return [domain === 'ai.onnx' ? '' : domain, version];
}

interface GraphParts {
  name: string;
  readonly nodes: ModelNode[];
  readonly inputs: ModelValue[];
  readonly outputs: string[];
  readonly constants: Map<string, ModelTensor>;
  readonly values: Map<string, ModelValue>;
}

function readGraph(graph: WireField, reading: Reading): GraphParts {
  const parts: GraphParts = { name: '', nodes: [], inputs: [], outputs: [], constants: new Map(), values: new Map() };
  const constant = (tensor: ModelTensor): void => {
    if (tensor.name === '') throw new ModelError('A weight of the graph has no name, so nothing can read it.');
    if (parts.constants.has(tensor.name)) throw new ModelError(`Two weights are called ${quoted(tensor.name)}.`);
    parts.constants.set(tensor.name, tensor);
  };
  for (const field of graph.fields('GraphProto')) {
    if (field.number === 1) parts.nodes.push(readNode(field, parts.nodes.length, reading, 0));
    else if (field.number === 2) parts.name = field.shownText();
    else if (field.number === 5)
      constant(readTensor(field.fields('TensorProto'), `weight ${parts.constants.size}`, reading.companions));
    else if (field.number === 11) parts.inputs.push(readValue(field, reading));
    else if (field.number === 12) {
      const value = readValue(field, reading);
      parts.outputs.push(value.name);
      parts.values.set(value.name, value);
    } else if (field.number === 13) {
      const value = readValue(field, reading);
      parts.values.set(value.name, value);
    } else if (field.number === 15) constant(readSparse(field.fields('SparseTensorProto'), reading.companions));
    for (const [what, count] of [
      ['nodes', parts.nodes.length],
      ['weights', parts.constants.size],
    ] as const)
      if (count > modelLimits.entries) throw new ModelError(`The graph has more than ${modelLimits.entries} ${what}.`);
  }
  const names = new Set<string>();
  for (const input of parts.inputs) {
    if (names.has(input.name)) throw new ModelError(`Two inputs are called ${quoted(input.name)}.`);
    names.add(input.name);
    parts.values.set(input.name, input);
    if (input.shape?.every((size) => size >= 0)) checkedElements(input.shape, `The input ${quoted(input.name)}`);
  }
  return parts;
}

/** ValueInfoProto: name, element type, shape (−1 for a named or absent dimension). */
function readValue(field: WireField, { names }: Reading): ModelValue {
  let name = '';
  let type: ModelValue['type'];
  let shape: number[] | undefined;
  for (const inner of field.fields('ValueInfoProto')) {
    if (inner.number === 1) name = inner.text();
    else if (inner.number !== 2) continue;
    else
      for (const kind of inner.fields('TypeProto')) {
        if (kind.number !== 1) continue;
        for (const part of kind.fields('TypeProto.Tensor')) {
          if (part.number === 1) {
            const code = part.int();
            type = code === 0 ? undefined : dataType(code, `The value ${quoted(name)}`);
          } else if (part.number === 2) shape = readShape(part);
        }
      }
  }
  names.take(name.length);
  return { name, type, shape };
}

function readShape(field: WireField): number[] {
  const shape: number[] = [];
  for (const dim of field.fields('TensorShapeProto')) {
    if (dim.number !== 1) continue;
    let size = -1;
    for (const value of dim.fields('TensorShapeProto.Dimension')) if (value.number === 1) size = value.int();
    shape.push(size < 0 ? -1 : size);
  }
  return shape;
}
