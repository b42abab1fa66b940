// Puts a checkpoint's tensors into a net by state-dict name: all of them or none, with a full account of what does not fit.
import type { Shape } from '../../gpu-kernels/op.ts';
import { floatValues, isFloat, type StoredTensor } from '../formats/safetensors/read.ts';
import type { InferredGraph, Params } from '../ir/graph.ts';

export type { Params } from '../ir/graph.ts';

export interface Mismatch {
  /** Names that the net has and the file lacks. */
  readonly missing: readonly string[];
  /** Names that the file has and the net lacks. */
  readonly unexpected: readonly string[];
  readonly wrongShape: readonly { readonly name: string; readonly expected: Shape; readonly found: Shape }[];
  /** Tensors of a dtype that is no float. */
  readonly wrongDtype: readonly { readonly name: string; readonly dtype: string }[];
}

export type LoadedWeights = { readonly params: Params } | Mismatch;

export interface ParamFacts {
  readonly name: string;
  readonly shape: Shape;
  readonly trainable: boolean;
}

/** Every tensor that the net reads, once each, in graph order; running statistics and fixed tables included. */
export function graphParams(graph: InferredGraph): ParamFacts[] {
  const byName = new Map<string, ParamFacts>();
  for (const node of graph.nodes) {
    for (const { name, shape, trainable } of graph.facts.get(node.id)?.params ?? []) {
      if (!byName.has(name)) byName.set(name, { name, shape, trainable });
    }
  }
  return [...byName.values()];
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

/** PyTorch's step counters: stored beside every batch norm, never read in inference. */
const isCounter = (name: string): boolean => name === 'num_batches_tracked' || name.endsWith('.num_batches_tracked');

/** Loads by name. On any mismatch nothing is decoded and the whole list comes back; {@link describeMismatch} words it. */
export function loadWeights(graph: InferredGraph, tensors: ReadonlyMap<string, StoredTensor>): LoadedWeights {
  const wanted = graphParams(graph);
  const names = new Set(wanted.map((param) => param.name));
  const missing: string[] = [];
  const wrongShape: { name: string; expected: Shape; found: Shape }[] = [];
  const wrongDtype: { name: string; dtype: string }[] = [];
  for (const { name, shape } of wanted) {
    const tensor = tensors.get(name);
    if (!tensor) missing.push(name);
    else if (!sameShape(tensor.shape, shape)) wrongShape.push({ name, expected: shape, found: tensor.shape });
    else if (!isFloat(tensor.dtype)) wrongDtype.push({ name, dtype: tensor.dtype });
  }
  // What is no plain float cannot be a layer's weights: counters, masks and scales of other programs say nothing about the net.
  const unexpected = [...tensors.values()].flatMap(({ name, dtype }) =>
    !names.has(name) && !isCounter(name) && isFloat(dtype) ? [name] : [],
  );
  if (missing.length + unexpected.length + wrongShape.length + wrongDtype.length > 0) {
    return { missing, unexpected, wrongShape, wrongDtype };
  }
  return { params: new Map(wanted.map(({ name }) => [name, floatValues(tensors.get(name) as StoredTensor)])) };
}

/** One sentence per kind of mismatch, each with at most `most` names. */
export function describeMismatch(mismatch: Mismatch, most = 5): string[] {
  const list = (names: readonly string[]): string =>
    names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  const lines: string[] = [];
  const { missing, unexpected, wrongShape, wrongDtype } = mismatch;
  if (missing.length > 0) lines.push(`${missing.length} missing from the file: ${list(missing)}`);
  if (unexpected.length > 0)
    lines.push(`${unexpected.length} in the file that the net does not have: ${list(unexpected)}`);
  if (wrongShape.length > 0) {
    const shapes = wrongShape.map(
      ({ name, expected, found }) => `${name} is [${found.join(', ')}], the net needs [${expected.join(', ')}]`,
    );
    lines.push(`${wrongShape.length} of another shape: ${list(shapes)}`);
  }
  if (wrongDtype.length > 0) {
    lines.push(
      `${wrongDtype.length} of a dtype that is no float: ${list(wrongDtype.map(({ name, dtype }) => `${name} (${dtype})`))}`,
    );
  }
  return lines;
}
