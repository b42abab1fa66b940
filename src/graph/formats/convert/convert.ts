// Turns a model file into a graph of our ops with its weights, by named passes, or says exactly which nodes no op of ours says.
import type { InferredGraph } from '../../ir/graph.ts';
import { GraphBuilder } from '../../ir/builder.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';
import { Call, NotFollowed, type Known } from '../model/call.ts';
import { evaluate } from '../model/evaluate.ts';
import { ModelError, quoted, type Model, type ModelNode } from '../model/model.ts';
import { isFloatType, type Tensor } from '../model/tensor.ts';
import { kindsOf } from '../open.ts';
import { real } from '../tflite/kinds/real.ts';
import { channelLast, Emitter, fedNode, nodeShape, straight, Unfit, type Val } from './emitter.ts';
import { constantSteps } from './constant-steps.ts';
import { inSteps, realOf, stepsOf, type Steps } from './integers.ts';
import { nodeNames } from './names.ts';
import { onnxRules } from './onnx.ts';
import { cleaned, graphPasses } from './passes.ts';
import { Context, type ConstantSteps } from './rule.ts';
import { tfliteRules } from './tflite.ts';

/** Where a value of the file stands in the graph: axis k of the node is axis `order[k]` of the file. */
export interface HeldValue {
  readonly name: string;
  readonly node: string;
  readonly order: readonly number[];
  /** In the file's own order. */
  readonly shape: Shape;
  /** Of an integer of the file, which is the node / scale + zero, rounded. */
  readonly stored?: Steps;
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
  const fed: HeldValue[] = [];
  for (const { name } of model.inputs) {
    const info = known.get(name);
    if (!info || !isUsed(model, wanted, name)) continue;
    const order = looksLikePicture(info.shape) ? channelLast(4) : straight(info.shape.length);
    e.begin(-1, names.value(name));
    const node = fedNode(e, name, nodeShape(order, info.shape));
    const given: Val = { id: e.shaped(node, nodeShape(order, info.shape)), order, shape: info.shape };
    const steps = stepsOf(info.type, info.quantization);
    // A picture is given in real numbers, whatever the file stores them as.
    const stored = steps ?? (isFloatType(info.type) ? undefined : { scale: 1, zero: 0, type: info.type });
    fed.push({ name, node, order, shape: info.shape, ...(stored && { stored }) });
    e.values.set(name, steps ? inSteps(e, given, steps) : stored ? { ...given, zero: 0 } : given);
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
  if (unconverted.length > 0 || missing.length > 0)
    return { unconverted: withOthers(unconverted, unsupported), passes };
  passes.push({
    name: 'layout',
    doc: 'Maps lie channel-last; transposes that are left move data.',
    changes: e.transposes,
  });
  const results = model.outputs.map((name) => resultOf(e, names.value(name), name, known.get(name)));
  return finished(e, fed, results, passes, options.name ?? model.name);
}

/** What stands in the way, and what no output needs but is not run either (writes to variables), in the file's order. */
function withOthers(unconverted: readonly Unconverted[], unsupported: readonly Unconverted[]): readonly Unconverted[] {
  const named = new Set(unconverted.map(({ node }) => node));
  const others = unsupported.filter(({ node }) => !named.has(node));
  return [...unconverted, ...others].sort((a, b) => a.node.index - b.node.index);
}

/** An output in real numbers, with how the file stores it. */
function resultOf(e: Emitter, base: string, name: string, info: Known | undefined): HeldValue {
  const val = e.values.get(name)!;
  e.begin(-1, base);
  const { id: node, order, shape } = realOf(e, val);
  const integer = info && !isFloatType(info.type);
  const stored = integer && (stepsOf(info.type, info.quantization) ?? { scale: 1, zero: 0, type: info.type });
  return { name, node, order, shape, ...(stored && { stored }) };
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
  const lost = node.inputs.flatMap((name) => model.constants.get(name)?.missing ?? [])[0];
  if (lost !== undefined)
    return `reads values that are in ${quoted(lost)}, which was not given: give both files together`;
  const waits = node.inputs.some((name) => name !== '' && !e.values.has(name) && !hasTensor(known.get(name)));
  if (waits) return undefined;
  const rule = (model.format === 'onnx' ? onnxRules : tfliteRules)[node.kind];
  const kind = kindsOf(model).get(node.kind);
  if (!rule || !kind) return 'has no op of ours';
  const types = node.outputs.map((name) => model.values.get(name)?.type);
  const call = new Call(node, model.opsets.get('') ?? 1, operands, [], types);
  const constant = (index: number): Tensor | undefined => {
    const info = operands[index];
    if (!info || !hasTensor(info)) return undefined;
    return model.format === 'tflite' ? real(call, index) : info.tensor;
  };
  const shapes = node.outputs.map((name) => known.get(name)?.shape);
  try {
    const integers = (index: number): ConstantSteps | undefined => constantSteps(model, known, node, index);
    rule(new Context(e, call, kind, constant, shapes, integers)).forEach((val, i) => {
      const name = node.outputs[i] ?? '';
      const info = known.get(name);
      const steps = info && stepsOf(info.type, info.quantization);
      if (name !== '') e.values.set(name, steps ? inSteps(e, val, steps) : val);
    });
    return undefined;
  } catch (error) {
    if (error instanceof Unfit || error instanceof NotFollowed) return error.message;
    throw error;
  }
}

function finished(
  e: Emitter,
  inputs: readonly HeldValue[],
  results: readonly HeldValue[],
  passes: PassReport[],
  name: string,
): Conversion {
  const outputs = new Set(results.map(({ node }) => node));
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
  builder.outputs.push(...outputs);
  return {
    graph: builder.graph(),
    params,
    inputs,
    outputs: results,
    values: new Map([...e.values].flatMap(([value, val]) => (ids.has(val.id) ? heldIn(value, val) : []))),
    passes,
    origins: new Map(kept.map(({ id, from }) => [id, from])),
  };
}

/** Where a node holds a value as it is, or an integer less its zero point; values whose scale is still to be applied are nowhere. */
function heldIn(name: string, { id, order, shape, scale, zero, bounds }: Val): [string, HeldValue][] {
  const whole = zero !== undefined && !bounds && typeof scale !== 'object';
  if (!whole && (scale !== undefined || bounds)) return [];
  return [
    [name, { name, node: id, order, shape, ...(whole && { stored: { scale: 1, zero, type: 'int32' as const } }) }],
  ];
}
