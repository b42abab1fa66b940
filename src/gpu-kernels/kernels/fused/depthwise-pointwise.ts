// Depthwise separable convolution (MobileNet, arXiv 1704.04861 §3.1) in one kernel: a workgroup filters a chunk of channels into its memory and multiplies it at once.
import type { Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks, Shader } from '../../wgsl/shader.ts';
import { blockProduct, columnWeights, tileGrid } from '../../wgsl/product.ts';
import { columnOf, declareColumns, range, stripColumns } from '../../wgsl/strip.ts';

/** Height and width of the outputs of a workgroup; smaller ones where a GPU would idle. */
const tileSizes = [
  [4, 8],
  [4, 4],
  [2, 4],
  [1, 4],
] as const;
const outputs = 4;
/** Pixels an invocation multiplies. */
const rows = 4;
/** Channel blocks filtered at a time. */
const chunk = 16;
/** Workgroups below which a discrete GPU idles. */
const fewGroups = 96;
/** Filtering is repeated for every tile of output channels: this share of the product's work is worth the launch it saves. */
const maxRepeated = 0.4;

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

interface Layout {
  readonly tileHeight: number;
  readonly tileWidth: number;
  readonly pixels: number;
  readonly rowThreads: number;
  /** vec4s of output channels a workgroup. */
  readonly across: number;
  /** Lanes that share the input blocks of a chunk. */
  readonly parts: number;
  readonly size: number;
  readonly groups: number;
  readonly memory: number;
}

function layoutOf(step: StepOf<'depthwisePointwise'>, caps: Capabilities): Layout | undefined {
  const [batch, height, width] = shapeOf(step.outputs[0]) as [number, number, number];
  const out4 = channelBlocks(shapeOf(step.outputs[0]));
  const [kh, kw] = step.attrs.kernel;
  const limit = Math.min(256, caps.maxInvocationsPerWorkgroup);
  const choices = tileSizes
    .flatMap(([tileHeight, tileWidth]) =>
      [32, 16, 8]
        .filter((across) => across < 2 * out4 || across === 8)
        .map((across): Layout => {
          const pixels = tileHeight * tileWidth;
          const rowThreads = pixels / rows;
          const parts = Math.max(1, Math.min(chunk, limit / (across * rowThreads)));
          const size = across * rowThreads * parts;
          const tiles = batch * Math.ceil(height / tileHeight) * Math.ceil(width / tileWidth);
          const memory = Math.max(pixels * chunk, parts > 1 ? size * rows : 0);
          const groups = tiles * Math.ceil(out4 / across);
          return { tileHeight, tileWidth, pixels, rowThreads, across, parts, size, groups, memory };
        }),
    )
    .filter(
      ({ across, size, memory }) =>
        size <= caps.maxInvocationsPerWorkgroup &&
        memory * 16 <= caps.maxWorkgroupStorageBytes &&
        (kh * kw) / (4 * across) <= maxRepeated,
    );
  const busy = choices.find(({ groups }) => groups >= fewGroups);
  return busy ?? choices.reduce<Layout | undefined>((a, b) => (a && a.groups >= b.groups ? a : b), undefined);
}

/** Filters one chunk: strips of four outputs, one channel block each. */
function filtering(shader: Shader, step: StepOf<'depthwisePointwise'>, l: Layout): string {
  const w = step.attrs;
  const { pixels, tileWidth } = l;
  const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
  const [, height, width] = input as [number, number, number, number];
  const in4 = channelBlocks(input);
  const thin = [...output.slice(0, 3), input[3] as number];
  const x = shader.input(0);
  const taps = shader.weight('taps', {
    packer: 'taps',
    roles: ['depthwiseWeight'],
    options: {},
    elements: w.kernel[0] * w.kernel[1] * in4 * 4,
  });
  const bias = shader.vector('depthwiseBias');
  const columns = stripColumns(w, outputs);
  const load = (j: number): string => {
    const riders =
      step.prologue.length > 0
        ? `let pixel = rowStart + column${j};\n${shader.riders(step.prologue, 'v', input, 'pixel', 'c', false)}\n`
        : '';
    return `var x${j}: vec4f;
{ var v = ${shader.load(x, `(rowStart + column${j}) * ${in4}u + c`)}; ${riders}x${j} = select(vec4f(), v, inside${j}); }`;
  };
  return `for (var i = local; i < ${(pixels / outputs) * chunk}u; i += ${l.size}u) {
let c = first + i % ${chunk}u;
if (c >= ${in4}u) { continue; }
let strip = i / ${chunk}u;
let oy = tileRow + strip / ${tileWidth / outputs}u;
let left = i32((tileColumn + (strip % ${tileWidth / outputs}u) * ${outputs}u) * ${w.stride[1]}u) - ${w.pads[1]};
${declareColumns(columns, width)}
let start = ${shader.load(bias, 'c')};
${range(outputs)
  .map((t) => `var f${t} = start;`)
  .join(' ')}
for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let y = i32(oy * ${w.stride[0]}u + ky * ${w.dilation[0]}u) - ${w.pads[0]};
if (y < 0 || y >= ${height}) { continue; }
let rowStart = (n * ${height}u + u32(y)) * ${width}u;
${columns.map((_, j) => load(j)).join('\n')}
${range(w.kernel[1])
  .map(
    (kx) =>
      `{ let w = ${shader.load(taps, `(ky * ${w.kernel[1]}u + ${kx}u) * ${in4}u + c`)}; ${range(outputs)
        .map((t) => `f${t} += x${columnOf(columns, w, t, kx)} * w;`)
        .join(' ')} }`,
  )
  .join('\n')}
}
${range(outputs)
  .map(
    (t) =>
      `${shader.riders(w.middle, `f${t}`, thin, '0u', 'c', false)}\nstaged[(strip * ${outputs}u + ${t}u) * ${chunk}u + i % ${chunk}u] = f${t};`,
  )
  .join('\n')}
}`;
}

export const depthwisePointwiseChunked: Kernel<'depthwisePointwise'> = {
  name: 'depthwisePointwise/chunked',
  family: 'depthwisePointwise',
  doc: '8×4 outputs or fewer by 32 to 128 channels a workgroup; 16 channel blocks at a time are filtered into workgroup memory and multiplied.',
  accepts: (step, caps) =>
    !caps.software &&
    step.outputs.length === 1 &&
    step.attrs.middle.every((rider) => rider.kind === 'unary' || rider.kind === 'channel') &&
    stripColumns(step.attrs, outputs).length <= 16 &&
    layoutOf(step, caps) !== undefined,
  build(step, caps, precision) {
    const l = layoutOf(step, caps) as Layout;
    const { tileHeight, tileWidth, pixels, rowThreads } = l;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const [batch, outHeight, outWidth, channels] = output as [number, number, number, number];
    const in4 = channelBlocks(input);
    const out4 = channelBlocks(output);
    const columnTiles = Math.ceil(out4 / l.across);
    const tilesAcross = Math.ceil(outWidth / tileWidth);
    const places = Math.ceil(outHeight / tileHeight) * tilesAcross;
    const shader = new Shader(step, precision);
    const grid = tileGrid(columnTiles * places * batch, caps);
    const filter = filtering(shader, step, l);
    const weights = shader.weight('columns', columnWeights([channels, input[3] as number]));
    const bias = shader.vector('bias');
    const out = shader.output();
    const each = (text: (p: number) => string): string => range(rows).map(text).join('\n');
    const store = (
      value: string,
      pixel: string,
      block: string,
    ): string => `{ let oy = tileRow + (${pixel}) / ${tileWidth}u;
let ox = tileColumn + (${pixel}) % ${tileWidth}u;
if (oy < ${outHeight}u && ox < ${outWidth}u && ${block} < ${out4}u) {
let row = (n * ${outHeight}u + oy) * ${outWidth}u + ox;
${shader.riders(step.epilogue, value, output, 'row', block)}
${shader.store(out, `row * ${out4}u + ${block}`, value)}
} }`;
    // Split parts lie result by result, part by part, and are added up in a fixed order.
    const reduce = `${each((p) => `staged[((firstPixel + ${p}u) * ${l.across}u + local % ${l.across}u) * ${l.parts}u + part] = a${p};`)}
workgroupBarrier();
for (var i = local; i < ${pixels * l.across}u; i += ${l.size}u) {
let block = firstColumn + i % ${l.across}u;
var v = ${shader.load(bias, `min(block, ${out4 - 1}u)`)};
for (var p = 0u; p < ${l.parts}u; p++) { v += staged[i * ${l.parts}u + p]; }
${store('v', `i / ${l.across}u`, 'block')}
}`;
    return shader.build(
      `var<workgroup> staged: array<vec4f, ${l.memory}>;
@compute @workgroup_size(${l.size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let firstColumn = (tile % ${columnTiles}u) * ${l.across}u;
let place = (tile / ${columnTiles}u) % ${places}u;
let n = tile / ${columnTiles * places}u;
let tileRow = (place / ${tilesAcross}u) * ${tileHeight}u;
let tileColumn = (place % ${tilesAcross}u) * ${tileWidth}u;
let column = min(firstColumn + local % ${l.across}u, ${out4 - 1}u);
let firstPixel = ((local / ${l.across}u) % ${rowThreads}u) * ${rows}u;
let part = local / ${l.across * rowThreads}u;
${each((p) => `var a${p} = vec4f();`)}
for (var first = 0u; first < ${in4}u; first += ${chunk}u) {
${filter}
workgroupBarrier();
for (var k = part; k < min(${chunk}u, ${in4}u - first); k += ${l.parts}u) {
let at = (first + k) * ${4 * out4}u + column;
${range(4)
  .map((lane) => `let w${lane} = ${shader.load(weights, lane === 0 ? 'at' : `at + ${lane * out4}u`)};`)
  .join(' ')}
${each((p) => `{ let x = staged[(firstPixel + ${p}u) * ${chunk}u + k]; ${blockProduct(`a${p}`, 'x', 4)} }`)}
}
workgroupBarrier();
}
${
  l.parts > 1
    ? reduce
    : `let block = firstColumn + local % ${l.across}u;
let start = ${shader.load(bias, 'column')};
${each((p) => `a${p} += start;\n${store(`a${p}`, `firstPixel + ${p}u`, 'block')}`)}`
}
}`,
      grid.workgroups,
    );
  },
};
