// Depthwise convolution on GPUs, small windows: four outputs of a row an invocation, neighbouring channel blocks side by side, channel sums on request.
import type { DepthwiseAttrs } from '../families.ts';
import type { Kernel } from '../kernel.ts';
import type { Shape } from '../op.ts';
import { channelBlocks, Shader } from '../shader.ts';
import type { Step, Value } from '../step.ts';
import { columnThreads, tileGrid } from './wgsl-product.ts';
import { columnOf, declareColumns, range, stripColumns } from './wgsl-strip.ts';

const size = 64;
const maxColumns = 16;
/** Partial sums a picture that a gate should have to read at most. */
const maxParts = 64;

const attrsOf = (step: Step): DepthwiseAttrs => step.attrs as unknown as DepthwiseAttrs;
const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

interface Layout {
  /** Invocations along the channel, and strips a workgroup. */
  readonly across: number;
  readonly strips: number;
  readonly outputs: number;
  /** Rows an invocation. */
  readonly rows: number;
  readonly stripsInRow: number;
  readonly places: number;
  /** Workgroups a picture and channel tile: one partial sum each. */
  readonly parts: number;
}

function layout(output: Shape, rows: number): Layout {
  const [, height, width] = output as [number, number, number];
  const across = columnThreads(channelBlocks(output), [16, 8, 4]);
  const outputs = Math.min(4, width);
  const stripsInRow = Math.ceil(width / outputs);
  const places = stripsInRow * Math.ceil(height / rows);
  return { across, strips: size / across, outputs, rows, stripsInRow, places, parts: Math.ceil((places * across) / size) };
}

function sumLayout(output: Shape): Layout {
  const height = output[1] as number;
  for (let rows = 1; ; rows *= 2) {
    const found = layout(output, Math.min(rows, height));
    if (found.parts <= maxParts || rows >= height) return found;
  }
}

export const depthwiseRows: Kernel = {
  name: 'depthwise/rows',
  family: 'depthwise',
  doc: 'Four outputs wide, row by row, 4 to 16 channel blocks a workgroup; sums over the workgroup in its memory where a gate wants them.',
  accepts: (step, caps) => {
    const { repeat } = attrsOf(step);
    const output = shapeOf(step.outputs[0]);
    if (caps.software || (repeat > 1 && (shapeOf(step.inputs[0]).at(-1) as number) % 4 !== 0)) return false;
    return stripColumns(attrsOf(step), Math.min(4, output[2] as number)).length <= maxColumns;
  },
  sumParts: (step) => sumLayout(shapeOf(step.outputs[0])).parts,
  build(step, caps, precision) {
    const w = attrsOf(step);
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const [batch, height, width] = input as [number, number, number, number];
    const [, outHeight, outWidth] = output as [number, number, number, number];
    const sums = step.outputs.length > 1;
    const l = sums ? sumLayout(output) : layout(output, 1);
    const in4 = channelBlocks(input);
    const out4 = channelBlocks(output);
    const columns = stripColumns(w, l.outputs);
    const columnTiles = Math.ceil(out4 / l.across);
    const shader = new Shader(step, precision);
    const grid = tileGrid(columnTiles * l.parts * batch, caps);
    const x = shader.input(0);
    const taps = shader.weight('taps', { packer: 'taps', roles: ['weight'], options: {}, elements: w.kernel[0] * w.kernel[1] * out4 * 4 });
    const bias = shader.vector('bias');
    const out = shader.output();
    const load = (j: number): string => {
      const riders = step.prologue.length > 0 ? `let pixel = rowStart + column${j};\n${shader.riders(step.prologue, 'v', input, 'pixel', 'source', false)}\n` : '';
      return `var x${j}: vec4f;
{ var v = ${shader.load(x, `(rowStart + column${j}) * ${in4}u + source`)}; ${riders}x${j} = select(vec4f(), v, inside${j}); }`;
    };
    const tap = (kx: number): string => `{ let w = ${shader.load(taps, `(ky * ${w.kernel[1]}u + ${kx}u) * ${out4}u + block`)}; ${range(l.outputs)
      .map((t) => `a${t} += x${columnOf(columns, w, t, kx)} * w;`)
      .join(' ')} }`;
    const row = `${range(l.outputs)
      .map((t) => `var a${t} = start;`)
      .join(' ')}
for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let y = i32(oy * ${w.stride[0]}u + ky * ${w.dilation[0]}u) - ${w.pads[0]};
if (y < 0 || y >= ${height}) { continue; }
let rowStart = (n * ${height}u + u32(y)) * ${width}u;
${columns.map((_, j) => load(j)).join('\n')}
${range(w.kernel[1]).map(tap).join('\n')}
}
${range(l.outputs)
  .map(
    (t) => `${outWidth % l.outputs === 0 ? '{' : `if (firstColumn + ${t}u < ${outWidth}u) {`}
let row = (n * ${outHeight}u + oy) * ${outWidth}u + firstColumn + ${t}u;
${shader.riders(step.epilogue, `a${t}`, output, 'row', 'block')}
${shader.store(out, `row * ${out4}u + block`, `a${t}`)}
${sums ? `sum += a${t};` : ''}
}`,
  )
  .join('\n')}`;
    return shader.build(
      `${sums ? `var<workgroup> partial: array<vec4f, ${size}>;\n` : ''}@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let own = (tile % ${columnTiles}u) * ${l.across}u + local % ${l.across}u;
let part = (tile / ${columnTiles}u) % ${l.parts}u;
let n = tile / ${columnTiles * l.parts}u;
let place = part * ${l.strips}u + local / ${l.across}u;
let live = own < ${out4}u && place < ${l.places}u;
let block = min(own, ${out4 - 1}u);
let source = ${w.repeat === 1 ? 'block' : `block % ${in4}u`};
${sums ? 'var sum = vec4f();' : ''}
if (live) {
let firstColumn = (place % ${l.stripsInRow}u) * ${l.outputs}u;
let firstRow = (place / ${l.stripsInRow}u) * ${l.rows}u;
let left = i32(firstColumn * ${w.stride[1]}u) - ${w.pads[1]};
${declareColumns(columns, width)}
let start = ${shader.load(bias, 'block')};
${l.rows === 1 ? '{ let oy = firstRow;' : `for (var oy = firstRow; oy < min(firstRow + ${l.rows}u, ${outHeight}u); oy++) {`}
${row}
}
}
${
  sums
    ? `partial[local] = sum;
workgroupBarrier();
if (local < ${l.across}u && own < ${out4}u) {
var whole = vec4f();
for (var s = 0u; s < ${l.strips}u; s++) { whole += partial[s * ${l.across}u + local]; }
${shader.store(shader.output(1), `(n * ${l.parts}u + part) * ${out4}u + own`, 'whole')}
}`
    : ''
}
}`,
      grid.workgroups,
    );
  },
};
