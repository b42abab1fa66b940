// Reads ONNX's NodeProto, AttributeProto and FunctionProto; subgraphs are walked for faults and counted, their nodes not kept.
import type { CopyBudget } from '../model/check.ts';
import { ModelError, modelLimits, type ModelAttribute, type ModelNode } from '../model/model.ts';
import type { LocalFunction } from './functions.ts';
import { readSparse, readTensor, type Companions } from './tensor.ts';
import type { WireField } from './wire.ts';

/** What is read of one message while it lasts. */
export interface Reading {
  readonly companions: Companions;
  readonly names: CopyBudget;
}

/** NodeProto. `depth`: how many subgraphs it lies in. */
export function readNode(field: WireField, index: number, reading: Reading, depth: number): ModelNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, ModelAttribute>();
  let name = '';
  let kind = '';
  let domain = '';
  let subgraphs = 0;
  for (const inner of field.fields('NodeProto')) {
    if (inner.number === 1) inputs.push(inner.text());
    else if (inner.number === 2) outputs.push(inner.text());
    else if (inner.number === 3) name = inner.text();
    else if (inner.number === 4) kind = inner.text();
    else if (inner.number === 7) domain = inner.text();
    else if (inner.number === 5) {
      const attribute = readAttribute(inner, `${kind || 'node'} ${index}`, reading, depth);
      subgraphs += attribute.subgraphs;
      if (attribute.value !== undefined) attributes.set(attribute.name, attribute.value);
    }
  }
  if (kind === '') throw new ModelError(`Node ${index} does not say which operator it is.`);
  for (const text of [name, kind, domain, ...inputs, ...outputs]) reading.names.take(text.length);
  const prefix = domain === '' || domain === 'ai.onnx' ? '' : `${domain}.`;
  return { index, name, kind: `${prefix}${kind}`, inputs, outputs, attributes, subgraphs };
}

/** AttributeProto. Subgraphs are walked for faults and counted; their nodes are not kept. */
function readAttribute(field: WireField, where: string, reading: Reading, depth: number) {
  let name = '';
  let type: number | undefined;
  let subgraphs = 0;
  let single: ModelAttribute | undefined;
  const ints: number[] = [];
  const floats: number[] = [];
  const texts: string[] = [];
  for (const inner of field.fields('AttributeProto')) {
    if (inner.number === 1) name = inner.text();
    else if (inner.number === 20) type = inner.int();
    else if (inner.number === 2) single = inner.float();
    else if (inner.number === 3) single = inner.int();
    else if (inner.number === 4) single = inner.shownText();
    else if (inner.number === 5)
      single = readTensor(inner.fields('TensorProto'), `attribute ${name} of ${where}`, reading.companions);
    else if (inner.number === 22) single = readSparse(inner.fields('SparseTensorProto'), reading.companions);
    else if (inner.number === 7) {
      const bytes = inner.fixed(4);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < bytes.length; i += 4) floats.push(view.getFloat32(i, true));
    } else if (inner.number === 8) for (const value of inner.ints()) ints.push(value);
    else if (inner.number === 9) texts.push(inner.shownText());
    else if (inner.number === 6 || inner.number === 11) {
      walkSubgraph(inner, reading, depth + 1);
      subgraphs++;
    }
  }
  // An empty list has no element to tell its kind: the type does (6 FLOATS, 7 INTS, 8 STRINGS).
  const lists: Readonly<Record<number, ModelAttribute>> = { 6: floats, 7: ints, 8: texts };
  const list = ints.length > 0 ? ints : floats.length > 0 ? floats : texts.length > 0 ? texts : undefined;
  const value = subgraphs > 0 ? undefined : (single ?? list ?? (type === undefined ? undefined : lists[type]));
  // proto3 leaves a zero out: FLOAT and INT without a value are 0, STRING is ''.
  const zero = type === 1 || type === 2 ? 0 : type === 3 ? '' : undefined;
  return { name, subgraphs, value: value ?? (subgraphs > 0 ? undefined : zero) };
}

function walkSubgraph(graph: WireField, reading: Reading, depth: number): void {
  if (depth > modelLimits.subgraphDepth)
    throw new ModelError(`Subgraphs are nested more than ${modelLimits.subgraphDepth} deep.`);
  let index = 0;
  for (const field of graph.fields('GraphProto')) {
    if (field.number === 1) readNode(field, index++, reading, depth);
    else if (field.number === 5) readTensor(field.fields('TensorProto'), 'a weight of a subgraph', reading.companions);
  }
}

/** FunctionProto: a local function that nodes of its name stand for. */
export function readFunction(field: WireField, reading: Reading): LocalFunction {
  const nodes: ModelNode[] = [];
  const inputs: string[] = [];
  const outputs: string[] = [];
  let name = '';
  let domain = '';
  for (const inner of field.fields('FunctionProto')) {
    if (inner.number === 1) name = inner.text();
    else if (inner.number === 4) inputs.push(inner.text());
    else if (inner.number === 5) outputs.push(inner.text());
    else if (inner.number === 7) nodes.push(readNode(inner, nodes.length, reading, 0));
    else if (inner.number === 10) domain = inner.text();
  }
  return { kind: domain === '' ? name : `${domain}.${name}`, inputs, outputs, nodes };
}
