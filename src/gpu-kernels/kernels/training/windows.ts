// Training kernels of windows without weights: taps along an axis from a table, means, maxima and the way back to the first of them.
import type { AxisTaps } from '../../gradients/reduce.ts';
import * as taps from '../../gradients/window-taps.ts';
import { around, type MapShape } from '../../ops/operands.ts';
import { poolWindow, type AvgPool2dAttrs, type MaxPool2dAttrs } from '../../ops/pool.ts';
import { elements } from '../../shape.ts';
import { bitsOf, eachElement, eachSum, type Lower, type Lowering, type Operand } from './lowering.ts';

/** Begin of each list, then the pairs of place and weight. */
function tableOf(axisTaps: AxisTaps): number[] {
  const begins: number[] = [];
  const pairs: number[] = [];
  for (const list of axisTaps) {
    begins.push(axisTaps.length + 1 + pairs.length);
    for (const [from, weight] of list) pairs.push(from, bitsOf(weight));
  }
  return [...begins, axisTaps.length + 1 + pairs.length, ...pairs];
}

function along(l: Lowering, x: Operand, y: Operand, axis: number, axisTaps: AxisTaps): void {
  const { size, inner } = around(x.shape, axis);
  eachElement(l, {
    kernel: 'window/taps',
    out: { y },
    in: { x },
    count: elements(y.shape),
    table: tableOf(axisTaps),
    body: `  let place = i / ${inner}u % ${axisTaps.length}u; let base_at = i / ${inner * axisTaps.length}u * ${size * inner}u + i % ${inner}u;
  var sum = 0.0;
  for (var k = word(place); k < word(place + 1u); k += 2u) { sum += bitcast<f32>(word(k + 1u)) * x(base_at + word(k) * ${inner}u); }
  set_y(i, sum);`,
  });
}

export const alongAxis: Lower<{ readonly axis: number; readonly taps: AxisTaps }> = (
  l,
  { inputs: [x], output, attrs },
) => along(l, x as Operand, output, attrs.axis, attrs.taps);

/** Rows, then columns. */
const separable =
  <A>(tapsOf: (x: Operand, y: Operand, attrs: A, axis: 0 | 1) => AxisTaps): Lower<A> =>
  (l, { id, inputs: [input], output, attrs }) => {
    const x = input as Operand;
    const rows = l.scratch(`${id}:rows`, [...x.shape.slice(0, 1), output.shape[1] as number, ...x.shape.slice(2)]);
    along(l, x, rows, 1, tapsOf(x, output, attrs, 0));
    along(l, rows, output, 2, tapsOf(x, output, attrs, 1));
  };

export const avgPool = separable<AvgPool2dAttrs>((x, _y, attrs, axis) => taps.avgPoolTaps(x.shape, attrs, axis));
export const adaptiveAvgPool = separable<{ readonly size: readonly [number, number] }>((x, _y, { size }, axis) =>
  taps.cellTaps(x.shape[axis + 1] as number, size[axis]),
);
export const blurPool = separable<Parameters<typeof taps.blurTaps>[2]>((x, y, attrs, axis) =>
  taps.blurTaps(x.shape[axis + 1] as number, y.shape[axis + 1] as number, attrs),
);
export const resize = separable<Parameters<typeof taps.resizeAxisTaps>[2]>((x, y, attrs, axis) =>
  taps.resizeAxisTaps(x.shape[axis + 1] as number, y.shape[axis + 1] as number, attrs),
);

export const mean: Lower<{ readonly axes: readonly number[] }> = (l, { inputs: [input], output, attrs: { axes } }) => {
  const x = input as Operand;
  const channels = x.shape.at(-1) as number;
  const [batch, height, width] =
    x.shape.length === 4 ? (x.shape as MapShape) : ([x.shape[0], x.shape[1], 1] as [number, number, number]);
  const overRows = axes.includes(1);
  const overColumns = axes.includes(2) && x.shape.length === 4;
  const outW = overColumns ? 1 : width;
  const outH = overRows ? 1 : height;
  const [inH, inW] = [overRows ? height : 1, overColumns ? width : 1];
  eachSum(l, {
    kernel: 'window/mean',
    out: { y: output },
    in: { x },
    outputs: batch * outH * outW * channels,
    terms: inH * inW,
    before: `  let c = j % ${channels}u; let column = j / ${channels}u % ${outW}u; let row = j / ${channels * outW}u % ${outH}u; let n = j / ${channels * outW * outH}u;`,
    each: `    s0 += x(((n * ${height}u + row + k / ${inW}u) * ${width}u + column + k % ${inW}u) * ${channels}u + c);`,
    finish: `  set_y(j, s0 / ${inH * inW}.0);`,
  });
};

/** Place of a window's first maximum, row-major; function `best(n, oy, ox, c)`. */
function maximum(a: MaxPool2dAttrs, [, height, width, channels]: MapShape, begin: readonly [number, number]): string {
  return `fn best(n: u32, oy: u32, ox: u32, c: u32) -> u32 {
  let top = i32(oy * ${a.stride[0]}u) - ${begin[0]}; let left = i32(ox * ${a.stride[1]}u) - ${begin[1]};
  var found = 0u; var most = 0.0; var any = false;
  for (var iy = max(top, 0); iy < min(top + ${a.kernel[0]}, ${height}); iy++) {
    for (var ix = max(left, 0); ix < min(left + ${a.kernel[1]}, ${width}); ix++) {
      let at = ((n * ${height}u + u32(iy)) * ${width}u + u32(ix)) * ${channels}u + c;
      let v = x(at);
      if (!any || v > most) { any = true; most = v; found = at; }
    }
  }
  return found;
}`;
}

export const maxPool: Lower<MaxPool2dAttrs> = (l, { inputs: [input], output, attrs: a }) => {
  const x = input as Operand;
  const [rows, columns] = poolWindow(x.shape, a);
  const [, outH, outW, channels] = output.shape as MapShape;
  eachElement(l, {
    kernel: 'window/max',
    out: { y: output },
    in: { x },
    count: elements(output.shape),
    helpers: maximum(a, x.shape as MapShape, [rows.begin, columns.begin]),
    body: `  set_y(i, x(best(i / ${channels * outW * outH}u, i / ${channels * outW}u % ${outH}u, i / ${channels}u % ${outW}u, i % ${channels}u)));`,
  });
};

/** Each pixel asks the windows that hold it whether it is their first maximum. */
export const maxPoolGradient: Lower<MaxPool2dAttrs> = (l, { inputs: [dy, input], output, attrs: a }) => {
  const x = input as Operand;
  const [rows, columns] = poolWindow(x.shape, a);
  const [, outH, outW] = (dy as Operand).shape as MapShape;
  const [, height, width, channels] = output.shape as MapShape;
  const range = (axis: 0 | 1, at: string, begin: number, out: number): string =>
    `max(0, (i32(${at}) + ${begin} - ${a.kernel[axis]} + ${a.stride[axis]}) / ${a.stride[axis]}); o <= min(${out - 1}, (i32(${at}) + ${begin}) / ${a.stride[axis]}); o++`;
  eachElement(l, {
    kernel: 'window/max-gradient',
    out: { y: output },
    in: { dy: dy as Operand, x },
    count: elements(output.shape),
    helpers: maximum(a, x.shape as MapShape, [rows.begin, columns.begin]),
    body: `  let c = i % ${channels}u; let ix = i / ${channels}u % ${width}u; let iy = i / ${channels * width}u % ${height}u; let n = i / ${channels * width * height}u;
  var sum = 0.0;
  for (var o = ${range(0, 'iy', rows.begin, outH)}) {
    let oy = o;
    for (var o = ${range(1, 'ix', columns.begin, outW)}) {
      if (best(n, u32(oy), u32(o), c) == i) { sum += dy(((n * ${outH}u + u32(oy)) * ${outW}u + u32(o)) * ${channels}u + c); }
    }
  }
  set_y(i, sum);`,
  });
};
