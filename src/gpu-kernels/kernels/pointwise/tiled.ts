// Pointwise and windowed products with enough output tiles to fill a GPU: register tiles, no workgroup memory, any aligned grouping.
import type { BuiltKernel, Capabilities, Precision } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import { byProduct, byProductOf } from '../../wgsl/by-products.ts';
import { Shader } from '../../wgsl/shader.ts';
import { isPooled, productRows, rowNumbers, type ProductRows } from '../../wgsl/product-rows.ts';
import {
  aheadMemory,
  gateFits,
  gateOf,
  instanceOf,
  makeAhead,
  onLoad,
  picturesApart,
  productBias,
} from '../../wgsl/product-gate.ts';
import { columnThreads, normalised, normOf, tileGrid, tileLoop } from '../../wgsl/product.ts';

const size = 64;

interface Tile {
  /** Invocations along the channel; the others of the workgroup lie along the rows. */
  readonly across: number;
  /** Rows an invocation. */
  readonly rows: number;
  readonly tiles: number;
}

const tileOf = (g: ProductRows, rows: number): Tile => {
  const across = columnThreads(g.out4, [16, 8, 4]);
  return { across, rows, tiles: Math.ceil(g.out4 / across) * Math.ceil(g.rows / ((size / across) * rows)) };
};

/** Workgroups below which a discrete GPU idles. */
const fewTiles = 128;

/** The most rows an invocation, for reuse of weights, that still make enough workgroups. A window's rows need registers for their corners. */
function chooseTile(g: ProductRows): Tile {
  return (
    (g.guarded ? [4, 2] : [8, 4, 2]).map((rows) => tileOf(g, rows)).find(({ tiles }) => tiles >= fewTiles) ??
    tileOf(g, 2)
  );
}

/** Invocations that keep a discrete GPU busy. */
export const busyInvocations = 16384;

/** True where small tiles are enough work for a GPU without splitting the inputs. */
export const fillsGpu = (g: ProductRows): boolean => tileOf(g, 2).tiles * size >= busyInvocations;

const gridOf = ({ across, rows, tiles }: Tile): { tiles: number; size: number; rows: number } => ({
  tiles,
  size,
  rows: (size / across) * rows,
});

function build(step: StepOf<'pointwise' | 'conv2d'>, caps: Capabilities, precision: Precision): BuiltKernel {
  const g = productRows(step) as ProductRows;
  const { across, rows, tiles } = chooseTile(g);
  const shader = new Shader(step, precision);
  const columnTiles = Math.ceil(g.out4 / across);
  const grid = tileGrid(tiles, caps);
  const norm = normOf(step);
  const ahead = aheadMemory(step, g, size);
  const loop = g.overTaps(
    tileLoop(shader, step, g, rows, undefined, norm !== undefined, onLoad(shader, step, size)),
    rows,
  );
  const bias = productBias(shader, step);
  const out = shader.output();
  const sums = byProduct(shader, step, {
    size,
    across,
    out4: g.out4,
    part: `tile / ${columnTiles}u`,
    block: 'block',
    live: `block < ${g.out4}u`,
  });
  const each = (text: (p: number) => string): string => rowNumbers(rows).map(text).join('\n');
  return shader.build(
    `${ahead > 0 ? `var<workgroup> partial: array<vec4f, ${ahead}>;\n` : ''}${sums.memory}@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let block = (tile % ${columnTiles}u) * ${across}u + local % ${across}u;
let firstRow = ((tile / ${columnTiles}u) * ${size / across}u + local / ${across}u) * ${rows}u;
let column = min(block, ${g.out4 - 1}u);
${each(
  (p) => `let row${p} = min(firstRow + ${p}u, ${g.rows - 1}u);
${g.rowStart(p)}`,
)}
${makeAhead(shader, step, g, size, `(tile / ${columnTiles}u) * ${(size / across) * rows}u`)}
let start = ${shader.load(bias, 'column')};
${each((p) => (norm ? `var a${p} = vec4f(); var t${p} = 0.0; var q${p} = 0.0;` : `var a${p} = start;`))}
${loop}
${
  norm
    ? `let total = ${shader.load(shader.vector('total'), 'column')};
${each((p) => `${normalised(`a${p}`, `t${p}`, `q${p}`, 'total', g.input.at(-1) as number, norm.eps)} a${p} += start;`)}`
    : ''
}
${sums.start}
${g.out4 % across === 0 ? '{' : `if (block < ${g.out4}u) {`}
${each(
  (p) => `${g.rows % ((size / across) * rows) === 0 ? '{' : `if (firstRow + ${p}u < ${g.rows}u) {`}
${shader.riders(step.epilogue, `a${p}`, g.output, `row${p}`, 'column')}
${shader.store(out, `row${p} * ${g.out4}u + column`, `a${p}`)}
${sums.add(`a${p}`)}
}`,
)}
}
${sums.finish}
}`,
    grid.workgroups,
  );
}

function takes(step: StepOf<'pointwise' | 'conv2d'>, caps: Capabilities): boolean {
  if (caps.software || isPooled(step)) return false;
  const g = productRows(step);
  if (g === undefined) return false;
  const grid = gridOf(chooseTile(g));
  if (step.outputs.length > 1 && (byProductOf(step) !== 'moments' || !picturesApart(g, grid.rows))) return false;
  // Where the inputs should be split, a gate is not worth the whole tile.
  if (gateOf(step) !== undefined) return fillsGpu(g) && gateFits(step, g, grid);
  return instanceOf(step) === undefined || gateFits(step, g, grid);
}

/** Parts a picture: one a tile of rows. */
function sumParts(step: StepOf<'pointwise' | 'conv2d'>): number {
  const g = productRows(step);
  if (g === undefined || step.outputs.length < 2) return 0;
  const { rows } = gridOf(chooseTile(g));
  return picturesApart(g, rows) ? Math.ceil(g.rows / (g.input[0] as number) / rows) : 0;
}

export const pointwiseTiled: Kernel<'pointwise'> = {
  name: 'pointwise/tiled',
  family: 'pointwise',
  doc: '2 to 8 rows by four channels an invocation, 64 invocations over 16 to 64 channels: products with many rows.',
  accepts: takes,
  sumParts,
  build,
};

export const conv2dTiled: Kernel<'conv2d'> = {
  name: 'conv2d/tiled',
  family: 'conv2d',
  doc: 'The same tile over the taps of any window: dilated and very large kernels.',
  accepts: takes,
  sumParts,
  build,
};
