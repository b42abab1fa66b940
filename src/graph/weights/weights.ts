// Puts a checkpoint's tensors into a net by state-dict name: all of them or none, with a full account of what does not fit.
import type { Shape } from '../../gpu-kernels/op.ts';
import { floatValues, isFloat, type StoredTensor } from '../formats/safetensors/read.ts';
import type { InferredGraph, Params } from '../ir/graph.ts';
import { unsoundWeights } from './soundness.ts';
import { byWantedNames } from './tensor-names.ts';

export interface Mismatch {
  /** Names that the net has and the file lacks. */
  readonly missing: readonly string[];
  /** Names that the file has and the net lacks. */
  readonly unexpected: readonly string[];
  readonly wrongShape: readonly { readonly name: string; readonly expected: Shape; readonly found: Shape }[];
  /** Tensors of a dtype that is no float. */
  readonly wrongDtype: readonly { readonly name: string; readonly dtype: string }[];
  /** What else keeps the file from being this net's, a sentence each: the net twice, or values that are no numbers. */
  readonly refused?: readonly string[];
  /** The names and shapes are this net's; the values are not usable. */
  readonly fitsByName?: true;
}

export interface Loaded {
  readonly params: Params;
  /** What was left out to make names fit, a sentence each. */
  readonly notes: readonly string[];
}

export type LoadedWeights = Loaded | Mismatch;

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

/**
 * Loads by name, prefixes and wrappers of training programs left out. On any mismatch nothing is loaded and the whole list comes back;
 * {@link describeMismatch} words it.
 */
export function loadWeights(graph: InferredGraph, stored: ReadonlyMap<string, StoredTensor>): LoadedWeights {
  const wanted = graphParams(graph);
  const names = new Set(wanted.map((param) => param.name));
  const { tensors, prefix, outside, rivals } = byWantedNames(stored, names);
  const missing: string[] = [];
  const wrongShape: { name: string; expected: Shape; found: Shape }[] = [];
  const wrongDtype: { name: string; dtype: string }[] = [];
  for (const { name, shape } of wanted) {
    const tensor = tensors.get(name);
    if (!tensor) missing.push(name);
    else if (!sameShape(tensor.shape, shape)) wrongShape.push({ name, expected: shape, found: tensor.shape });
    else if (!isFloat(tensor.dtype)) wrongDtype.push({ name, dtype: tensor.dtype });
  }
  // What is no plain float cannot be a layer's weights: masks and scales of other programs say nothing about the net.
  const unexpected = [...tensors].flatMap(([name, { dtype }]) => (!names.has(name) && isFloat(dtype) ? [name] : []));
  const twice = rivals.map(
    (other) => `the net is twice in the file, once ${under(prefix)} and once ${under(other)}; keep one of them`,
  );
  const mismatch = { missing, unexpected, wrongShape, wrongDtype };
  if (missing.length + unexpected.length + wrongShape.length + wrongDtype.length + twice.length > 0)
    return { ...mismatch, ...(twice.length > 0 && { refused: twice }) };
  const params = new Map(wanted.map(({ name }) => [name, floatValues(tensors.get(name) as StoredTensor)]));
  const unsound = unsoundWeights(params);
  if (unsound !== undefined) return { ...mismatch, refused: [unsound], fitsByName: true };
  return { params, notes: notesOf(prefix, outside) };
}

const under = (prefix: string): string => (prefix === '' ? 'with bare names' : `under "${prefix}"`);

function notesOf(prefix: string, outside: readonly string[]): string[] {
  if (prefix === '') return [];
  const left =
    outside.length === 0 ? '' : `; ${outside.length} tensors outside of it were left alone (${outside[0] ?? ''})`;
  return [`The names in the file begin with "${prefix}"${left}.`];
}

/** One sentence per kind of mismatch, each with at most `most` names. */
export function describeMismatch(mismatch: Mismatch, most = 5): string[] {
  const list = (names: readonly string[]): string =>
    names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
  const lines: string[] = [];
  const { missing, unexpected, wrongShape, wrongDtype, refused = [] } = mismatch;
  lines.push(...refused);
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
