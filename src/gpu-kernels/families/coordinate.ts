// `axisMeans` and `coordinateGate`: coordinate attention (arXiv 2103.02907 §3.2), whose gates are one per row and one per column.
import type { Shape } from '../op.ts';
import type { Numbers, Rider } from '../step.ts';
import type { FamilyOf, NoAttrs } from './family.ts';
import { loaded, ride, shapeOf, stored } from './riders.ts';
import { convolve, onePoint } from './window.ts';

/** inputs `[map]` `[N, H, W, C]`; output `[N, H + W, 1, C]`: the mean of each row, then of each column. */
export const axisMeans: FamilyOf<NoAttrs> = {
  reference(step, data) {
    const [batch, height, width, channels] = shapeOf(step.inputs[0]) as [number, number, number, number];
    const x = loaded(step, data);
    const lines = height + width;
    const values = new Float64Array(batch * lines * channels);
    for (let i = 0; i < x.length; i++) {
      const [c, pixel] = [i % channels, Math.floor(i / channels)];
      const [column, row] = [pixel % width, Math.floor(pixel / width) % height];
      const first = Math.floor(pixel / (width * height)) * lines;
      const [atRow, atColumn] = [(first + row) * channels + c, (first + height + column) * channels + c];
      values[atRow] = values[atRow]! + x[i]! / width;
      values[atColumn] = values[atColumn]! + x[i]! / height;
    }
    return stored(step, values, data);
  },
};

/**
 * inputs `[means]` `[N, rows + columns, 1, C]`; outputs `[N, rows, 1, O]` and `[N, 1, columns, O]`.
 * weights: `w1` `[R, C]`, `b1` `[R]`, then `w2`, `b2` for rows and `w3`, `b3` for columns (`[O, R]`, `[O]`).
 * `act` riders after the first layer, `epilogue` riders (the gate function) after the second; unary only.
 */
export interface CoordinateGateAttrs {
  readonly rows: number;
  readonly hidden: number;
  readonly act: readonly Rider[];
}

export const coordinateGate: FamilyOf<CoordinateGateAttrs> = {
  reference(step, data) {
    const w = (role: string): Numbers => data.weights[role] as Numbers;
    const { rows, hidden, act } = step.attrs;
    const input = shapeOf(step.inputs[0]);
    const [batch, lines] = input as [number, number];
    const layer = (x: Numbers, from: Shape, to: Shape, n: 1 | 2 | 3): Float64Array =>
      convolve({ x, input: from, output: to, weight: w(`w${n}`), bias: w(`b${n}`), window: onePoint(), groups: 1 });
    const wide: Shape = [batch, lines, 1, hidden];
    const inner = ride(act, layer(loaded(step, data), input, wide, 1), wide, step, data);
    const part = (first: number, count: number): Float64Array =>
      Float64Array.from({ length: batch * count * hidden }, (_, i) => {
        const line = Math.floor(i / hidden);
        return inner[(Math.floor(line / count) * lines + first + (line % count)) * hidden + (i % hidden)]!;
      });
    return [
      [0, rows, 2],
      [rows, lines - rows, 3],
    ].map(([first, count, n], i) => {
      const output = shapeOf(step.outputs[i]);
      const values = layer(part(first!, count!), [...output.slice(0, 3), hidden], output, n as 2 | 3);
      return ride(step.epilogue, values, output, step, data);
    });
  },
};
