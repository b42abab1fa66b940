// Pointwise and dense k×k convolution on software adapters: register tiles shared by the four invocations of a quad.
import type { Kernel } from '../../families/index.ts';
import type { Shape } from '../../op.ts';
import { Shader } from '../../wgsl/shader.ts';
import { isPooled, productRows, rowNumbers, type ProductRows } from '../../wgsl/product-rows.ts';
import { normOf } from '../../wgsl/product.ts';
import { gateOf, instanceOf } from '../../wgsl/product-gate.ts';
import { chooseQuadTile, overhangs, quadAccumulators, quadStep, quadStore, quadWeights } from '../../wgsl/quad.ts';

const quadsPerGroup = 2;

const quad: Pick<Kernel<'pointwise' | 'conv2d'>, 'accepts' | 'build'> = {
  accepts: (step, caps) => {
    if (!caps.software || !caps.subgroups || isPooled(step) || step.outputs.length > 1) return false;
    if (normOf(step) ?? gateOf(step) ?? instanceOf(step)) return false;
    // With fewer rows than lanes the same row would be computed several times; the generic kernels read each weight once as well.
    return (productRows(step)?.rows ?? 0) >= 3;
  },
  build(step, caps, precision) {
    const g = productRows(step) as ProductRows;
    const tile = chooseQuadTile(
      g.rows,
      g.outChannels,
      g.group4 * g.taps,
      g.groups === 1 ? undefined : g.outChannels / g.groups,
    );
    const shader = new Shader(step, precision);
    shader.enable('subgroups');
    const columnTiles = Math.ceil(g.outChannels / tile.columns);
    const tiles = columnTiles * Math.ceil(g.rows / (4 * tile.rows));
    const x = shader.input(0);
    const w = shader.weight('quads', quadWeights('weight', (step.weights.weight as { shape: Shape }).shape, tile));
    const bias = shader.vector('bias');
    const out = shader.output();
    const each = (text: (p: number) => string): string => rowNumbers(tile.rows).map(text).join('\n');
    const first = g.groups === 1 ? '0u' : `(columnTile / ${columnTiles / g.groups}u) * ${g.group4}u`;
    const body = `let at = (columnTile * ${g.taps}u + tap) * ${g.group4 * tile.columns}u + lane;
${g.group4 === 1 ? '{ let k = 0u;' : `for (var k = 0u; k < ${g.group4}u; k++) {`}
let c = ${first} + k;
${each(
  (p) => `var x${p} = ${shader.load(x, `pixel${p} * ${g.in4}u + c`)};
${shader.riders(step.prologue, `x${p}`, g.input, `pixel${p}`, 'c', false)}
${g.guarded ? `x${p} = select(vec4f(), x${p}, inside${p});` : ''}`,
)}
let weightAt = at + k * ${tile.columns}u;
${quadStep(shader, w, tile)}
}`;
    const groups = Math.ceil(tiles / quadsPerGroup);
    const across = Math.min(groups, caps.maxWorkgroupsPerDimension);
    const guard = (p: number): string => (overhangs(tile, g.output) ? `live${p} && block < ${g.out4}u` : `live${p}`);
    return shader.build(
      `@compute @workgroup_size(${4 * quadsPerGroup})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
let lane = local & 3u;
let quad = (group.y * ${across}u + group.x) * ${quadsPerGroup}u + (local >> 2u);
let tile = min(quad, ${tiles - 1}u);
let columnTile = tile % ${columnTiles}u;
let firstRow = (tile / ${columnTiles}u) * ${4 * tile.rows}u + lane;
${each(
  (p) => `let live${p} = quad < ${tiles}u && firstRow + ${4 * p}u < ${g.rows}u;
let row${p} = min(firstRow + ${4 * p}u, ${g.rows - 1}u);
${g.rowStart(p)}`,
)}
${quadAccumulators(tile)}
${g.overTaps(body, tile.rows)}
let firstBlock = columnTile * ${tile.columns / 4}u;
${rowNumbers(tile.columns / 4)
  .map((j) => `let bias${j} = ${shader.load(bias, `firstBlock + ${j}u`)};`)
  .join('\n')}
${quadStore(
  tile,
  (p, j) => `if (${guard(p)}) {
v += bias${j};
${shader.riders(step.epilogue, 'v', g.output, `row${p}`, 'block')}
${shader.store(out, `row${p} * ${g.out4}u + block`, 'v')}
}`,
)}
}`,
      [across, Math.ceil(groups / across), 1],
    );
  },
};

export const pointwiseQuad: Kernel<'pointwise'> = {
  ...quad,
  name: 'pointwise/quad',
  family: 'pointwise',
  doc: 'Software adapters: a quad computes 4·P rows by Q channels and swaps its weights lane by lane.',
};
export const conv2dQuad: Kernel<'conv2d'> = {
  ...quad,
  name: 'conv2d/quad',
  family: 'conv2d',
  doc: 'Software adapters: dense and aligned grouped windows as a product over taps, tiled like pointwise/quad.',
};
