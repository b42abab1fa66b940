// Products with few rows (7×7 and 14×14 maps, classifiers): the inputs of one output tile are split over the lanes of a workgroup and added up there.
import type { BuiltKernel, Capabilities, Precision } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import { byProductOf } from '../../wgsl/by-products.ts';
import { Shader } from '../../wgsl/shader.ts';
import { busyInvocations, fillsGpu } from './tiled.ts';
import { isPooled, productRows, rowNumbers, type ProductRows } from '../../wgsl/product-rows.ts';
import { aheadMemory, gateFits, makeAhead, onLoad, picturesApart, productBias } from '../../wgsl/product-gate.ts';
import { columnThreads, normalised, normOf, tileGrid, tileLoop } from '../../wgsl/product.ts';

type Product = StepOf<'pointwise' | 'conv2d'>;

interface Split {
  readonly across: number;
  readonly rows: number;
  /** Lanes that share the inputs of one tile. */
  readonly parts: number;
  readonly tiles: number;
}

/** Workgroups below which narrower tiles are worth their shorter reads. */
const fewTiles = 64;

/** Invocations below which a large GPU idles. */
const fewInvocations = 192 * 32;

/** Undefined where the inputs are too few to split or the device has too little workgroup memory. */
function chooseSplit(step: Product, g: ProductRows, caps: Capabilities): Split | undefined {
  // 7 divides the maps of ImageNet nets; fewest rows of padding, then most reuse. A window's rows need registers for their corners.
  const choices = g.guarded ? [4, 2, 1] : [8, 7, 4, 2, 1];
  const rows = choices.reduce((best, r) => (Math.ceil(g.rows / r) * r < Math.ceil(g.rows / best) * best ? r : best));
  const moments = step.outputs.length > 1;
  const splits = choices
    .filter((r) => r <= rows && (!moments || picturesApart(g, r)))
    .map((r) => splitOf(g, r, caps, moments));
  const busy = (s: Split | undefined): boolean => s !== undefined && s.tiles * s.across * s.parts >= fewInvocations;
  return splits.find(busy) ?? splits[0];
}

function splitOf(g: ProductRows, rows: number, caps: Capabilities, moments: boolean): Split | undefined {
  const tilesOf = (width: number): number => Math.ceil(g.out4 / width) * Math.ceil(g.rows / rows);
  const widest = columnThreads(g.out4, [8, 4]);
  const across = tilesOf(widest) < fewTiles ? 4 : widest;
  const tiles = tilesOf(across);
  let parts = 4;
  const fits = (count: number): boolean =>
    count <= g.group4 &&
    across * count <= caps.maxInvocationsPerWorkgroup &&
    rows * (across * 16 + 8) * count + (moments ? rows * across * 16 : 0) <= caps.maxWorkgroupStorageBytes;
  while (tiles * across * parts < busyInvocations && fits(parts * 2)) parts *= 2;
  return fits(parts) ? { across, rows, parts, tiles } : undefined;
}

function build(step: Product, caps: Capabilities, precision: Precision): BuiltKernel {
  const g = productRows(step) as ProductRows;
  const { across, rows, parts, tiles } = chooseSplit(step, g, caps) as Split;
  const size = across * parts;
  const shader = new Shader(step, precision);
  const columnTiles = Math.ceil(g.out4 / across);
  const grid = tileGrid(tiles, caps);
  const norm = normOf(step);
  const ahead = aheadMemory(step, g, size);
  const share = { start: 'part', stride: parts };
  const loop = g.overTaps(tileLoop(shader, step, g, rows, share, norm !== undefined, onLoad(shader, step, size)), rows);
  const bias = productBias(shader, step);
  const moments = byProductOf(step) === 'moments';
  const each = (text: (p: number) => string): string => rowNumbers(rows).map(text).join('\n');
  // Partial results lie row by row, column by column, part by part; each result is then added up by one invocation, in a fixed order.
  return shader.build(
    `var<workgroup> partial: array<vec4f, ${Math.max(rows * size, ahead)}>;
${moments ? `var<workgroup> results: array<vec4f, ${rows * across}>;` : ''}
${norm ? `var<workgroup> moments: array<vec2f, ${rows * parts}>;` : ''}
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let firstColumn = (tile % ${columnTiles}u) * ${across}u;
let firstRow = (tile / ${columnTiles}u) * ${rows}u;
let part = local / ${across}u;
let column = min(firstColumn + local % ${across}u, ${g.out4 - 1}u);
${each(
  (p) => `let row${p} = min(firstRow + ${p}u, ${g.rows - 1}u);
${g.rowStart(p)}
var a${p} = vec4f();${norm ? ` var t${p} = 0.0; var q${p} = 0.0;` : ''}`,
)}
${makeAhead(shader, step, g, size, 'firstRow')}
${loop}
${ahead > 0 ? 'workgroupBarrier();' : ''}
${each((p) => `partial[${p * size}u + local] = a${p};`)}
${norm ? `if (local % ${across}u == 0u) {\n${each((p) => `moments[${p * parts}u + part] = vec2f(t${p}, q${p});`)}\n}` : ''}
workgroupBarrier();
for (var i = local; i < ${rows * across}u; i += ${size}u) {
let row = firstRow + i / ${across}u;
let block = firstColumn + i % ${across}u;
if (row >= ${g.rows}u || block >= ${g.out4}u) { ${moments ? 'results[i] = vec4f(); ' : ''}continue; }
var v = ${norm ? 'vec4f()' : shader.load(bias, 'block')};
for (var part = 0u; part < ${parts}u; part++) { v += partial[(i / ${across}u) * ${size}u + part * ${across}u + i % ${across}u]; }
${
  norm
    ? `var m = vec2f();
for (var part = 0u; part < ${parts}u; part++) { m += moments[(i / ${across}u) * ${parts}u + part]; }
let total = ${shader.load(shader.vector('total'), 'block')};
${normalised('v', 'm.x', 'm.y', 'total', g.input.at(-1) as number, norm.eps)}
v += ${shader.load(bias, 'block')};`
    : ''
}
${shader.riders(step.epilogue, 'v', g.output, 'row', 'block')}
${shader.store(shader.output(), `row * ${g.out4}u + block`, 'v')}
${moments ? 'results[i] = v;' : ''}
}
${moments ? storeMoments(shader, g, across, rows, columnTiles) : ''}
}`,
    grid.workgroups,
  );
}

/** One invocation a column adds up the tile's results, sums and squares. */
const storeMoments = (shader: Shader, g: ProductRows, across: number, rows: number, columnTiles: number): string =>
  `workgroupBarrier();
if (local < ${across}u && firstColumn + local < ${g.out4}u) {
var sum = vec4f(); var squares = vec4f();
for (var r = 0u; r < ${rows}u; r++) { let v = results[r * ${across}u + local]; sum += v; squares += v * v; }
let at = (tile / ${columnTiles}u) * ${2 * g.out4}u + firstColumn + local;
${shader.store(shader.output(1), 'at', 'sum')}
${shader.store(shader.output(1), `at + ${g.out4}u`, 'squares')}
}`;

/** Where whole tiles would leave a GPU idle and there are inputs enough to split. */
function takes(step: Product, caps: Capabilities): boolean {
  if (caps.software || isPooled(step) || (step.outputs.length > 1 && byProductOf(step) !== 'moments')) return false;
  const g = productRows(step);
  if (g === undefined || g.group4 < 8 || fillsGpu(g)) return false;
  const split = chooseSplit(step, g, caps);
  return split !== undefined && gateFits(step, g, { ...split, size: split.across * split.parts });
}

/** Parts a picture: one a tile of rows. */
function sumParts(step: Product, caps: Capabilities): number {
  const g = productRows(step);
  const split = g && byProductOf(step) === 'moments' ? chooseSplit(step, g, caps) : undefined;
  return g && split ? Math.ceil(g.rows / (g.input[0] as number) / split.rows) : 0;
}

export const pointwiseSplitK: Kernel<'pointwise'> = {
  name: 'pointwise/split-k',
  family: 'pointwise',
  doc: '4 to 32 lanes share the inputs of a tile of up to 8 rows by 32 channels and reduce in workgroup memory, in a fixed order.',
  accepts: takes,
  sumParts,
  build,
};

export const conv2dSplitK: Kernel<'conv2d'> = {
  name: 'conv2d/split-k',
  family: 'conv2d',
  doc: 'The same for windows on small maps.',
  accepts: takes,
  sumParts,
  build,
};
