// Reads a TFLite file into the format-neutral model; every reference between its tables is checked before it is used.
import { utf8Decode } from '../../utf8.ts';
import { checkQuantization, orderNodes } from '../model/check.ts';
import { bitsOf, checkedElements, ModelError, modelLimits, quoted } from '../model/model.ts';
import type { Model, ModelNode, ModelTensor, ModelValue, AffineQuantization } from '../model/model.ts';
import { modelMetadata } from './metadata.ts';
import { readOperator, type OperatorCode } from './operator.ts';
import { operators, tensorTypes } from './schema.ts';
import { densified } from './sparsity.ts';
import { FlatFile, type Table } from './table.ts';
import { refuseRecursion } from './subgraphs.ts';

/** Reads a `.tflite` file of at most 1 GB. Weights stay views of `bytes`. Values are keyed by tensor index. Throws {@link ModelError}. */
export function readTflite(bytes: Uint8Array): Model {
  if (bytes.length > modelLimits.fileBytes) throw new ModelError('The file is larger than 1 GB.');
  if (bytes.length < 16) throw new ModelError(`The file has ${bytes.length} bytes: it is empty or cut short.`);
  if (String.fromCharCode(...bytes.subarray(4, 8)) !== 'TFL3')
    throw new ModelError('Bytes 4 to 8 are not "TFL3": this is no TFLite model, or one of another version.');
  const file = new FlatFile(bytes);
  const root = file.view.getUint32(0, true);
  if (root < 8) throw new ModelError(`The root table would lie at byte ${root}, inside the file's header.`);
  const model = file.table(root, 'Model', 'the model');
  const version = model.uint(0);
  if (version !== 3) throw new ModelError(`The file has schema version ${version}; version 3 is known.`);
  const codes = model.tables(1, 'OperatorCode', 4096, (i) => `operator code ${i}`).map(readCode);
  const buffers = model.tables(4, 'Buffer', modelLimits.entries, (i) => `buffer ${i}`);
  const graphs = model.tables(2, 'SubGraph', modelLimits.subgraphDepth, (i) => `subgraph ${i}`);
  if (graphs.length === 0) throw new ModelError('The file holds no graph.');
  const parts = graphs.map((graph) => readGraph(graph, codes, buffers));
  refuseRecursion(parts.map(({ nodes }) => nodes));
  const main = parts[0]!;
  const metadata = new Map<string, string>();
  const warnings = graphs.length > 1 ? [`The file holds ${graphs.length} graphs; the first is shown.`] : [];
  const described = (stored: Uint8Array): void => {
    try {
      for (const [name, said] of modelMetadata(stored, bytes, main.inputs[0])) metadata.set(name, said);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      warnings.push(`What the file says of itself in its metadata cannot be read: ${error.message}`);
    }
  };
  if (model.has(3)) metadata.set('description', model.text(3));
  for (const entry of model.tables(6, 'Metadata', 256, (i) => `metadata ${i}`)) {
    const stored = buffers[entry.uint(1)]?.bytes(0);
    const name = entry.text(0);
    if (name === 'TFLITE_METADATA' && stored) described(stored);
    else metadata.set(name, jsonIn(stored) ?? `${stored?.length ?? 0} bytes`);
  }
  return {
    format: 'tflite',
    name: graphs[0]!.text(4),
    producer: metadata.get('description') ?? '',
    opsets: new Map([['', version]]),
    ...main,
    metadata,
    warnings,
  };
}

/** What a short buffer holds, where it is the text of a JSON object; other metadata are of any kind, named by their size. */
function jsonIn(stored: Uint8Array | undefined): string | undefined {
  if (stored?.[0] !== 0x7b || stored.length > 65536) return undefined;
  const decoded = utf8Decode(stored);
  return 'text' in decoded ? decoded.text : undefined;
}

/** The operator: the old one-byte field and the new one hold the same number, saturated at 127 in the old. */
function readCode(table: Table): OperatorCode {
  const number = Math.max(table.byte(0), table.int(3));
  if (number === 32) return { kind: `CUSTOM:${table.text(1)}`, builtin: undefined };
  const builtin = operators[number];
  return builtin === undefined ? { kind: `BUILTIN_${number}`, builtin: undefined } : { kind: builtin, builtin };
}

type GraphParts = Pick<Model, 'nodes' | 'inputs' | 'outputs' | 'constants' | 'values'>;

function readGraph(graph: Table, codes: readonly OperatorCode[], buffers: readonly Table[]): GraphParts {
  const values = new Map<string, ModelValue>();
  const constants = new Map<string, ModelTensor>();
  const variables = new Set<string>();
  const tensors = graph.tables(0, 'Tensor', modelLimits.entries, (i) => `tensor ${i}`);
  tensors.forEach((table, index) => {
    const value = readValue(table, String(index));
    values.set(value.name, value);
    if (table.byte(5) !== 0) variables.add(value.name);
    const data = readData(table, value, buffers);
    if (data) constants.set(value.name, data);
  });
  const reference = (index: number, where: string): string => {
    if (index < 0 || index >= tensors.length)
      throw new ModelError(`${where} names tensor ${index} of ${tensors.length}.`);
    return String(index);
  };
  const list = (id: number, what: string): string[] =>
    graph.ints(id, modelLimits.entries).map((index) => reference(index, `The ${what} of ${graph.label}`));
  const inputs = list(1, 'inputs').map((name) => values.get(name)!);
  const outputs = list(2, 'outputs');
  const nodes: readonly ModelNode[] = graph
    .tables(3, 'Operator', modelLimits.entries, (i) => `operator ${i}`)
    .map((table, index) => readOperator(table, index, codes, reference));
  const given = new Set([...inputs.map(({ name }) => name), ...constants.keys(), ...variables]);
  return { nodes: orderNodes(nodes, { given, outputs }).nodes, inputs, outputs, constants, values };
}

function readValue(table: Table, name: string): ModelValue {
  const label = table.text(3);
  const type = tensorTypes[table.ubyte(1)];
  const where = `Tensor ${name} ${label === '' ? '' : `(${quoted(label)})`}`.trim();
  if (!type) throw new ModelError(`${where} has element type ${table.ubyte(1)}, which TFLite does not define.`);
  const fixed = table.ints(0, modelLimits.rank);
  checkedElements(fixed, where);
  const signature = table.ints(7, modelLimits.rank);
  const open = signature.length === fixed.length && signature.some((size) => size < 0);
  const quantization = readQuantization(table, fixed, where);
  return {
    name,
    label,
    type,
    shape: open ? signature.map((size) => Math.max(size, -1)) : fixed,
    ...(quantization ? { quantization } : {}),
  };
}

function readQuantization(table: Table, shape: readonly number[], where: string): AffineQuantization | undefined {
  const stored = table.table(4, 'QuantizationParameters', `the quantisation of ${where}`);
  if (!stored) return undefined;
  const scale = stored.floats(2, 2 ** 20);
  if (scale.length === 0) return undefined;
  // Some writers give a bias (one axis) the axis of its filter.
  const axis = shape.length === 1 ? 0 : stored.int(6);
  const zeroPoint = stored.longs(3, 2 ** 20);
  const quantization = { scale, zeroPoint: zeroPoint.length === 0 ? scale.map(() => 0) : zeroPoint, axis };
  checkQuantization(quantization, shape, where);
  return quantization;
}

/** The tensor's constant data, or undefined where it is computed. Sparse data are written out. */
function readData(table: Table, value: ModelValue, buffers: readonly Table[]): ModelTensor | undefined {
  const index = table.uint(2);
  const buffer = buffers[index];
  const where = `tensor ${value.name}`;
  if (!buffer) throw new ModelError(`${where} keeps its data in buffer ${index} of ${buffers.length}.`);
  const bytes = bufferBytes(buffer);
  if (bytes.length === 0) return undefined;
  const type = value.type!;
  const shape = table.ints(0, modelLimits.rank);
  const base = { name: value.name, type, shape, ...(value.quantization ? { quantization: value.quantization } : {}) };
  if (bitsOf[type] === 0) return { ...base, bytes };
  const sparsity = table.table(6, 'SparsityParameters', `the sparsity of ${where}`);
  if (sparsity && bitsOf[type] >= 8) return { ...base, bytes: densified(sparsity, bytes, shape, bitsOf[type] / 8) };
  const size = Math.ceil((checkedElements(shape, where) * bitsOf[type]) / 8);
  if (bytes.length !== size)
    throw new ModelError(
      `${where} of ${shape.join(' × ') || 'one value'} (${type}) needs ${size} bytes, but buffer ${index} holds ${bytes.length}.`,
    );
  return { ...base, bytes };
}

/** A buffer's own vector, or the range of the file that large models name instead. */
function bufferBytes(buffer: Table): Uint8Array {
  const own = buffer.bytes(0);
  if (own) return own;
  const [offset, size] = [buffer.ulong(1), buffer.ulong(2)];
  if (offset <= 1 && size === 0) return new Uint8Array(0);
  buffer.file.need(offset, size, `The data of ${buffer.label}`);
  return buffer.file.bytes.subarray(offset, offset + size);
}
