// Depthwise convolution in strips: one invocation computes a few neighbouring outputs of one channel block, row by row, and keeps the rows it has read.
import type { Window } from '../../families/window.ts';
import type { BuiltKernel, Capabilities, Precision } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { byProductOf } from '../../wgsl/by-products.ts';
import { channelBlocks, lineGrid, Shader } from '../../wgsl/shader.ts';
import { columnOf, declareColumns, range, stripColumns } from '../../wgsl/strip.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
/** How a map is cut: strips of `across` outputs, `down` rows an invocation. */
interface Cut {
  readonly across: number;
  readonly down: number;
  readonly strips: number;
  readonly chunks: number;
}

function cut(output: Shape, across: number, down: number): Cut {
  const [, height, width] = output as [number, number, number];
  return { across, down, strips: Math.ceil(width / across), chunks: Math.ceil(height / down) };
}

/** Text of the strip's loop. The body of `store(t, row, column)` sees the finished `vec4f` variable `acc{t}`. */
export function stripText(
  shader: Shader,
  step: StepOf<'depthwise'>,
  w: Window,
  c: Cut,
  store: (t: number, row: string, live: string) => string,
): string {
  const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
  const [, height, width] = input as [number, number, number, number];
  const [, outHeight, outWidth] = output as [number, number, number, number];
  const in4 = channelBlocks(input);
  const out4 = channelBlocks(output);
  const x = shader.input(0);
  const taps = shader.weight('taps', {
    packer: 'taps',
    roles: ['weight'],
    options: {},
    elements: w.kernel[0] * w.kernel[1] * out4 * 4,
  });
  const bias = shader.vector('bias');
  const columns = stripColumns(w, c.across);
  // Rows stay in registers from one output row to the next where windows overlap.
  const kept = c.down > 1 && w.dilation[0] === 1 ? Math.max(0, w.kernel[0] - w.stride[0]) : 0;
  // The loop begins some rows early, to fill them, and stores nothing meanwhile.
  const warmUp = Math.ceil(kept / w.stride[0]);
  const loadRow = (ky: number, top: string): string => `{ let y = ${top} + ${ky * w.dilation[0]};
let rowInside = y >= 0 && y < ${height};
let rowStart = (n * ${height}u + u32(clamp(y, 0, ${height - 1}))) * ${width}u;
${columns
  .map((_, j) => {
    const riders =
      step.prologue.length > 0
        ? `let pixel = rowStart + column${j};\n${shader.riders(step.prologue, 'v', input, 'pixel', 'source', false)}\n`
        : '';
    return `{ var v = ${shader.load(x, `(rowStart + column${j}) * ${in4}u + source`)}; ${riders}r${ky}_${j} = select(vec4f(), v, rowInside && inside${j}); }`;
  })
  .join('\n')} }`;
  const declare = (ky: number): string => columns.map((_, j) => `var r${ky}_${j}: vec4f;`).join(' ');
  const product = (t: number): string =>
    range(w.kernel[0])
      .flatMap((ky) =>
        range(w.kernel[1]).map((kx) => `r${ky}_${columnOf(columns, w, t, kx)} * w${ky * w.kernel[1] + kx}`),
      )
      .join(' + ');
  const keep = range(kept)
    .map((ky) => columns.map((_, j) => `r${ky}_${j} = r${ky + w.stride[0]}_${j};`).join(' '))
    .join('\n');
  const one = `let top = oy * ${w.stride[0]} - ${w.pads[0]};
${range(w.kernel[0])
  .slice(kept)
  .map((ky) => loadRow(ky, 'top'))
  .join('\n')}
${range(c.across)
  .map(
    (t) =>
      `{ var acc${t} = b + ${product(t)};\n${store(t, 'u32(oy)', `firstColumn + ${t}u < ${outWidth}u${warmUp > 0 ? ' && oy >= firstRow' : ''}`)} }`,
  )
  .join('\n')}
${keep}`;
  return `let source = ${step.attrs.repeat === 1 ? 'block' : `block % ${in4}u`};
let firstColumn = strip * ${c.across}u;
let firstRow = i32(chunk * ${c.down}u);
let left = i32(firstColumn * ${w.stride[1]}u) - ${w.pads[1]};
${declareColumns(columns, width)}
let b = ${shader.load(bias, 'block')};
${range(w.kernel[0] * w.kernel[1])
  .map((tap) => `let w${tap} = ${shader.load(taps, `${tap * out4}u + block`)};`)
  .join('\n')}
${range(w.kernel[0]).map(declare).join('\n')}
${c.down === 1 ? `let oy = firstRow;\n${one}` : `for (var oy = firstRow - ${warmUp}; oy < min(firstRow + ${c.down}, ${outHeight}); oy++) {\n${one}\n}`}`;
}

const invocations = (output: Shape, c: Cut): number =>
  (output[0] as number) * c.strips * c.chunks * channelBlocks(output);

/** Software: whole columns, so that each input row is loaded once; shorter ones where they would leave cores idle. */
function softwareCut(step: StepOf<'depthwise'>): Cut {
  const output = shapeOf(step.outputs[0]);
  const height = output[1] as number;
  for (let chunks = 1; ; chunks++) {
    const c = cut(output, 4, Math.ceil(height / chunks));
    if (invocations(output, c) >= 128 || c.down <= 7) return c;
  }
}

/** `block`, `strip`, `chunk` and `n` from a linear index, channel blocks fastest. */
const position = (output: Shape, c: Cut): string => `let block = index % ${channelBlocks(output)}u;
let place = index / ${channelBlocks(output)}u;
let strip = place % ${c.strips}u;
let chunk = (place / ${c.strips}u) % ${c.chunks}u;
let n = place / ${c.strips * c.chunks}u;`;

function build(step: StepOf<'depthwise'>, caps: Capabilities, precision: Precision, c: Cut, size: number): BuiltKernel {
  const shader = new Shader(step, precision);
  const output = shapeOf(step.outputs[0]);
  const [, outHeight, outWidth] = output as [number, number, number, number];
  const out4 = channelBlocks(output);
  const sums = step.outputs.length > 1;
  const body = stripText(
    shader,
    step,
    step.attrs,
    c,
    (t, row, live) => `if (${live}) {
let row = (n * ${outHeight}u + ${row}) * ${outWidth}u + firstColumn + ${t}u;
${shader.riders(step.epilogue, `acc${t}`, output, 'row', 'block')}
${shader.store(shader.output(), `row * ${out4}u + block`, `acc${t}`)}
${sums ? `sum += acc${t};` : ''}
}`,
  );
  const grid = lineGrid(invocations(output, c), caps, size);
  return shader.build(
    `@compute @workgroup_size(${size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
${position(output, c)}
${sums ? 'var sum = vec4f();' : ''}
${body}
${sums ? shader.store(shader.output(1), `(n * ${c.strips * c.chunks}u + chunk * ${c.strips}u + strip) * ${out4}u + block`, 'sum') : ''}
}`,
    grid.workgroups,
  );
}

/** Taps and the loads of a loop's turn are unrolled: more of them would take seconds to compile, and without overlap nothing is gained. */
const unrolls = ({ kernel, stride, dilation, ...w }: Window): boolean =>
  kernel[0] * kernel[1] <= 49 &&
  dilation[0] === 1 &&
  stride[0] < kernel[0] &&
  stride[0] * stripColumns({ kernel, stride, dilation, ...w }, 4).length <= 26;

const mergeable = (step: StepOf<'depthwise'>): boolean =>
  step.attrs.repeat === 1 || (shapeOf(step.inputs[0]).at(-1) as number) % 4 === 0;

export const depthwiseColumns: Kernel<'depthwise'> = {
  name: 'depthwise/columns',
  family: 'depthwise',
  doc: 'Software adapters: an invocation walks down a strip four outputs wide and loads every input row once.',
  accepts: (step, caps) =>
    caps.software && !step.attrs.instance && byProductOf(step) !== 'moments' && mergeable(step) && unrolls(step.attrs),
  build: (step, caps, precision) => build(step, caps, precision, softwareCut(step), 16),
  sumParts: (step) => {
    const c = softwareCut(step);
    return c.strips * c.chunks;
  },
};
