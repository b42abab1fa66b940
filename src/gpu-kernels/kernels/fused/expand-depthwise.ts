// Inverted residual, first half, in one kernel: a workgroup expands the halo of an output tile into its memory and runs the depthwise there.
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { byProductOf } from '../../wgsl/by-products.ts';
import { channelBlocks, Shader } from '../../wgsl/shader.ts';
import { chooseExpandTile, stripOutputs, type ExpandTile } from './expand-depthwise-tile.ts';
import { expandHalo, filterHalo } from './halo.ts';
import { tileGrid } from '../../wgsl/product.ts';
import { stripColumns } from '../../wgsl/strip.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

/** Groups that split no vec4. */
const wholeGroups =
  (groups: number) =>
  (shape: Shape): boolean =>
    groups === 1 || (shape.at(-1) as number) % (4 * groups) === 0;

const tileFor = (step: StepOf<'expandDepthwise'>, caps: Parameters<Kernel['build']>[1]): ExpandTile | undefined =>
  chooseExpandTile(shapeOf(step.inputs[0]), shapeOf(step.outputs[0]), step.attrs, caps);

export const expandDepthwiseTile: Kernel<'expandDepthwise'> = {
  name: 'expandDepthwise/tile',
  family: 'expandDepthwise',
  doc: 'Expand and depthwise of an output tile and a slice of channels in workgroup memory; partial channel sums where a gate wants them.',
  accepts: (step, caps) =>
    !caps.software &&
    byProductOf(step) !== 'moments' &&
    [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])].every(wholeGroups(step.attrs.groups ?? 1)) &&
    // Riders between the two see single pixels: per-channel constants and functions only.
    step.attrs.middle.every((rider) => rider.kind === 'unary' || rider.kind === 'channel') &&
    stripColumns(step.attrs, stripOutputs).length <= 16 &&
    tileFor(step, caps) !== undefined,
  sumParts: (step, caps) => {
    const t = tileFor(step, caps);
    return t ? t.tilesDown * t.tilesAcross : 0;
  },
  build(step, caps, precision) {
    const t = tileFor(step, caps) as ExpandTile;
    const w = step.attrs;
    const output = shapeOf(step.outputs[0]);
    const [, outHeight, outWidth, channels] = output as [number, number, number, number];
    const out4 = channelBlocks(output);
    const blockTiles = Math.ceil(out4 / t.blocks);
    const parts = t.tilesDown * t.tilesAcross;
    const sums = step.outputs.length > 1;
    const shader = new Shader(step, precision);
    const grid = tileGrid(blockTiles * parts * (output[0] as number), caps);
    const expand = expandHalo(shader, t, channels, w.middle, w.groups);
    const out = shader.output();
    const filter = filterHalo(
      shader,
      t,
      w,
      channels,
      { weight: 'weight', bias: 'bias' },
      (value) => `let oy = tileRow + innerRow;
let ox = tileColumn + inner;
if (own < ${out4}u && oy < ${outHeight}u && ox < ${outWidth}u) {
let row = (n * ${outHeight}u + oy) * ${outWidth}u + ox;
${shader.riders(step.epilogue, value, output, 'row', 'block')}
${shader.store(out, `row * ${out4}u + block`, value)}
${sums ? `sum += ${value};` : ''}
}`,
    );
    return shader.build(
      `var<workgroup> halo: array<vec4f, ${t.haloHeight * t.haloWidth * t.blocks}>;
${sums ? `var<workgroup> partial: array<vec4f, ${t.invocations}>;\n` : ''}@compute @workgroup_size(${t.invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let lane = local % ${t.blocks}u;
let own = (tile % ${blockTiles}u) * ${t.blocks}u + lane;
let block = min(own, ${out4 - 1}u);
let part = (tile / ${blockTiles}u) % ${parts}u;
let n = tile / ${blockTiles * parts}u;
let tileRow = (part / ${t.tilesAcross}u) * ${t.height}u;
let tileColumn = (part % ${t.tilesAcross}u) * ${t.width}u;
let top = i32(tileRow * ${w.stride[0]}u) - ${w.pads[0]};
let left = i32(tileColumn * ${w.stride[1]}u) - ${w.pads[1]};
${expand}
workgroupBarrier();
${sums ? 'var sum = vec4f();' : ''}
${filter}
${
  sums
    ? `partial[local] = sum;
workgroupBarrier();
if (local < ${t.blocks}u && own < ${out4}u) {
var whole = vec4f();
for (var s = 0u; s < ${t.invocations / t.blocks}u; s++) { whole += partial[s * ${t.blocks}u + local]; }
${shader.store(shader.output(1), `(n * ${parts}u + part) * ${out4}u + own`, 'whole')}
}`
    : ''
}
}`,
      grid.workgroups,
    );
  },
};
