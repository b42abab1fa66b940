// The head's 1×1 convolution with the global mean inside: one workgroup sees all pixels of a few channels, so the map is never stored.
import type { Kernel, StepOf } from '../../families/index.ts';
import { f32Literal, Shader } from '../../wgsl/shader.ts';
import { productRows, rowNumbers, type ProductRows } from '../../wgsl/product-rows.ts';
import { columnThreads, tileGrid, tileLoop } from '../../wgsl/product.ts';

const size = 64;
/** Pixels an invocation holds at once. */
const rowsEach = 4;
/** Workgroups below which a large GPU idles: its SIMDs over the waves of a workgroup. */
const fewGroups = 192 / 2;

/** Multiply-accumulates below which a dispatch less is worth more than idle SIMDs. */
const smallWork = 4e6;

/** Columns of invocations: the widest that fill a GPU, for reuse of the inputs. Undefined where much work would lie in few workgroups. */
function columnsOf(g: ProductRows): number | undefined {
  const widest = columnThreads(g.out4, [4, 2, 1]);
  const groups = (across: number): number => Math.ceil(g.out4 / across) * (g.input[0] as number);
  const filling = [4, 2, 1].find((across) => across <= widest && groups(across) >= fewGroups);
  return filling ?? (g.rows * g.outChannels * g.group4 * 4 * g.taps < smallWork ? 1 : undefined);
}

function columnsOfStep(step: StepOf<'pointwise'>): number | undefined {
  const g = productRows(step);
  return g && columnsOf(g);
}

export const pointwisePool: Kernel<'pointwise'> = {
  name: 'pointwise/pool',
  family: 'pointwise',
  doc: 'A workgroup computes 4 to 16 channels of all pixels of one picture and stores only their mean.',
  accepts: (step, caps) =>
    !caps.software &&
    step.attrs.pool === 'mean' &&
    step.attrs.norm === undefined &&
    step.attrs.gate === undefined &&
    step.attrs.instance === undefined &&
    step.outputs.length === 1 &&
    // Operands of riders are read pixel by pixel: a residual of the pooled map, or one value a picture.
    columnsOfStep(step) !== undefined,
  build(step, caps, precision) {
    const g = productRows(step) as ProductRows;
    const batch = g.input[0] as number;
    const pixels = g.rows / batch;
    const across = columnsOf(g) as number;
    const lanes = size / across;
    const columnTiles = Math.ceil(g.out4 / across);
    const rows = Math.min(rowsEach, Math.ceil(pixels / lanes));
    const shader = new Shader(step, precision);
    const grid = tileGrid(columnTiles * batch, caps);
    const loop = g.overTaps(tileLoop(shader, step, g, rows), rows);
    const bias = shader.vector('bias');
    const out = shader.output();
    const each = (text: (p: number) => string): string => rowNumbers(rows).map(text).join('\n');
    return shader.build(
      `var<workgroup> partial: array<vec4f, ${size}>;
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let picture = tile / ${columnTiles}u;
let block = (tile % ${columnTiles}u) * ${across}u + local % ${across}u;
let column = min(block, ${g.out4 - 1}u);
let start = ${shader.load(bias, 'column')};
var total = vec4f();
for (var firstPixel = local / ${across}u; firstPixel < ${pixels}u; firstPixel += ${lanes * rows}u) {
${each(
  (p) => `let at${p} = firstPixel + ${p * lanes}u;
let row${p} = picture * ${pixels}u + min(at${p}, ${pixels - 1}u);
${g.rowStart(p)}
var a${p} = start;`,
)}
${loop}
${each(
  (p) => `if (at${p} < ${pixels}u) {
${shader.riders(step.epilogue, `a${p}`, g.output, `row${p}`, 'column')}
total += a${p};
}`,
)}
}
partial[local] = total;
workgroupBarrier();
if (local < ${across}u && block < ${g.out4}u) {
var sum = vec4f();
for (var lane = 0u; lane < ${lanes}u; lane++) { sum += partial[lane * ${across}u + local]; }
let mean = sum * ${f32Literal(1 / pixels)};
${shader.store(out, `picture * ${g.out4}u + block`, 'mean')}
}
}`,
      grid.workgroups,
    );
  },
};
