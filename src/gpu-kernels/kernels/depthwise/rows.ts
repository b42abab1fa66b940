// Depthwise convolution in rows: four outputs of a row an invocation, neighbouring channel blocks side by side; one window, or one for each run of channels.
import type { InstanceNorm } from '../../families/instance-norm.ts';
import type { Window } from '../../families/window.ts';
import type { BuiltKernel, Capabilities, PackedWeight, Precision } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks, f32Literal, Shader } from '../../wgsl/shader.ts';
import { columnThreads, tileGrid } from '../../wgsl/product.ts';
import { columnOf, declareColumns, range, stripColumns } from '../../wgsl/strip.ts';
import { byProduct, type ByProduct } from '../../wgsl/by-products.ts';
import { applyInstance, deviationOf, moment, momentsFit } from '../../wgsl/instance-norm.ts';

const size = 64;
const maxColumns = 20;
/** Partial sums a picture that a gate should have to read at most, unless a GPU would idle. */
const maxParts = 64;

/** A run of channel blocks with one window; its taps lie at `taps + tap · blocks + (block − first)` in the packed weights. */
export interface Segment {
  readonly first: number;
  readonly blocks: number;
  readonly window: Window;
  readonly taps: number;
}

interface Layout {
  /** Invocations along the channel, and strips a workgroup. */
  readonly across: number;
  readonly strips: number;
  readonly outputs: number;
  /** Rows an invocation. */
  readonly rows: number;
  readonly stripsInRow: number;
  readonly places: number;
  /** Workgroups a picture and channel tile: one partial sum each. */
  readonly parts: number;
}

/** Invocations below which a large GPU idles. */
const busyInvocations = 192 * 32;

function layout(output: Shape, across: number, rows: number, outputs: number): Layout {
  const [, height, width] = output as [number, number, number];
  const stripsInRow = Math.ceil(width / outputs);
  const places = stripsInRow * Math.ceil(height / rows);
  return {
    across,
    strips: size / across,
    outputs,
    rows,
    stripsInRow,
    places,
    parts: Math.ceil((places * across) / size),
  };
}

/** One row of four outputs an invocation; fewer where a GPU would idle, several rows where partial sums would become too many. */
export function rowLayout(output: Shape, segments: readonly Segment[], sums: boolean, caps: Capabilities): Layout {
  const across = columnThreads(Math.min(...segments.map(({ blocks }) => blocks)), [16, 8, 4]);
  const [batch, height, width] = output as [number, number, number];
  const busy = (outputs: number): boolean =>
    batch * height * Math.ceil(width / outputs) * channelBlocks(output) >= busyInvocations;
  const outputs = caps.software || busy(4) ? 4 : busy(2) ? 2 : 1;
  for (let rows = 1; ; rows *= 2) {
    const found = layout(output, across, Math.min(rows, height), Math.min(outputs, width));
    const halved = layout(output, across, Math.min(2 * rows, height), Math.min(outputs, width));
    const fewer = caps.software || batch * halved.places * channelBlocks(output) >= busyInvocations;
    if (!sums || found.parts <= maxParts || rows >= height || !fewer) return found;
  }
}

export const fitsRows = (output: Shape, segments: readonly Segment[]): boolean =>
  segments.every(({ window }) => stripColumns(window, Math.min(4, output[2] as number)).length <= maxColumns);

/** One segment's rows: accumulates and stores the strip; needs u32 `n`, `place`, `block`, `source`, and `sum` where wanted. */
function rowsText(
  shader: Shader,
  step: StepOf<'depthwise' | 'mixedDepthwise'>,
  l: Layout,
  { first, blocks, window: w, taps: start }: Segment,
  taps: { name: string; type: Precision },
  sums: ByProduct,
): string {
  const [input, output] = [(step.inputs[0] as Value).shape, (step.outputs[0] as Value).shape];
  const [, height, width] = input as [number, number, number, number];
  const [, outHeight, outWidth] = output as [number, number, number, number];
  const in4 = channelBlocks(input);
  const out4 = channelBlocks(output);
  const x = shader.input(0);
  const columns = stripColumns(w, l.outputs);
  const outputs = range(l.outputs);
  const norm = instanceOf(step) && applyInstance(shader, step, 'v', 'source', 'spread');
  const load = (j: number): string => {
    const riders =
      step.prologue.length > 0
        ? `let pixel = rowStart + column${j};\n${shader.riders(step.prologue, 'v', input, 'pixel', 'source', false)}\n`
        : '';
    return `var x${j}: vec4f;
{ var v = ${shader.load(x, `(rowStart + column${j}) * ${in4}u + source`)}; ${norm?.each ?? ''} ${riders}x${j} = select(vec4f(), v, inside${j}); }`;
  };
  const tap = (kx: number): string =>
    `{ let w = ${shader.load(taps, `${start}u + (ky * ${w.kernel[1]}u + ${kx}u) * ${blocks}u + block - ${first}u`)}; ${outputs
      .map((t) => `a${t} += x${columnOf(columns, w, t, kx)} * w;`)
      .join(' ')} }`;
  return `let firstColumn = (place % ${l.stripsInRow}u) * ${l.outputs}u;
let firstRow = (place / ${l.stripsInRow}u) * ${l.rows}u;
let left = i32(firstColumn * ${w.stride[1]}u) - ${w.pads[1]};
${declareColumns(columns, width)}
${norm?.once ?? ''}
${l.rows === 1 ? '{ let oy = firstRow;' : `for (var oy = firstRow; oy < min(firstRow + ${l.rows}u, ${outHeight}u); oy++) {`}
${outputs.map((t) => `var a${t} = start;`).join(' ')}
for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let y = i32(oy * ${w.stride[0]}u + ky * ${w.dilation[0]}u) - ${w.pads[0]};
if (y < 0 || y >= ${height}) { continue; }
let rowStart = (n * ${height}u + u32(y)) * ${width}u;
${columns.map((_, j) => load(j)).join('\n')}
${range(w.kernel[1]).map(tap).join('\n')}
}
${outputs
  .map(
    (t) => `${outWidth % l.outputs === 0 ? '{' : `if (firstColumn + ${t}u < ${outWidth}u) {`}
let row = (n * ${outHeight}u + oy) * ${outWidth}u + firstColumn + ${t}u;
${shader.riders(step.epilogue, `a${t}`, output, 'row', 'block')}
${shader.store(shader.output(), `row * ${out4}u + block`, `a${t}`)}
${sums.add(`a${t}`)}
}`,
  )
  .join('\n')}
}`;
}

const instanceOf = (step: StepOf<'depthwise' | 'mixedDepthwise'>): InstanceNorm | undefined =>
  step.family === 'depthwise' ? step.attrs.instance : undefined;

/** The deviation of an invocation's own channels, from the moments that its workgroup adds up, as `vec4f` `spread`. */
function spread(shader: Shader, step: StepOf<'depthwise' | 'mixedDepthwise'>, l: Layout): string {
  const instance = instanceOf(step);
  if (!instance) return '';
  const parts = (step.inputs[instance.input] as Value).shape[1] as number;
  const moments = [0, 1] as const;
  const read = (which: 0 | 1): string => moment(shader, step, instance, 'n', 'index', which, 'source');
  const mean = (which: 0 | 1): string => `moment${which} * ${f32Literal(1 / instance.pixels)}`;
  return `{ ${moments.map((i) => `var own${i} = vec4f();`).join(' ')}
for (var index = local / ${l.across}u; index < ${parts}u; index += ${l.strips}u) { ${moments.map((i) => `own${i} += ${read(i)};`).join(' ')} }
${moments.map((i) => `moments[${i}][local] = own${i};`).join(' ')} }
workgroupBarrier();
${moments.map((i) => `var moment${i} = vec4f();`).join(' ')}
for (var s = 0u; s < ${l.strips}u; s++) { ${moments.map((i) => `moment${i} += moments[${i}][s * ${l.across}u + local % ${l.across}u];`).join(' ')} }
let mean = ${mean(0)};
let spread = ${deviationOf('mean', mean(1), instance.eps)};`;
}

/** The kernel of a depthwise step whose channels fall into segments; a workgroup has one segment, so branches on it are uniform. */
export function buildRows(
  step: StepOf<'depthwise' | 'mixedDepthwise'>,
  caps: Capabilities,
  precision: Precision,
  segments: readonly Segment[],
  packed: PackedWeight,
  repeat = 1,
): BuiltKernel {
  const [input, output] = [(step.inputs[0] as Value).shape, (step.outputs[0] as Value).shape];
  const l = rowLayout(output, segments, step.outputs.length > 1, caps);
  const in4 = channelBlocks(input);
  const out4 = channelBlocks(output);
  const tilesOf = segments.map(({ blocks }) => Math.ceil(blocks / l.across));
  const columnTiles = tilesOf.reduce((a, b) => a + b, 0);
  const firstTile = segments.map((_, s) => tilesOf.slice(0, s).reduce((a, b) => a + b, 0));
  const shader = new Shader(step, precision);
  const grid = tileGrid(columnTiles * l.parts * (output[0] as number), caps);
  shader.input(0);
  const taps = shader.weight('taps', packed);
  const bias = shader.vector('bias');
  shader.output();
  // Last segment first, so that each branch only asks for its lower end.
  const branches = segments.map((segment, s) => ({ segment, s })).reverse();
  const choose = (text: (segment: Segment, s: number) => string): string =>
    segments.length === 1
      ? `{\n${text(segments[0] as Segment, 0)}\n}`
      : branches
          .map(({ segment, s }) => `${s === 0 ? '' : `if (columnTile >= ${firstTile[s]}u) `}{\n${text(segment, s)}\n}`)
          .join(' else ');
  const sums = byProduct(shader, step, {
    size,
    across: l.across,
    out4,
    part: `n * ${l.parts}u + part`,
    block: 'own',
    live: 'own < end',
  });
  return shader.build(
    `${sums.memory}${instanceOf(step) ? `var<workgroup> moments: array<array<vec4f, ${size}>, 2>;\n` : ''}@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let columnTile = tile % ${columnTiles}u;
let part = (tile / ${columnTiles}u) % ${l.parts}u;
let n = tile / ${columnTiles * l.parts}u;
let place = part * ${l.strips}u + local / ${l.across}u;
var own: u32;
var end: u32;
${choose(({ first, blocks }, s) => `own = ${first}u + (columnTile - ${firstTile[s]}u) * ${l.across}u + local % ${l.across}u; end = ${first + blocks}u;`)}
let live = own < end && place < ${l.places}u;
let block = min(own, end - 1u);
let source = ${repeat === 1 ? 'block' : `block % ${in4}u`};
${sums.start}
${spread(shader, step, l)}
if (live) {
let start = ${shader.load(bias, 'block')};
${choose((segment) => rowsText(shader, step, l, segment, taps, sums))}
}
${sums.finish}
}`,
    grid.workgroups,
  );
}

const whole = (step: StepOf<'depthwise'>): Segment[] => [
  { first: 0, blocks: channelBlocks((step.outputs[0] as Value).shape), window: step.attrs, taps: 0 },
];

export const depthwiseRows: Kernel<'depthwise'> = {
  name: 'depthwise/rows',
  family: 'depthwise',
  doc: 'One to four outputs wide, row by row, 4 to 16 channel blocks a workgroup; sums over the workgroup in its memory where a gate wants them.',
  accepts: (step, caps) =>
    // Channel sums go through workgroup memory.
    (!caps.software || (step.outputs.length === 1 && !step.attrs.instance)) &&
    (!step.attrs.instance || (step.attrs.repeat === 1 && momentsFit(step, step.attrs.instance, 1, size / 8))) &&
    (step.attrs.repeat === 1 || ((step.inputs[0] as Value).shape.at(-1) as number) % 4 === 0) &&
    fitsRows((step.outputs[0] as Value).shape, whole(step)),
  sumParts: (step, caps) =>
    caps.software ? 0 : rowLayout((step.outputs[0] as Value).shape, whole(step), true, caps).parts,
  build: (step, caps, precision) => {
    const { kernel, repeat } = step.attrs;
    const [segment] = whole(step) as [Segment];
    return buildRows(
      step,
      caps,
      precision,
      [segment],
      { packer: 'taps', roles: ['weight'], options: {}, elements: kernel[0] * kernel[1] * segment.blocks * 4 },
      repeat,
    );
  },
};
