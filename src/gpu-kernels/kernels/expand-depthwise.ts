// Inverted residual, first half, in one kernel: a workgroup expands the halo of an output tile into its memory and runs the depthwise there.
import type { ExpandDepthwiseAttrs } from '../families.ts';
import type { Kernel } from '../kernel.ts';
import type { Shape } from '../op.ts';
import { channelBlocks, Shader } from '../shader.ts';
import type { Step, Value } from '../step.ts';
import { chooseExpandTile, pixelsTogether, stripOutputs, type ExpandTile } from './expand-depthwise-tile.ts';
import { blockProduct, columnWeights, tileGrid } from './wgsl-product.ts';
import { columnOf, range, stripColumns } from './wgsl-strip.ts';

const attrsOf = (step: Step): ExpandDepthwiseAttrs => step.attrs as unknown as ExpandDepthwiseAttrs;
const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

const tileFor = (step: Step, caps: Parameters<Kernel['build']>[1]): ExpandTile | undefined =>
  chooseExpandTile(shapeOf(step.inputs[0]), shapeOf(step.outputs[0]), attrsOf(step), caps);

/** Expands the part of the halo that lies on the map, a few pixels at a time; what lies outside stays 0, as memory begins. */
function expansion(shader: Shader, step: Step, t: ExpandTile): string {
  const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
  const [batch, height, width] = input as [number, number, number, number];
  const wide = [batch, height, width, output[3] as number];
  const in4 = channelBlocks(input);
  const out4 = channelBlocks(output);
  const lanes = in4 === 1 ? (input[3] as number) : 4;
  const x = shader.input(0);
  const w = shader.weight('expandColumns', columnWeights([output[3] as number, input[3] as number], 'expandWeight'));
  const bias = shader.vector('expandBias');
  const pixels = range(pixelsTogether);
  return `let firstY = max(top, 0);
let firstX = max(left, 0);
let rectangleWidth = u32(max(0, min(left + ${t.haloWidth}, ${width}) - firstX));
let rectangle = u32(max(0, min(top + ${t.haloHeight}, ${height}) - firstY)) * rectangleWidth;
for (var i = local / ${t.blocks}u; i * ${pixelsTogether}u < rectangle; i += ${t.invocations / t.blocks}u) {
${pixels
  .map(
    (p) => `let at${p} = min(i * ${pixelsTogether}u + ${p}u, rectangle - 1u);
let y${p} = u32(firstY) + at${p} / rectangleWidth;
let x${p} = u32(firstX) + at${p} % rectangleWidth;
let pixel${p} = (n * ${height}u + y${p}) * ${width}u + x${p};
var e${p} = ${shader.load(bias, 'block')};`,
  )
  .join('\n')}
for (var k = 0u; k < ${in4}u; k++) {
let at = k * ${4 * out4}u + block;
${range(lanes)
  .map((lane) => `let w${lane} = ${shader.load(w, lane === 0 ? 'at' : `at + ${lane * out4}u`)};`)
  .join(' ')}
${pixels.map((p) => `{ var x = ${shader.load(x, `pixel${p} * ${in4}u + k`)}; ${shader.riders(step.prologue, 'x', input, `pixel${p}`, 'k', false)} ${blockProduct(`e${p}`, 'x', lanes)} }`).join('\n')}
}
${pixels
  .map(
    (p) => `${shader.riders(attrsOf(step).middle, `e${p}`, wide, `pixel${p}`, 'block', false)}
halo[((y${p} - u32(top)) * ${t.haloWidth}u + (x${p} - u32(left))) * ${t.blocks}u + lane] = e${p};`,
  )
  .join('\n')}
}`;
}

/** Strips of the tile, several an invocation where the tile is large; the sum over an invocation's outputs stays in `sum`. */
function filtering(shader: Shader, step: Step, t: ExpandTile, sums: boolean): string {
  const w = attrsOf(step);
  const output = shapeOf(step.outputs[0]);
  const [, outHeight, outWidth] = output as [number, number, number, number];
  const out4 = channelBlocks(output);
  const taps = shader.weight('taps', {
    packer: 'taps',
    roles: ['weight'],
    options: {},
    elements: w.kernel[0] * w.kernel[1] * out4 * 4,
  });
  const bias = shader.vector('bias');
  const out = shader.output();
  const columns = stripColumns(w, stripOutputs);
  const strips = Math.ceil(t.width / stripOutputs);
  const outputs = range(stripOutputs);
  return `let start = ${shader.load(bias, 'block')};
for (var i = local / ${t.blocks}u; i < ${strips * t.height}u; i += ${t.invocations / t.blocks}u) {
let innerRow = i / ${strips}u;
let innerColumn = (i % ${strips}u) * ${stripOutputs}u;
${outputs.map((o) => `var a${o} = start;`).join(' ')}
for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let at = ((innerRow * ${w.stride[0]}u + ky * ${w.dilation[0]}u) * ${t.haloWidth}u + innerColumn * ${w.stride[1]}u) * ${t.blocks}u + lane;
${columns.map((offset, j) => `let x${j} = halo[at + ${offset * t.blocks}u];`).join('\n')}
${range(w.kernel[1])
  .map(
    (kx) =>
      `{ let w = ${shader.load(taps, `(ky * ${w.kernel[1]}u + ${kx}u) * ${out4}u + block`)}; ${outputs.map((o) => `a${o} += x${columnOf(columns, w, o, kx)} * w;`).join(' ')} }`,
  )
  .join('\n')}
}
let oy = tileRow + innerRow;
${outputs
  .map(
    (o) => `{ let inner = innerColumn + ${o}u;
let ox = tileColumn + inner;
if (own < ${out4}u && oy < ${outHeight}u && ${t.width % stripOutputs === 0 ? '' : `inner < ${t.width}u && `}ox < ${outWidth}u) {
let row = (n * ${outHeight}u + oy) * ${outWidth}u + ox;
${shader.riders(step.epilogue, `a${o}`, output, 'row', 'block')}
${shader.store(out, `row * ${out4}u + block`, `a${o}`)}
${sums ? `sum += a${o};` : ''}
} }`,
  )
  .join('\n')}
}`;
}

export const expandDepthwiseTile: Kernel = {
  name: 'expandDepthwise/tile',
  family: 'expandDepthwise',
  doc: 'Expand and depthwise of an output tile and a slice of channels in workgroup memory; partial channel sums where a gate wants them.',
  accepts: (step, caps) =>
    !caps.software &&
    // Riders between the two see single pixels: per-channel constants and functions only.
    attrsOf(step).middle.every((rider) => rider.kind === 'unary' || rider.kind === 'channel') &&
    stripColumns(attrsOf(step), stripOutputs).length <= 16 &&
    tileFor(step, caps) !== undefined,
  sumParts: (step, caps) => {
    const t = tileFor(step, caps);
    return t ? t.tilesDown * t.tilesAcross : 0;
  },
  build(step, caps, precision) {
    const t = tileFor(step, caps) as ExpandTile;
    const w = attrsOf(step);
    const output = shapeOf(step.outputs[0]);
    const out4 = channelBlocks(output);
    const blockTiles = Math.ceil(out4 / t.blocks);
    const parts = t.tilesDown * t.tilesAcross;
    const sums = step.outputs.length > 1;
    const shader = new Shader(step, precision);
    const grid = tileGrid(blockTiles * parts * (output[0] as number), caps);
    const expand = expansion(shader, step, t);
    const filter = filtering(shader, step, t, sums);
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
