// A model file as a viewer shows it: its own nodes, values and free texts, exactly as they stand in the file, as plain data.
import { foldByName } from '../fold-by-name.ts';
import { nodeNames } from '../convert/names.ts';
import { kindsOf } from '../open.ts';
import { evaluate } from './evaluate.ts';
import type { AffineQuantization, Model, ModelAttribute } from './model.ts';

export interface OutlineNode {
  readonly name: string;
  readonly kind: string;
  /** Keys of {@link Outline.values}; '' for an operand that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly (readonly [name: string, text: string])[];
  /** Why it has no operator here: ends a sentence that begins with the node. */
  readonly reason?: string;
  readonly block: number;
}

export interface OutlineValue {
  readonly label: string;
  /** `float32[1, 3, 224, 224]`; a dimension that is open is `?`. */
  readonly type: string;
  readonly quantization?: string;
  readonly constant: boolean;
}

export interface Outline {
  readonly nodes: readonly OutlineNode[];
  /** Nodes that follow each other under one name, half-open. */
  readonly blocks: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  readonly values: ReadonlyMap<string, OutlineValue>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Name → text: format, producer, versions, and what the file says of itself. */
  readonly facts: readonly (readonly [name: string, text: string])[];
}

/** Characters of a text out of a file that are shown. */
const longest = 2000;
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

export function outlineOf(model: Model): Outline {
  const { known, unsupported } = evaluate(model, kindsOf(model));
  const reasons = new Map(unsupported.map(({ node, reason }) => [node, reason]));
  const names = nodeNames(model);
  const values = new Map<string, OutlineValue>();
  const describe = (key: string): void => {
    if (key === '' || values.has(key)) return;
    const declared = model.values.get(key);
    const found = known.get(key);
    const constant = model.constants.get(key);
    const type = constant?.type ?? found?.type ?? declared?.type ?? 'unknown';
    const shape = constant?.shape ?? found?.shape ?? declared?.shape;
    const quantization = constant?.quantization ?? declared?.quantization;
    values.set(key, {
      label: cut(declared?.label ?? key),
      type: `${type}${shape ? `[${shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]` : ''}`,
      constant: constant !== undefined,
      ...(quantization && quantization.scale.length > 0 && { quantization: quantizationText(quantization) }),
    });
  };
  const { inputs: fed, outputs } = model;
  [...fed.map(({ name }) => name), ...outputs].forEach(describe);
  for (const node of model.nodes) [...node.inputs, ...node.outputs].forEach(describe);
  const paths = model.nodes.map((node) => names.node(node));
  const blocks = foldByName(
    model.nodes.map(({ kind }, at) => ({
      path: paths[at]!,
      isProduct: /conv|gemm|matmul|fully_connected/i.test(kind),
    })),
  );
  const blockOf = blocks.flatMap(({ from, to }, block) => Array.from({ length: to - from }, () => block));
  return {
    nodes: model.nodes.map((node, at) => {
      const reason = reasons.get(node);
      return {
        name: cut(node.name === '' ? paths[at]! : node.name),
        kind: cut(node.kind),
        inputs: node.inputs,
        outputs: node.outputs,
        attributes: [...node.attributes].map(([name, value]) => [cut(name), attributeText(value)] as const),
        ...(reason !== undefined && { reason }),
        block: blockOf[at] ?? 0,
      };
    }),
    blocks,
    values,
    inputs: fed.map(({ name }) => name),
    outputs,
    facts: [
      ['Format', model.format === 'onnx' ? 'ONNX' : 'TensorFlow Lite'],
      ['Producer', cut(model.producer)],
      ...[...model.opsets].map(
        ([domain, version]) =>
          [model.format === 'onnx' ? `Operators ${domain || 'ai.onnx'}` : 'Schema', String(version)] as const,
      ),
      ...[...model.metadata].map(([name, text]) => [cut(name), cut(text)] as const),
    ],
  };
}

function attributeText(value: ModelAttribute): string {
  if (typeof value !== 'object') return cut(String(value));
  if ('bytes' in value) return `${value.type}[${value.shape.join(', ')}]`;
  return cut(value.join(', '));
}

/** `0.0078 · (q − 128)`, or how many of them along which axis. */
function quantizationText({ scale, zeroPoint, axis }: AffineQuantization): string {
  if (scale.length === 1) return `${Number(scale[0]!.toPrecision(6))} · (q − ${zeroPoint[0] ?? 0})`;
  const ends = [Math.min(...scale), Math.max(...scale)].map((x) => Number(x.toPrecision(3)));
  return `${scale.length} scales along axis ${axis}, ${ends.join(' to ')}`;
}
