// Integer depthwise convolution in strips: an invocation computes a few neighbouring outputs of four channels and shares their columns.
import type { BuiltKernel, Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { columnOf, declareColumns, range, stripColumns } from '../../wgsl/strip.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks, lineGrid } from '../../wgsl/shader.ts';
import { ByteShader, flip } from '../../wgsl/int8-shader.ts';
import { productTail } from './product-tail.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

/** Strips of `across` outputs, `down` rows of them an invocation. */
interface Cut {
  readonly across: number;
  readonly down: number;
  readonly strips: number;
  readonly chunks: number;
}

/** Invocations below which a large GPU idles. */
const busyInvocations = 192 * 32;

function cutOf(output: Shape, caps: Capabilities): Cut {
  const [, height, width] = output as [number, number, number, number];
  const busy = (output[0] as number) * height * Math.ceil(width / 2) * channelBlocks(output) >= busyInvocations;
  const across = Math.min(caps.software ? 4 : busy ? 2 : 1, width);
  const strips = Math.ceil(width / across);
  if (!caps.software) return { across, down: 1, strips, chunks: height };
  // Whole columns load each input row once; shorter ones where they would leave cores idle.
  for (let chunks = 1; ; chunks++) {
    const down = Math.ceil(height / chunks);
    if ((output[0] as number) * strips * chunks * channelBlocks(output) >= 128 || down <= 7)
      return { across, down, strips, chunks: Math.ceil(height / down) };
  }
}

function build(step: StepOf<'int8Depthwise'>, caps: Capabilities): BuiltKernel {
  const window = step.attrs;
  const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
  const [, height, width] = input as [number, number, number, number];
  const [batch, outHeight, outWidth] = output as [number, number, number, number];
  const blocks = channelBlocks(output);
  const { across, down, strips, chunks } = cutOf(output, caps);
  const shader = new ByteShader(step);
  const x = shader.input(0);
  const [kernelRows, kernelColumns] = window.kernel;
  const taps = kernelRows * kernelColumns;
  const w = shader.weight(
    'weight',
    { packer: 'int8Taps', roles: ['weight'], options: {}, elements: taps * blocks * 4, type: 'i8' },
    'u32',
  );
  const tail = productTail(shader, step);
  shader.use('signed4');
  const columns = stripColumns(window, across);
  // Rows stay in registers from one output row to the next where windows overlap; the loop begins early to fill them.
  const kept = down > 1 && window.dilation[0] === 1 ? Math.max(0, kernelRows - window.stride[0]) : 0;
  const warmUp = Math.ceil(kept / window.stride[0]);
  const loadRow = (ky: number): string => `{ let y = top + ${ky * window.dilation[0]};
let rowInside = y >= 0 && y < ${height};
let rowStart = (n * ${height}u + u32(clamp(y, 0, ${height - 1}))) * ${width}u;
${columns.map((_, j) => `r${ky}_${j} = signed4(select(padding, ${x}[(rowStart + column${j}) * ${blocks}u + block] ^ ${flip}, rowInside && inside${j}));`).join('\n')} }`;
  const sum = (t: number): string =>
    range(kernelRows)
      .flatMap((ky) =>
        range(kernelColumns).map((kx) => `r${ky}_${columnOf(columns, window, t, kx)} * w${ky * kernelColumns + kx}`),
      )
      .join(' + ');
  const grid = lineGrid(batch * strips * chunks * blocks, caps, caps.software ? 16 : 64);
  return shader.build(
    `@compute @workgroup_size(${grid.size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
${tail.declare}
let block = index % ${blocks}u;
let position = index / ${blocks}u;
let strip = position % ${strips}u;
let chunk = (position / ${strips}u) % ${chunks}u;
let n = position / ${strips * chunks}u;
let firstColumn = strip * ${across}u;
let firstRow = i32(chunk * ${down}u);
let left = i32(firstColumn * ${window.stride[1]}u) - ${window.pads[1]};
${declareColumns(columns, width)}
${range(taps)
  .map((tap) => `let w${tap} = signed4(${w}[${tap * blocks}u + block]);`)
  .join('\n')}
${range(kernelRows)
  .map((ky) => columns.map((_, j) => `var r${ky}_${j}: vec4i;`).join(' '))
  .join('\n')}
for (var oy = firstRow - ${warmUp}; oy < min(firstRow + ${down}, ${outHeight}); oy++) {
let top = oy * ${window.stride[0]} - ${window.pads[0]};
${range(kernelRows).slice(kept).map(loadRow).join('\n')}
if (oy >= firstRow) {
let rowStart = (n * ${outHeight}u + u32(oy)) * ${outWidth}u + firstColumn;
${range(across)
  .map(
    (t) =>
      `if (firstColumn + ${t}u < ${outWidth}u) { let acc = ${sum(t)};\n${tail.store('acc', `(rowStart + ${t}u)`, 'block')} }`,
  )
  .join('\n')}
}
${range(kept)
  .map((ky) => columns.map((_, j) => `r${ky}_${j} = r${ky + window.stride[0]}_${j};`).join(' '))
  .join('\n')}
}
}`,
    grid.workgroups,
  );
}

export const depthwiseStrip: Kernel<'int8Depthwise'> = {
  name: 'int8Depthwise/strip',
  family: 'int8Depthwise',
  doc: 'Two to four outputs wide, four channels at once; software adapters walk down a column and keep the rows they have read.',
  accepts: (step) => step.attrs.repeat === undefined || step.attrs.repeat === 1,
  build,
};
