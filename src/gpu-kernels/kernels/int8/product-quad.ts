// Integer pointwise and dense convolution on software adapters: register tiles shared by the four invocations of a quad.
import type { BuiltKernel, Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import { productRows, rowNumbers, type ProductRows } from '../../wgsl/product-rows.ts';
import { chooseQuadTile, quadStore, type QuadTile } from '../../wgsl/quad.ts';
import type { Shape } from '../../op.ts';
import { ByteShader, flip } from '../../wgsl/int8-shader.ts';
import { productTail } from './product-tail.ts';

const quadsPerGroup = 2;

/** Sums of signed bytes below 2²⁴ are exact in float32 whatever the order: |x| ≤ 128 and Σ|w| below 2¹⁷. */
export const floatReach = 2 ** 17;

/**
 * One block of four inputs: lane l loads column 4·j + l and swaps the quad, as wgsl/quad.ts does for floats. Bytes are taken
 * apart once a load, as floats, whose products a CPU adds faster than integers'.
 */
function quadStep(w: string, tile: QuadTile): string {
  return rowNumbers(tile.columns / 4)
    .map(
      (
        j,
      ) => `{ let w0 = vec4f(signed4(${w}[weightAt + ${4 * j}u])); let w1 = quadSwapX(w0); let w2 = quadSwapY(w0); let w3 = quadSwapDiagonal(w0);
${rowNumbers(tile.rows)
  .map((p) =>
    rowNumbers(4)
      .map((r) => `a${p}_${4 * j + r} += dot(x${p}, w${r});`)
      .join(' '),
  )
  .join('\n')}
}`,
    )
    .join('\n');
}

function build(step: StepOf<'int8Pointwise' | 'int8Conv2d'>, caps: Capabilities): BuiltKernel {
  const g = productRows(step) as ProductRows;
  const tile = chooseQuadTile(
    g.rows,
    g.outChannels,
    g.group4 * g.taps,
    g.groups === 1 ? undefined : g.outChannels / g.groups,
  );
  const shader = new ByteShader(step, true);
  const x = shader.input(0);
  const columnTiles = Math.ceil(g.outChannels / tile.columns);
  const weight = (step.weights.weight as { shape: Shape }).shape;
  const elements = columnTiles * tile.columns * g.taps * Math.ceil((weight[1] as number) / 4) * 4;
  const w = shader.weight(
    'weight',
    { packer: 'int8Quads', roles: ['weight'], options: { columns: tile.columns }, elements, type: 'i8' },
    'u32',
  );
  const tail = productTail(shader, step);
  shader.use('signed4');
  const tiles = columnTiles * Math.ceil(g.rows / (4 * tile.rows));
  const each = (text: (p: number) => string): string => rowNumbers(tile.rows).map(text).join('\n');
  const first = g.groups === 1 ? '0u' : `(columnTile / ${columnTiles / g.groups}u) * ${g.group4}u`;
  const word = (p: number): string => `${x}[pixel${p} * ${g.in4}u + c] ^ ${flip}`;
  const body = `let at = (columnTile * ${g.taps}u + tap) * ${g.group4 * tile.columns}u + lane;
${g.group4 === 1 ? '{ let k = 0u;' : `for (var k = 0u; k < ${g.group4}u; k++) {`}
let c = ${first} + k;
${each((p) => `let x${p} = vec4f(signed4(${g.guarded ? `select(padding, ${word(p)}, inside${p})` : word(p)}));`)}
let weightAt = at + k * ${tile.columns}u;
${quadStep(w, tile)}
}`;
  const groups = Math.ceil(tiles / quadsPerGroup);
  const across = Math.min(groups, caps.maxWorkgroupsPerDimension);
  const overhang = g.out4 % (tile.columns / 4) !== 0;
  const live = (p: number): string => (overhang ? `live${p} && block < ${g.out4}u` : `live${p}`);
  return shader.build(
    `@compute @workgroup_size(${4 * quadsPerGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${tail.declare}
let lane = local & 3u;
let quad = (group.y * ${across}u + group.x) * ${quadsPerGroup}u + (local >> 2u);
let tile = min(quad, ${tiles - 1}u);
let columnTile = tile % ${columnTiles}u;
let firstRow = (tile / ${columnTiles}u) * ${4 * tile.rows}u + lane;
${each(
  (p) => `let live${p} = quad < ${tiles}u && firstRow + ${4 * p}u < ${g.rows}u;
let row${p} = min(firstRow + ${4 * p}u, ${g.rows - 1}u);
${g.rowStart(p)}
${rowNumbers(tile.columns)
  .map((c) => `var a${p}_${c} = 0.0;`)
  .join(' ')}`,
)}
${g.overTaps(body, tile.rows)}
let firstBlock = columnTile * ${tile.columns / 4}u;
${quadStore(tile, (p) => `if (${live(p)}) ${tail.store('vec4i(v)', `row${p}`, 'block')}`)}
}`,
    [across, Math.ceil(groups / across), 1],
  );
}

const quad: Omit<Kernel<'int8Pointwise' | 'int8Conv2d'>, 'name' | 'family'> = {
  doc: 'Software adapters: a quad shares its weights lane by lane; integer sums are kept in float32, where they are exact.',
  accepts: (step, caps) =>
    caps.software && caps.subgroups && step.attrs.reach < floatReach && (productRows(step)?.rows ?? 0) >= 3,
  build,
};

export const pointwiseQuad: Kernel<'int8Pointwise'> = { ...quad, name: 'int8Pointwise/quad', family: 'int8Pointwise' };
export const conv2dQuad: Kernel<'int8Conv2d'> = { ...quad, name: 'int8Conv2d/quad', family: 'int8Conv2d' };
