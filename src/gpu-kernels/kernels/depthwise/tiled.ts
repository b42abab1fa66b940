// Depthwise convolution on GPUs, large windows: a workgroup keeps the input of a tile of outputs in its memory.
import type { Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { byProductOf } from '../../wgsl/by-products.ts';
import { channelBlocks, Shader } from '../../wgsl/shader.ts';
import { tileGrid } from '../../wgsl/product.ts';
import { columnOf, range, stripColumns } from '../../wgsl/strip.ts';

/** Outputs of a tile: 8 rows of two strips of 4. */
const tileHeight = 8;
const tileWidth = 8;
const outputs = 4;
const strips = (tileHeight * tileWidth) / outputs;
/** Windows from which staging pays: below, caches and registers do. */
const largeTaps = 36;

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

interface Tile {
  /** Channel blocks a workgroup. */
  readonly blocks: number;
  readonly height: number;
  readonly width: number;
}

/** Input tile and the channel blocks that fit in workgroup memory; undefined when not even one does. */
function tileOf(step: StepOf<'depthwise'>, caps: Capabilities): Tile | undefined {
  const w = step.attrs;
  const height = (tileHeight - 1) * w.stride[0] + (w.kernel[0] - 1) * w.dilation[0] + 1;
  const width = (tileWidth - 1) * w.stride[1] + (w.kernel[1] - 1) * w.dilation[1] + 1;
  const wanted = channelBlocks(shapeOf(step.outputs[0]));
  const blocks = [4, 2, 1].find(
    (b) => (b === 1 || b < 2 * wanted) && (height * width + strips) * b * 16 <= caps.maxWorkgroupStorageBytes,
  );
  return blocks === undefined ? undefined : { blocks, height, width };
}

const tilesOf = ([, height, width]: readonly number[]): [number, number] => [
  Math.ceil((height as number) / tileHeight),
  Math.ceil((width as number) / tileWidth),
];

export const depthwiseTiled: Kernel<'depthwise'> = {
  name: 'depthwise/tiled',
  family: 'depthwise',
  doc: '8×8 outputs of up to 4 channel blocks from an input tile in workgroup memory: windows of 7×7 and more.',
  accepts: (step, caps) => {
    const { kernel, repeat } = step.attrs;
    if (
      caps.software ||
      step.attrs.instance !== undefined ||
      byProductOf(step) === 'moments' ||
      kernel[0] * kernel[1] < largeTaps ||
      (repeat > 1 && (shapeOf(step.inputs[0]).at(-1) as number) % 4 !== 0)
    )
      return false;
    return tileOf(step, caps) !== undefined && stripColumns(step.attrs, outputs).length <= 24;
  },
  sumParts: (step) => {
    const [down, right] = tilesOf(shapeOf(step.outputs[0]));
    return down * right;
  },
  build(step, caps, precision) {
    const w = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const [batch, height, width] = input as [number, number, number, number];
    const [, outHeight, outWidth] = output as [number, number, number, number];
    const tile = tileOf(step, caps) as Tile;
    const [down, right] = tilesOf(output);
    const parts = down * right;
    const size = strips * tile.blocks;
    const in4 = channelBlocks(input);
    const out4 = channelBlocks(output);
    const blockTiles = Math.ceil(out4 / tile.blocks);
    const columns = stripColumns(w, outputs);
    const sums = step.outputs.length > 1;
    const shader = new Shader(step, precision);
    const grid = tileGrid(blockTiles * parts * batch, caps);
    const x = shader.input(0);
    const taps = shader.weight('taps', {
      packer: 'taps',
      roles: ['weight'],
      options: {},
      elements: w.kernel[0] * w.kernel[1] * out4 * 4,
    });
    const bias = shader.vector('bias');
    const out = shader.output();
    const area = tile.height * tile.width * tile.blocks;
    const source = (block: string): string => (w.repeat === 1 ? block : `(${block}) % ${in4}u`);
    return shader.build(
      `var<workgroup> staged: array<vec4f, ${area}>;
${sums ? `var<workgroup> partial: array<vec4f, ${size}>;\n` : ''}@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let firstBlock = (tile % ${blockTiles}u) * ${tile.blocks}u;
let part = (tile / ${blockTiles}u) % ${parts}u;
let n = tile / ${blockTiles * parts}u;
let tileRow = (part / ${right}u) * ${tileHeight}u;
let tileColumn = (part % ${right}u) * ${tileWidth}u;
let top = i32(tileRow * ${w.stride[0]}u) - ${w.pads[0]};
let left = i32(tileColumn * ${w.stride[1]}u) - ${w.pads[1]};
for (var i = local; i < ${area}u; i += ${size}u) {
let own = firstBlock + i % ${tile.blocks}u;
let place = i / ${tile.blocks}u;
let y = top + i32(place / ${tile.width}u);
let ix = left + i32(place % ${tile.width}u);
var v = vec4f();
if (own < ${out4}u && y >= 0 && y < ${height} && ix >= 0 && ix < ${width}) {
let c = ${source('own')};
let pixel = (n * ${height}u + u32(y)) * ${width}u + u32(ix);
v = ${shader.load(x, `pixel * ${in4}u + c`)};
${shader.riders(step.prologue, 'v', input, 'pixel', 'c', false)}
}
staged[i] = v;
}
workgroupBarrier();
let lane = local % ${tile.blocks}u;
let own = firstBlock + lane;
let block = min(own, ${out4 - 1}u);
let strip = local / ${tile.blocks}u;
let innerRow = strip / ${tileWidth / outputs}u;
let innerColumn = (strip % ${tileWidth / outputs}u) * ${outputs}u;
let start = ${shader.load(bias, 'block')};
${range(outputs)
  .map((t) => `var a${t} = start;`)
  .join(' ')}
for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let at = ((innerRow * ${w.stride[0]}u + ky * ${w.dilation[0]}u) * ${tile.width}u + innerColumn * ${w.stride[1]}u) * ${tile.blocks}u + lane;
${columns.map((offset, j) => `let x${j} = staged[at + ${offset * tile.blocks}u];`).join('\n')}
${range(w.kernel[1])
  .map(
    (kx) =>
      `{ let w = ${shader.load(taps, `(ky * ${w.kernel[1]}u + ${kx}u) * ${out4}u + block`)}; ${range(outputs)
        .map((t) => `a${t} += x${columnOf(columns, w, t, kx)} * w;`)
        .join(' ')} }`,
  )
  .join('\n')}
}
${sums ? 'var sum = vec4f();' : ''}
let oy = tileRow + innerRow;
${range(outputs)
  .map(
    (t) => `{ let ox = tileColumn + innerColumn + ${t}u;
if (own < ${out4}u && oy < ${outHeight}u && ox < ${outWidth}u) {
let row = (n * ${outHeight}u + oy) * ${outWidth}u + ox;
${shader.riders(step.epilogue, `a${t}`, output, 'row', 'block')}
${shader.store(out, `row * ${out4}u + block`, `a${t}`)}
${sums ? `sum += a${t};` : ''}
} }`,
  )
  .join('\n')}
${
  sums
    ? `partial[local] = sum;
workgroupBarrier();
if (local < ${tile.blocks}u && own < ${out4}u) {
var whole = vec4f();
for (var s = 0u; s < ${strips}u; s++) { whole += partial[s * ${tile.blocks}u + local]; }
${shader.store(shader.output(1), `(n * ${parts}u + part) * ${out4}u + own`, 'whole')}
}`
    : ''
}
}`,
      grid.workgroups,
    );
  },
};
