// Opens another program's model file by its first bytes, and says what is in it and what of it cannot be run.
import { onnxKinds } from './onnx/kinds/index.ts';
import { readOnnx } from './onnx/read.ts';
import type { Companions } from './onnx/tensor.ts';
import { tfliteKinds } from './tflite/kinds/index.ts';
import { readTflite } from './tflite/read.ts';
import type { Kind } from './model/call.ts';
import type { Evaluation } from './model/evaluate.ts';
import type { Model } from './model/model.ts';
import { computable, decoded, isFloatType } from './model/tensor.ts';

/**
 * Reads an ONNX or TFLite file; `companions` are files given beside it (ONNX keeps large weights in them).
 * Throws {@link ModelError} with a sentence for everything else.
 */
export function openModel(file: Uint8Array, companions: Companions = () => undefined): Model {
  const tflite = file.length >= 8 && String.fromCharCode(...file.subarray(4, 7)) === 'TFL';
  return tflite ? readTflite(file) : readOnnx(file, companions);
}

/** What each kind of node of a model's format means. */
export const kindsOf = (model: Model): ReadonlyMap<string, Kind> => (model.format === 'onnx' ? onnxKinds : tfliteKinds);

export interface Report {
  /** Kind → nodes of it, the most frequent first. */
  readonly kinds: readonly (readonly [kind: string, nodes: number])[];
  /** Nodes that are not run, and why. */
  readonly unsupported: readonly {
    readonly index: number;
    readonly name: string;
    readonly kind: string;
    readonly reason: string;
  }[];
  /** Constants of types that are not computed, or whose bytes are in a file that was not given. */
  readonly unread: readonly { readonly name: string; readonly reason: string }[];
  /** Constants with NaN or infinite values: every result they reach is spoiled. */
  readonly nonFinite: readonly { readonly name: string; readonly nan: number; readonly infinite: number }[];
  /** Type → constants of it and their bytes. */
  readonly constants: readonly { readonly type: string; readonly count: number; readonly bytes: number }[];
  /** Values with a quantisation of their own: for the whole tensor, and one for each slice of an axis. */
  readonly quantized: { readonly perTensor: number; readonly perAxis: number };
}

export function reportOf(model: Model, { unsupported }: Evaluation): Report {
  const kinds = new Map<string, number>();
  for (const { kind } of model.nodes) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const types = new Map<string, { count: number; bytes: number }>();
  const unread: Report['unread'][number][] = [];
  const nonFinite: Report['nonFinite'][number][] = [];
  for (const [name, tensor] of model.constants) {
    const entry = types.get(tensor.type) ?? { count: 0, bytes: 0 };
    types.set(tensor.type, { count: entry.count + 1, bytes: entry.bytes + tensor.bytes.length });
    if (tensor.missing !== undefined)
      unread.push({ name, reason: `its values are in "${tensor.missing}", which was not given` });
    else if (!computable(tensor.type))
      unread.push({ name, reason: `its type is ${tensor.type}, which is not computed here` });
    else if (isFloatType(tensor.type)) {
      const { nan, infinite } = countNonFinite(decoded(tensor).data);
      if (nan + infinite > 0) nonFinite.push({ name, nan, infinite });
    }
  }
  const scales = [...model.values.values()].flatMap(({ quantization }) =>
    quantization ? [quantization.scale.length] : [],
  );
  return {
    kinds: [...kinds].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
    unsupported: unsupported.map(({ node, reason }) => ({
      index: node.index,
      name: node.name,
      kind: node.kind,
      reason,
    })),
    unread,
    nonFinite,
    constants: [...types].map(([type, entry]) => ({ type, ...entry })),
    quantized: { perTensor: scales.filter((n) => n === 1).length, perAxis: scales.filter((n) => n > 1).length },
  };
}

function countNonFinite(data: ArrayLike<number>): { nan: number; infinite: number } {
  let nan = 0;
  let infinite = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value !== value) nan++;
    else if (value === Infinity || value === -Infinity) infinite++;
  }
  return { nan, infinite };
}
