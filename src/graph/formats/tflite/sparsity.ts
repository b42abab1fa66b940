// Writes out a sparse constant (SparsityParameters of schema.fbs: dense and compressed levels in traversal order, blocks) as the dense tensor it means.
import { ModelError } from '../model/model.ts';
import type { Table } from './table.ts';

interface Level {
  readonly size: number;
  /** CSR levels: where the entries of each parent begin, and their coordinates. */
  readonly segments?: readonly number[];
  readonly coordinates?: readonly number[];
}

/** Steps of the walk: a crafted file must not make it long for nothing. */
const mostSteps = 2 ** 26;

/**
 * Dense bytes of a tensor of `shape` with `width` bytes an element from its stored non-zero `values`, as TFLite's FormatConverter does.
 * Throws {@link ModelError} when levels, coordinates and values do not fit each other.
 */
export function densified(sparsity: Table, values: Uint8Array, shape: readonly number[], width: number): Uint8Array {
  const rank = shape.length;
  const order = sparsity.ints(0, 16);
  const blockMap = sparsity.ints(1, 8);
  const fail = (what: string): never => {
    throw new ModelError(`${sparsity.label} ${what}.`);
  };
  const levels = sparsity
    .tables(2, 'DimensionMetadata', 16, (i) => `level ${i} of ${sparsity.label}`)
    .map((table): Level => {
      if (table.byte(0) === 0) return { size: table.int(1) };
      const segments = indexVector(table, 2);
      const coordinates = indexVector(table, 4);
      return { size: segments.length - 1, segments, coordinates };
    });
  if (order.length !== rank + blockMap.length || levels.length !== order.length)
    fail(`has ${levels.length} levels for ${rank} axes and ${blockMap.length} blocks`);
  if (new Set(order).size !== order.length || order.some((axis) => axis < 0 || axis >= order.length))
    fail('has a traversal order that is no permutation');
  const blockSize = blockMap.map((axis, i) => {
    if (axis < 0 || axis >= rank) fail(`blocks axis ${axis} of ${rank}`);
    return levels[order[rank + i]!]!.size;
  });
  const dense = new Uint8Array(shape.reduce((product, size) => product * size, width));
  const place = order.map(() => 0);
  let steps = 0;
  const leaf = (entry: number): void => {
    const position = shape.map(() => 0);
    order.forEach((axis, level) => {
      if (axis < rank) position[axis] = place[level]!;
    });
    blockMap.forEach((axis, i) => {
      const level = order.indexOf(rank + i);
      position[axis] = position[axis]! * blockSize[i]! + place[level]!;
    });
    let to = 0;
    position.forEach((index, axis) => {
      if (index < 0 || index >= shape[axis]!) fail(`places a value at ${index} of ${shape[axis]} along axis ${axis}`);
      to = to * shape[axis]! + index;
    });
    if ((entry + 1) * width > values.length) fail(`places more values than the ${values.length / width} stored`);
    dense.set(values.subarray(entry * width, (entry + 1) * width), to * width);
  };
  const walk = (level: number, parent: number): void => {
    if (++steps > mostSteps) fail('takes too many steps to write out');
    if (level === levels.length) return leaf(parent);
    const { size, segments, coordinates } = levels[level]!;
    if (!segments || !coordinates) {
      for (let i = 0; i < size; i++) {
        place[level] = i;
        walk(level + 1, parent * size + i);
      }
      return;
    }
    const from = segments[parent];
    const to = segments[parent + 1];
    if (from === undefined || to === undefined || from < 0 || to > coordinates.length)
      return fail('has segments that do not fit');
    for (let i = from; i < to; i++) {
      place[level] = coordinates[i]!;
      walk(level + 1, i);
    }
  };
  walk(0, 0);
  return dense;
}

/** SparseIndexVector union at `id` (type) and `id + 1` (table): 1 int32, 2 uint16, 3 uint8. */
function indexVector(table: Table, id: number): number[] {
  const kind = table.ubyte(id);
  const vector = table.table(id + 1, `SparseIndexVector${kind}`);
  const most = 2 ** 26;
  if (vector && kind === 1) return vector.ints(0, most);
  if (vector && kind === 2) return vector.ushorts(0, most);
  if (vector && kind === 3) return [...(vector.bytes(0) ?? [])];
  throw new ModelError(`${table.label} lacks its segments or coordinates.`);
}
