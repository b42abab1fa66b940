// The two ops that most derivatives end in: sums over broadcast axes, and weighted taps along one axis (the adjoint of every pool and resize).
import { elements, ShapeError, type Shape } from '../op.ts';
import { around, printShape } from '../ops/operands.ts';
import { numbers } from '../numbers.ts';
import { formula, type GradientBuilder } from './gradient.ts';

/** Sum over the axes that `shape` lacks or has as 1, aligned at the last axis. */
export const sumTo = formula<{ readonly shape: Shape }>({
  name: 'sum_to',
  shape([input], { shape }) {
    const from = input as Shape;
    const fits = shape.every((size, i) => size === 1 || size === from[from.length - shape.length + i]);
    if (!fits || shape.length > from.length)
      throw new ShapeError(`${printShape(from)} cannot be summed to ${printShape(shape)}`);
    return shape;
  },
  reference([x], _params, { inputs: [input], output }) {
    const from = input as Shape;
    const aligned = [...new Array<number>(from.length - output.length).fill(1), ...output];
    // Place in the sum of each element, axis by axis; the last axis is the inner loop.
    let places = Int32Array.of(0);
    let stride = elements(output);
    const strides = aligned.map((size) => (stride /= size));
    from.slice(0, -1).forEach((size, axis) => {
      const step = aligned[axis] === 1 ? 0 : (strides[axis] as number);
      const next = new Int32Array(places.length * size);
      for (let i = 0, to = 0; i < places.length; i++)
        for (let k = 0; k < size; k++) next[to++] = (places[i] as number) + k * step;
      places = next;
    });
    const last = from.at(-1) as number;
    const step = aligned.at(-1) === 1 ? 0 : 1;
    const sums = new Float64Array(elements(output));
    for (let row = 0, at = 0; row < places.length; row++)
      for (let k = 0, to = places[row] as number; k < last; k++, at++, to += step)
        sums[to] = (sums[to] as number) + ((x as Float32Array)[at] as number);
    return numbers(sums);
  },
});

/** The value itself where it has the shape already. */
export const summed = (g: GradientBuilder, id: string, shape: Shape): string =>
  g.shape(id).join() === shape.join() ? id : g.add(sumTo, { shape }, [id]);

/** Where an element along an axis comes from, and with which weight. */
export type Tap = readonly [from: number, weight: number];
/** AxisTaps of each element of the result along one axis. */
export type AxisTaps = readonly (readonly Tap[])[];

/** y[…, i, …] = Σ over the taps of i of weight · x[…, from, …] along `axis`; the axis gets as many elements as there are lists. */
export const alongAxis = formula<{ readonly axis: number; readonly taps: AxisTaps }>({
  name: 'along_axis',
  shape([input], { axis, taps }) {
    const size = (input as Shape)[axis];
    if (size === undefined || taps.some((list) => list.some(([from]) => from < 0 || from >= size)))
      throw new ShapeError(`taps along axis ${axis} leave ${printShape(input as Shape)}`);
    return (input as Shape).map((length, i) => (i === axis ? taps.length : length));
  },
  reference([x], _params, { inputs: [input], output, attrs: { axis, taps } }) {
    const { outer, size, inner } = around(input as Shape, axis);
    const result = numbers(elements(output));
    const sums = new Float64Array(inner);
    let to = 0;
    for (let block = 0; block < outer; block++)
      for (const list of taps) {
        sums.fill(0);
        for (const [from, weight] of list)
          for (let i = 0, at = (block * size + from) * inner; i < inner; i++)
            sums[i] = (sums[i] as number) + weight * ((x as Float32Array)[at + i] as number);
        result.set(sums, to);
        to += inner;
      }
    return result;
  },
});

/** The adjoint of taps: for each of `size` elements of the input, the results that read it. */
export function adjoint(taps: AxisTaps, size: number): AxisTaps {
  const back = Array.from({ length: size }, (): Tap[] => []);
  taps.forEach((list, to) => list.forEach(([from, weight]) => back[from]?.push([to, weight])));
  return back;
}

/** Applies the adjoint of taps along an axis, where they are not the identity. */
export function backAlong(g: GradientBuilder, dy: string, axis: number, taps: AxisTaps, size: number): string {
  const plain =
    taps.length === size && taps.every((list, i) => list.length === 1 && list[0]?.[0] === i && list[0][1] === 1);
  return plain ? dy : g.add(alongAxis, { axis, taps: adjoint(taps, size) }, [dy]);
}
