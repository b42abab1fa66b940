// Pixels of maps, as a net computes them on the calibration pictures: the data that weights are fitted to.
import type { InferredGraph } from '../../ir/graph.ts';
import { hashOf } from '../random.ts';

/** Pixels taken of a map for each picture at most: 32 pictures then give more rows than any layer has channels. */
const most = 96;

/** Places of a map at which it is sampled for a picture: the same ones in every net, and others in every picture. */
export function placesOf(graph: InferredGraph, node: string, picture: number): readonly number[] {
  const [, height = 1, width = 1] = graph.facts.get(node)!.shape;
  const area = height * width;
  if (area <= most) return Array.from({ length: area }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.floor(((i + hashOf(picture, i, area) / 2 ** 32) * area) / most));
}

/** Rows of one length, appended to. */
export class Rows {
  count = 0;
  #values = new Float32Array(0);

  constructor(readonly length: number) {}

  /** The rows so far, one after the other. */
  get values(): Float32Array {
    return this.#values.subarray(0, this.count * this.length);
  }

  /** Adds the pixels of a map (channel last) at some places. */
  add(map: Float32Array, places: readonly number[]): void {
    const needed = (this.count + places.length) * this.length;
    if (needed > this.#values.length) {
      const grown = new Float32Array(Math.max(needed, 2 * this.#values.length));
      grown.set(this.#values);
      this.#values = grown;
    }
    for (const place of places)
      this.#values.set(map.subarray(place * this.length, (place + 1) * this.length), this.count++ * this.length);
  }
}

export function meanOf({ values, count, length }: Rows): Float64Array {
  const mean = new Float64Array(length);
  for (let row = 0; row < count; row++)
    for (let c = 0; c < length; c++) mean[c] = mean[c]! + values[row * length + c]! / count;
  return mean;
}

/** Covariance of the columns `chosen` of x with all columns of y; of x with itself only the lower half is computed and mirrored. */
export function covarianceOf(x: Rows, y: Rows): Float64Array {
  const [mx, my] = [meanOf(x), meanOf(y)];
  const [xs, ys] = [x.values, y.values];
  const result = new Float64Array(x.length * y.length);
  const centred = new Float64Array(y.length);
  for (let row = 0; row < x.count; row++) {
    for (let j = 0; j < y.length; j++) centred[j] = (ys[row * y.length + j]! - my[j]!) / x.count;
    for (let i = 0; i < x.length; i++) {
      const value = xs[row * x.length + i]! - mx[i]!;
      if (value === 0) continue;
      const end = x === y ? i + 1 : y.length;
      for (let j = 0, at = i * y.length; j < end; j++) result[at + j] = result[at + j]! + value * centred[j]!;
    }
  }
  if (x === y)
    for (let i = 0; i < x.length; i++) for (let j = 0; j < i; j++) result[j * x.length + i] = result[i * x.length + j]!;
  return result;
}

/** Variance of all columns together. */
export function varianceOf(rows: Rows): number {
  const mean = meanOf(rows);
  let sum = 0;
  const { values, length, count } = rows;
  for (let row = 0; row < count; row++)
    for (let c = 0; c < length; c++) sum += (values[row * length + c]! - mean[c]!) ** 2;
  return sum / Math.max(1, count);
}
