// Pieces of normalisation that training needs by themselves: mean and variance of a set of elements, and where each set lies.
import { elements, ShapeError, type Shape } from '../op.ts';
import { moments } from '../ops/moments.ts';
import { channelsOf, printShape } from '../ops/operands.ts';
import { numbers } from '../numbers.ts';
import { formula } from './gradient.ts';

/** Which elements share a mean: a channel over the whole batch, a group of channels of one picture, or the channels of one pixel. */
export type Over =
  { readonly over: 'batch' } | { readonly over: 'group'; readonly groups: number } | { readonly over: 'row' };

/** Shape of a value with one element a set; it broadcasts against the input, except where a group holds several channels. */
export function setsShape(input: Shape, a: Over): Shape {
  if (a.over === 'row') return [...input.slice(0, -1), 1];
  const ones = input.slice(1, -1).map(() => 1);
  if (a.over === 'batch') return [1, ...ones, channelsOf(input)];
  if (channelsOf(input) % a.groups !== 0)
    throw new ShapeError(`${printShape(input)} has no ${a.groups} groups of channels`, 'use a divisor of the channels');
  return [input[0] as number, ...ones, a.groups];
}

/** Runs of neighbouring elements of one set: `rows` of `width`, `stride` apart from `from`. */
export interface ElementSet {
  readonly from: number;
  readonly rows: number;
  readonly stride: number;
  readonly width: number;
  /** First channel. */
  readonly channel: number;
}

/** Calls `visit` for each set, in the order of {@link setsShape}. */
export function eachSet(input: Shape, a: Over, visit: (set: ElementSet, index: number) => void): void {
  const channels = channelsOf(input);
  const rows = elements(input) / channels;
  if (a.over === 'row') {
    for (let row = 0; row < rows; row++)
      visit({ from: row * channels, rows: 1, stride: channels, width: channels, channel: 0 }, row);
  } else if (a.over === 'batch') {
    for (let c = 0; c < channels; c++) visit({ from: c, rows, stride: channels, width: 1, channel: c }, c);
  } else {
    const pixels = rows / (input[0] as number);
    const width = channels / a.groups;
    for (let n = 0, index = 0; n < (input[0] as number); n++)
      for (let group = 0; group < a.groups; group++, index++) {
        const channel = group * width;
        visit({ from: n * pixels * channels + channel, rows: pixels, stride: channels, width, channel }, index);
      }
  }
}

const statistic = (name: string, of: 'mean' | 'variance') =>
  formula<Over>({
    name,
    shape: ([input], a) => setsShape(input as Shape, a),
    reference([x], _params, { inputs: [input], output, attrs: a }) {
      const result = numbers(elements(output));
      eachSet(input as Shape, a, ({ from, rows, stride, width }, index) => {
        result[index] = moments(x as Float32Array, from, rows, stride, width)[of];
      });
      return result;
    },
  });

/** Mean of each set. */
export const setMean = statistic('set_mean', 'mean');
/** Biased variance of each set: the mean is taken off first. */
export const setVariance = statistic('set_variance', 'variance');

/** Elements of one set. */
export const setSize = (input: Shape, a: Over): number => elements(input) / elements(setsShape(input, a));

/** Calls `visit` with each element's place, its channel and the number of its set. */
export function eachElement(input: Shape, a: Over, visit: (at: number, channel: number, set: number) => void): void {
  eachSet(input, a, ({ from, rows, stride, width, channel }, index) => {
    for (let row = 0, start = from; row < rows; row++, start += stride)
      for (let i = 0; i < width; i++) visit(start + i, channel + i, index);
  });
}
