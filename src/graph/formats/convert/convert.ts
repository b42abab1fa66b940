// Turns a model file into a graph of our ops with its weights, by named passes, or says exactly which nodes no op of ours says.
import type { InferredGraph } from '../../ir/graph.ts';
import { GraphBuilder } from '../../ir/builder.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';
import { Call, NotFollowed, type Known } from '../model/call.ts';
import { evaluate } from '../model/evaluate.ts';
import { ModelError, type Model, type ModelNode } from '../model/model.ts';
import { isFloatType, type Tensor } from '../model/tensor.ts';
import { kindsOf } from '../open.ts';
import { real } from '../tflite/kinds/real.ts';
import { channelLast, Emitter, nodeShape, straight, Unfit } from './emitter.ts';
import { nodeNames } from './names.ts';
import { onnxRules } from './onnx.ts';
import { cleaned, graphPasses } from './passes.ts';
import { Context } from './rule.ts';
import { tfliteRules } from './tflite.ts';

/** Where a value of the file stands in the graph: axis k of the node is axis `order[k]` of the file. */
export interface HeldValue {
  readonly name: string;
  readonly node: string;
  readonly order: readonly number[];
  /** In the file's own order. */
  readonly shape: Shape;
}

export interface Unconverted {
  readonly node: ModelNode;
  /** Ends a sentence that begins with the node. */
  readonly reason: string;
}

/** What a pass did, for printing. */
export interface PassReport {
  readonly name: string;
  readonly doc: string;
  readonly changes: number;
}

export interface Conversion {
  readonly graph: InferredGraph;
  readonly params: ReadonlyMap<string, Float32Array>;
  readonly inputs: readonly HeldValue[];
  readonly outputs: readonly HeldValue[];
  /** Values of the file that a node of the graph holds, by name. */
  readonly values: ReadonlyMap<string, HeldValue>;
  readonly passes: readonly PassReport[];
  /** Node id → place in the file's own order of the node that it computes a part of. */
  readonly origins: ReadonlyMap<string, number>;
}

export type Converted =
  Conversion | { readonly unconverted: readonly Unconverted[]; readonly passes: readonly PassReport[] };

export interface ConvertOptions {
  readonly name?: string;
  /** Shapes of inputs whose file leaves dimensions open. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  readonly progress?: (done: number, of: number) => void;
}

/** Throws {@link ModelError} for a file that makes no sense whatever it is converted to. */
export function convertModel(model: Model, options: ConvertOptions = {}): Converted {
  const { known, unsupported } = evaluate(model, kindsOf(model), options);
  const wanted = reached(model, known);
  const passes: PassReport[] = [
    { name: 'shapes', doc: 'Shapes of all values follow from those of the inputs.', changes: known.size },
    { name: 'constants', doc: 'Values that do not depend on the input are computed.', changes: folded(model, known) },
    { name: 'dead-code', doc: 'Nodes that no output needs are left out.', changes: model.nodes.length - wanted.size },
  ];
  const listed = new Map(unsupported.map(({ node, reason }) => [node, reason]));
  const e = new Emitter();
  const unconverted: Unconverted[] = [];
  const names = nodeNames(model);
  for (const { name } of model.inputs) {
    const info = known.get(name);
    if (!info || !isUsed(model, wanted, name)) continue;
    if (!isFloatType(info.type)) {
      const reader = model.nodes.find((node) => wanted.has(node) && node.inputs.includes(name));
      if (reader)
        unconverted.push({ node: reader, reason: `reads the input as ${info.type}, which no op of ours does` });
      continue;
    }
    const order = looksLikePicture(info.shape) ? channelLast(4) : straight(info.shape.length);
    e.begin(-1, names.value(name));
    e.values.set(name, { id: e.add('input', { shape: nodeShape(order, info.shape) }, []), order, shape: info.shape });
  }
  model.nodes.forEach((node, place) => {
    options.progress?.(place, model.nodes.length);
    if (!wanted.has(node) || node.outputs.every((name) => hasTensor(known.get(name)))) return;
    e.begin(node.index, names.node(node));
    const reason = convertNode(e, model, node, known, listed.get(node));
    if (reason !== undefined) unconverted.push({ node, reason });
  });
  const missing = model.outputs.filter((name) => !e.values.has(name));
  if (model.outputs.length === 0) throw new ModelError('It names no outputs, so there is nothing to compute.');
  const fixed = missing.find((name) => hasTensor(known.get(name)));
  if (unconverted.length === 0 && fixed !== undefined)
    throw new ModelError(`Its output "${fixed}" does not depend on an input, so there is no net to run.`);
  if (unconverted.length > 0 || missing.length > 0) return { unconverted, passes };
  passes.push({
    name: 'layout',
    doc: 'Maps lie channel-last; transposes that are left move data.',
    changes: e.transposes,
  });
  return finished(e, model, passes, options.name ?? model.name);
}

const isUsed = (model: Model, wanted: ReadonlySet<ModelNode>, name: string): boolean =>
  model.outputs.includes(name) || model.nodes.some((node) => wanted.has(node) && node.inputs.includes(name));

/** Channel-first pictures: their inputs are kept channel-last, as ours are. */
const looksLikePicture = (shape: Shape): boolean =>
  shape.length === 4 && [1, 3, 4].includes(shape[1]!) && !([1, 3, 4].includes(shape[3]!) && shape[1]! >= 8);

/** Nodes that an output needs; those behind constants are not. */
function reached(model: Model, known: ReadonlyMap<string, Known>): ReadonlySet<ModelNode> {
  const writer = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const wanted = new Set<ModelNode>();
  const waiting = [...model.outputs];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = writer.get(name);
    if (!node || wanted.has(node) || hasTensor(known.get(name))) continue;
    wanted.add(node);
    waiting.push(...node.inputs);
  }
  return wanted;
}

const hasTensor = (info: Known | undefined): boolean => info !== undefined && 'tensor' in info;
const folded = (model: Model, known: ReadonlyMap<string, Known>): number =>
  model.nodes.filter((node) => node.outputs.some((name) => hasTensor(known.get(name)))).length;

/** Undefined where the node is converted, or waits for one that is not. */
function convertNode(
  e: Emitter,
  model: Model,
  node: ModelNode,
  known: ReadonlyMap<string, Known>,
  listed: string | undefined,
): string | undefined {
  if (listed !== undefined) return listed;
  const operands = node.inputs.map((name) => known.get(name));
  const waits = node.inputs.some((name) => name !== '' && !e.values.has(name) && !hasTensor(known.get(name)));
  if (waits) return undefined;
  const rule = (model.format === 'onnx' ? onnxRules : tfliteRules)[node.kind];
  const kind = kindsOf(model).get(node.kind);
  if (!rule || !kind) return 'has no op of ours';
  const quantized = node.outputs.some((name) => known.get(name)?.quantization && !isFloatType(known.get(name)!.type));
  if (quantized) return 'computes in integers, which is not converted';
  const call = new Call(node, model.opsets.get('') ?? 1, operands);
  const constant = (index: number): Tensor | undefined => {
    const info = operands[index];
    if (!info || !hasTensor(info)) return undefined;
    return model.format === 'tflite' ? real(call, index) : info.tensor;
  };
  const shapes = node.outputs.map((name) => known.get(name)?.shape);
  try {
    rule(new Context(e, call, kind, constant, shapes)).forEach((val, i) => {
      const name = node.outputs[i];
      if (name) e.values.set(name, val);
    });
    return undefined;
  } catch (error) {
    if (error instanceof Unfit || error instanceof NotFollowed) return error.message;
    throw error;
  }
}

function finished(e: Emitter, model: Model, passes: PassReport[], name: string): Conversion {
  const outputs = new Set(model.outputs.map((value) => e.values.get(value)!.id));
  let kept = cleaned(e.drafts, outputs);
  for (const { name: pass, doc, run } of graphPasses) {
    const { drafts, changes } = run(kept, outputs);
    kept = cleaned(drafts, outputs);
    passes.push({ name: pass, doc, changes });
  }
  const builder = new GraphBuilder(name);
  const params = new Map<string, Float32Array>();
  for (const draft of kept) {
    if (draft.op === 'input') builder.input(draft.shape, draft.id);
    else builder.add(draft.id, draft.op, draft.attrs, draft.inputs);
    for (const { role, name: parameter } of builder.facts.get(draft.id)!.params)
      params.set(parameter, draft.params[role]!);
  }
  const ids = new Set(kept.map(({ id }) => id));
  const places = new Map(
    [...e.values].flatMap(([value, { id, order, shape }]) =>
      ids.has(id) ? [[value, { name: value, node: id, order, shape }] as const] : [],
    ),
  );
  builder.outputs.push(...new Set(model.outputs.map((value) => places.get(value)!.node)));
  return {
    graph: builder.graph(),
    params,
    inputs: model.inputs.flatMap((value) => places.get(value.name) ?? []),
    outputs: model.outputs.map((value) => places.get(value)!),
    values: places,
    passes,
    origins: new Map(kept.map(({ id, from }) => [id, from])),
  };
}
