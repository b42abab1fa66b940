// Dense and grouped convolution on GPUs: a strip of outputs reuses input columns between its windows and weights between its outputs.
import type { Kernel } from '../../families/index.ts';
import { byProduct, byProductOf } from '../../wgsl/by-products.ts';
import { Shader } from '../../wgsl/shader.ts';
import { productRows, type ProductRows } from '../../wgsl/product-rows.ts';
import { blockProduct, columnThreads, columnWeights, lanesOf, tileGrid } from '../../wgsl/product.ts';
import { columnOf, declareColumns, range, stripColumns } from '../../wgsl/strip.ts';

const size = 64;
/** Input columns that an invocation may hold: beyond, registers spill. */
const maxColumns = 14;
/** Taps of a row are unrolled. */
const maxKernelWidth = 7;

/** Invocations along the channel, strips a picture, and workgroups that a picture's strips take. */
function layout(g: ProductRows): { across: number; places: number; parts: number } {
  const across = columnThreads(g.out4, [16, 8, 4]);
  const [, height, width] = g.output as [number, number, number];
  const places = height * Math.ceil(width / strip(width));
  return { across, places, parts: Math.ceil(places / (size / across)) };
}

const strip = (outWidth: number): number => Math.min(4, outWidth);

export const conv2dStrip: Kernel<'conv2d'> = {
  name: 'conv2d/strip',
  family: 'conv2d',
  doc: 'Four outputs of a row by four channels an invocation; each input column is loaded once for all windows it is in. Stems from 3 channels skip the empty lane.',
  accepts: (step, caps) => {
    const g = productRows(step);
    if (caps.software || !g || step.attrs.kernel[1] > maxKernelWidth) return false;
    // A workgroup's moments are those of one picture.
    const { across, places } = layout(g);
    const apart = g.output[0] === 1 || places % (size / across) === 0;
    if (step.outputs.length > 1 && (byProductOf(step) !== 'moments' || !apart)) return false;
    return stripColumns(step.attrs, strip(g.output[2] as number)).length <= maxColumns;
  },
  sumParts: (step) => {
    const g = productRows(step);
    return g && step.outputs.length > 1 ? layout(g).parts : 0;
  },
  build(step, caps, precision) {
    const g = productRows(step) as ProductRows;
    const w = step.attrs;
    const [, height, width] = g.input as [number, number, number, number];
    const [batch, outHeight, outWidth] = g.output as [number, number, number, number];
    const outputs = strip(outWidth);
    const columns = stripColumns(w, outputs);
    const { across } = layout(g);
    const columnTiles = Math.ceil(g.out4 / across);
    const strips = Math.ceil(outWidth / outputs);
    const places = batch * outHeight * strips;
    const shader = new Shader(step, precision);
    const grid = tileGrid(columnTiles * Math.ceil(places / (size / across)), caps);
    const x = shader.input(0);
    const weights = shader.weight(
      'columns',
      columnWeights([g.outChannels, (g.input.at(-1) as number) / g.groups, ...w.kernel]),
    );
    const bias = shader.vector('bias');
    const out = shader.output();
    const lanes = lanesOf(g);
    const first = g.groups === 1 ? 'k' : `(column / ${g.out4 / g.groups}u) * ${g.group4}u + k`;
    const load = (j: number): string => {
      const riders =
        step.prologue.length > 0
          ? `let pixel = rowStart + column${j};\n${shader.riders(step.prologue, 'v', g.input, 'pixel', 'c', false)}\n`
          : '';
      return `var x${j}: vec4f;
{ var v = ${shader.load(x, `(rowStart + column${j}) * ${g.in4}u + c`)}; ${riders}x${j} = select(vec4f(), v, inside${j}); }`;
    };
    const tap = (
      kx: number,
    ): string => `{ let at = ((ky * ${w.kernel[1]}u + ${kx}u) * ${g.group4}u + k) * ${4 * g.out4}u + column;
${range(lanes)
  .map((lane) => `let w${lane} = ${shader.load(weights, lane === 0 ? 'at' : `at + ${lane * g.out4}u`)};`)
  .join(' ')}
${range(outputs)
  .map((t) => blockProduct(`a${t}`, `x${columnOf(columns, w, t, kx)}`, lanes))
  .join(' ')} }`;
    const sums = byProduct(shader, step, {
      size,
      across,
      out4: g.out4,
      part: `tile / ${columnTiles}u`,
      block: 'block',
      live: `block < ${g.out4}u`,
    });
    return shader.build(
      `${sums.memory}@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let block = (tile % ${columnTiles}u) * ${across}u + local % ${across}u;
let place = (tile / ${columnTiles}u) * ${size / across}u + local / ${across}u;
${sums.start}
if (block < ${g.out4}u && place < ${places}u) {
let column = block;
let firstColumn = (place % ${strips}u) * ${outputs}u;
let oy = (place / ${strips}u) % ${outHeight}u;
let n = place / ${strips * outHeight}u;
let left = i32(firstColumn * ${w.stride[1]}u) - ${w.pads[1]};
${declareColumns(columns, width)}
let start = ${shader.load(bias, 'block')};
${range(outputs)
  .map((t) => `var a${t} = start;`)
  .join(' ')}
for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let y = i32(oy * ${w.stride[0]}u + ky * ${w.dilation[0]}u) - ${w.pads[0]};
if (y < 0 || y >= ${height}) { continue; }
let rowStart = (n * ${height}u + u32(y)) * ${width}u;
${g.group4 === 1 ? '{ let k = 0u;' : `for (var k = 0u; k < ${g.group4}u; k++) {`}
let c = ${first};
${columns.map((_, j) => load(j)).join('\n')}
${range(w.kernel[1]).map(tap).join('\n')}
}
}
let firstOut = (n * ${outHeight}u + oy) * ${outWidth}u + firstColumn;
${range(outputs)
  .map(
    (t) => `${outWidth % outputs === 0 ? '{' : `if (firstColumn + ${t}u < ${outWidth}u) {`}
let row = firstOut + ${t}u;
${shader.riders(step.epilogue, `a${t}`, g.output, 'row', 'block')}
${shader.store(out, `row * ${g.out4}u + block`, `a${t}`)}
${sums.add(`a${t}`)}
}`,
  )
  .join('\n')}
}
${sums.finish}
}`,
      grid.workgroups,
    );
  },
};
