// A whole inverted residual (MobileNetV2, arXiv 1801.04381 §3.3) in one kernel: neither the expanded nor the filtered map is ever stored.
import type { Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, Shader } from '../../wgsl/shader.ts';
import { stripOutputs } from './expand-depthwise-tile.ts';
import { chooseInvertedResidualTile, type InvertedResidualTile } from './inverted-residual-tile.ts';
import { expandHalo, filterHalo } from './halo.ts';
import { blockProduct, columnWeights, tileGrid } from '../../wgsl/product.ts';
import { range, stripColumns } from '../../wgsl/strip.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
/** E, the expanded channels. */
const expandedOf = (step: StepOf<'invertedResidual'>): number =>
  elements((step.weights.expandBias as { shape: Shape }).shape);

const tileFor = (step: StepOf<'invertedResidual'>, caps: Capabilities): InvertedResidualTile | undefined =>
  chooseInvertedResidualTile(shapeOf(step.inputs[0]), shapeOf(step.outputs[0]), expandedOf(step), step.attrs, caps);

export const invertedResidualTile: Kernel<'invertedResidual'> = {
  name: 'invertedResidual/tile',
  family: 'invertedResidual',
  doc: 'Expand, depthwise and projection of an output tile, a slice of expanded channels at a time; the sums stay in registers.',
  accepts: (step, caps) =>
    !caps.software &&
    step.outputs.length === 1 &&
    [...step.attrs.middle, ...step.attrs.inner].every(({ kind }) => kind === 'unary' || kind === 'channel') &&
    stripColumns(step.attrs, stripOutputs).length <= 16 &&
    tileFor(step, caps) !== undefined,
  build(step, caps, precision) {
    const t = tileFor(step, caps) as InvertedResidualTile;
    const w = step.attrs;
    const output = shapeOf(step.outputs[0]);
    const [batch, outHeight, outWidth, channels] = output as [number, number, number, number];
    const expanded = expandedOf(step);
    const wide4 = Math.ceil(expanded / 4);
    const out4 = channelBlocks(output);
    const places = t.tilesDown * t.tilesAcross;
    const shader = new Shader(step, precision);
    const grid = tileGrid(places * batch, caps);
    const expand = expandHalo(shader, t, expanded, w.middle);
    const filter = filterHalo(
      shader,
      t,
      w,
      expanded,
      { weight: 'depthwiseWeight', bias: 'depthwiseBias' },
      (value) => `${shader.riders(w.inner, value, [batch, outHeight, outWidth, expanded], '0u', 'block', false)}
filtered[(innerRow * ${t.width}u + inner) * ${t.blocks}u + lane] = ${value};`,
    );
    const columns = shader.weight('columns', columnWeights([channels, expanded]));
    const bias = shader.vector('bias');
    const out = shader.output();
    const rows = range(t.rows);
    const each = (text: (p: number) => string): string => rows.map(text).join('\n');
    return shader.build(
      `var<workgroup> halo: array<vec4f, ${t.haloHeight * t.haloWidth * t.blocks}>;
var<workgroup> filtered: array<vec4f, ${t.height * t.width * t.blocks}>;
@compute @workgroup_size(${t.invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let lane = local % ${t.blocks}u;
let n = tile / ${places}u;
let place = tile % ${places}u;
let tileRow = (place / ${t.tilesAcross}u) * ${t.height}u;
let tileColumn = (place % ${t.tilesAcross}u) * ${t.width}u;
let top = i32(tileRow * ${w.stride[0]}u) - ${w.pads[0]};
let left = i32(tileColumn * ${w.stride[1]}u) - ${w.pads[1]};
let column = local % ${out4}u;
let firstPixel = (local / ${out4}u) * ${t.rows}u;
let projects = firstPixel < ${t.height * t.width}u;
let start = ${shader.load(bias, 'column')};
${each((p) => `var s${p} = start;`)}
for (var first = 0u; first < ${wide4}u; first += ${t.blocks}u) {
let block = min(first + lane, ${wide4 - 1}u);
${expand}
workgroupBarrier();
{
${filter}
}
workgroupBarrier();
if (projects) {
for (var k = 0u; k < min(${t.blocks}u, ${wide4}u - first); k++) {
let at = (first + k) * ${4 * out4}u + column;
${range(4)
  .map((i) => `let w${i} = ${shader.load(columns, i === 0 ? 'at' : `at + ${i * out4}u`)};`)
  .join(' ')}
${each((p) => `{ let x = filtered[(firstPixel + ${p}u) * ${t.blocks}u + k]; ${blockProduct(`s${p}`, 'x', 4)} }`)}
}
}
}
if (!projects) { return; }
${each(
  (p) => `{ let oy = tileRow + (firstPixel + ${p}u) / ${t.width}u;
let ox = tileColumn + (firstPixel + ${p}u) % ${t.width}u;
if (oy < ${outHeight}u && ox < ${outWidth}u) {
let row = (n * ${outHeight}u + oy) * ${outWidth}u + ox;
${shader.riders(step.epilogue, `s${p}`, output, 'row', 'column')}
${shader.store(out, `row * ${out4}u + column`, `s${p}`)}
} }`,
)}
}`,
      grid.workgroups,
    );
  },
};
