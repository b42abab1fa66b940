// Integer pointwise and dense convolution in register tiles: each invocation computes a few rows of four channels, without barriers.
import type { BuiltKernel, Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import { productRows, rowNumbers, type ProductRows } from '../../wgsl/product-rows.ts';
import { columnThreads, tileGrid } from '../../wgsl/product.ts';
import type { Shape } from '../../op.ts';
import { ByteShader, flip } from '../../wgsl/int8-shader.ts';
import { productTail } from './product-tail.ts';
import { arithmeticText, type DotProduct } from './arithmetic.ts';

interface Tile {
  readonly size: number;
  /** Invocations along the channel; the others of the workgroup lie along the rows. */
  readonly across: number;
  readonly rows: number;
  readonly tiles: number;
}

function tileOf(g: ProductRows, rows: number, size: number): Tile {
  const across = columnThreads(g.out4, size === 64 ? [16, 8, 4] : [4, 2, 1]);
  return { size, across, rows, tiles: Math.ceil(g.out4 / across) * Math.ceil(g.rows / ((size / across) * rows)) };
}

/** The most rows an invocation, for reuse of weights, that still make enough workgroups to fill a GPU. */
function chooseTile(g: ProductRows, caps: Capabilities): Tile {
  const size = caps.software ? 16 : 64;
  const enough = caps.software ? 4 : 96;
  return (
    (g.guarded ? [4, 2] : [8, 4, 2]).map((rows) => tileOf(g, rows, size)).find(({ tiles }) => tiles >= enough) ??
    tileOf(g, 1, size)
  );
}

function build(step: StepOf<'int8Pointwise' | 'int8Conv2d'>, caps: Capabilities, arithmetic: DotProduct): BuiltKernel {
  const g = productRows(step) as ProductRows;
  const tile = chooseTile(g, caps);
  const { size, across, rows, tiles } = tile;
  const shader = new ByteShader(step);
  const x = shader.input(0);
  const weight = (step.weights.weight as { shape: Shape }).shape;
  const w = shader.weight(
    'weight',
    {
      packer: 'int8Columns',
      roles: ['weight'],
      options: {},
      elements: g.taps * Math.ceil((weight[1] as number) / 4) * g.out4 * 16,
      type: 'i8',
    },
    'vec4u',
  );
  const tail = productTail(shader, step);
  const { part, product } = arithmeticText[arithmetic];
  if (arithmetic === 'plain') shader.use('signed4');
  const columnTiles = Math.ceil(g.out4 / across);
  const grid = tileGrid(tiles, caps);
  const each = (text: (p: number) => string): string => rowNumbers(rows).map(text).join('\n');
  const first = g.groups === 1 ? 'k' : `(column / ${g.out4 / g.groups}u) * ${g.group4}u + k`;
  const body = `for (var k = 0u; k < ${g.group4}u; k++) {
let c = ${first};
let w = ${w}[(tap * ${g.group4}u + k) * ${g.out4}u + column];
${['x', 'y', 'z', 'w'].map((lane, i) => `let w${i} = ${part(`w.${lane}`)};`).join(' ')}
${each((p) => {
  const word = `${x}[pixel${p} * ${g.in4}u + c] ^ ${flip}`;
  return `{ let x = ${part(g.guarded ? `select(padding, ${word}, inside${p})` : word)}; a${p} += vec4i(${rowNumbers(4)
    .map((i) => product('x', `w${i}`))
    .join(', ')}); }`;
})}
}`;
  return shader.build(
    `@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
${tail.declare}
let block = (tile % ${columnTiles}u) * ${across}u + local % ${across}u;
let firstRow = ((tile / ${columnTiles}u) * ${size / across}u + local / ${across}u) * ${rows}u;
let column = min(block, ${g.out4 - 1}u);
${each(
  (p) => `let row${p} = min(firstRow + ${p}u, ${g.rows - 1}u);
${g.rowStart(p)}
var a${p} = vec4i();`,
)}
${g.overTaps(body, rows)}
if (block >= ${g.out4}u) { return; }
${each((p) => `if (firstRow + ${p}u < ${g.rows}u) ${tail.store(`a${p}`, `row${p}`, 'column')}`)}
}`,
    grid.workgroups,
  );
}

const tiled = (arithmetic: DotProduct): Omit<Kernel<'int8Pointwise' | 'int8Conv2d'>, 'name' | 'family'> => ({
  doc:
    arithmetic === 'dot'
      ? '1 to 8 rows by four channels an invocation, four products an instruction by dot4I8Packed.'
      : 'The same tile where the language has no packed dot product, or the adapter is a CPU: bytes taken apart.',
  accepts: (step, caps) => (arithmetic === 'plain' || caps.packedDot) && productRows(step) !== undefined,
  build: (step, caps) => build(step, caps, arithmetic),
});

const pointwise = (arithmetic: DotProduct): Kernel<'int8Pointwise'> => ({
  ...tiled(arithmetic),
  name: `int8Pointwise/tiled-${arithmetic}`,
  family: 'int8Pointwise',
});
const conv2d = (arithmetic: DotProduct): Kernel<'int8Conv2d'> => ({
  ...tiled(arithmetic),
  name: `int8Conv2d/tiled-${arithmetic}`,
  family: 'int8Conv2d',
});

export const pointwiseTiledDot = pointwise('dot');
export const pointwiseTiledPlain = pointwise('plain');
export const conv2dTiledDot = conv2d('dot');
export const conv2dTiledPlain = conv2d('plain');
