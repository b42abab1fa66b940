// Layer norm and softmax on GPUs: several invocations share a row, keep it in registers and reduce in workgroup memory.
import type { Capabilities } from '../../kernel.ts';
import type { Kernel } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { channelBlocks, f32Literal, rowCount, Shader } from '../../wgsl/shader.ts';
import { acrossLanes, shareOut, type Sharing } from '../../wgsl/across.ts';
import { tileGrid } from '../../wgsl/product.ts';
import { range } from '../../wgsl/strip.ts';

/** vec4s of a row that an invocation holds at most. */
const maxHeld = 4;

interface Rows {
  readonly shape: Shape;
  readonly blocks: number;
  readonly sharing: Sharing;
  /** vec4s an invocation. */
  readonly held: number;
}

/** Undefined where rows are too long for the registers of one workgroup. */
function rowsOf(step: { readonly inputs: readonly Value[] }, caps: Capabilities): Rows | undefined {
  const { shape } = step.inputs[0] as Value;
  const blocks = channelBlocks(shape);
  const sharing = shareOut(
    rowCount(shape),
    blocks,
    Math.min(256, caps.maxInvocationsPerWorkgroup),
    Math.ceil(blocks / maxHeld),
  );
  const held = Math.ceil(blocks / sharing.lanes);
  return held <= maxHeld ? { shape, blocks, sharing, held } : undefined;
}

/** Declares u32 `lane`, `row`, `base`, `b{j}` and bool `has{j}`; every invocation stays for the barriers. */
function header({ shape, blocks, sharing, held }: Rows, caps: Capabilities) {
  const rows = rowCount(shape);
  const grid = tileGrid(Math.ceil(rows / sharing.together), caps);
  const whole = rows % sharing.together === 0;
  const full = (j: number): boolean => (j + 1) * sharing.lanes <= blocks;
  return {
    workgroups: grid.workgroups,
    text: `${grid.prologue}
let lane = local % ${sharing.lanes}u;
let index = tile * ${sharing.together}u + local / ${sharing.lanes}u;
let row = ${whole ? 'index' : `min(index, ${rows - 1}u)`};
let base = row * ${blocks}u;
${range(held)
  .map(
    (
      j,
    ) => `let b${j} = ${full(j) ? `lane + ${j * sharing.lanes}u` : `min(lane + ${j * sharing.lanes}u, ${blocks - 1}u)`};
let has${j} = ${full(j) ? 'true' : `lane + ${j * sharing.lanes}u < ${blocks}u`};`,
  )
  .join('\n')}`,
    /** Wraps a store: neither blocks nor rows beyond the last. */
    guarded: (j: number, body: string): string =>
      full(j) && whole ? `{ ${body} }` : `if (has${j}${whole ? '' : ` && index < ${rows}u`}) { ${body} }`,
  };
}

/** Padding lanes of block `b{j}` and blocks beyond the row, as a factor of a `vec4<bool>`. */
const validLanes = (channels: number, blocks: number, j: number): string =>
  channels % 4 === 0
    ? `vec4<bool>(has${j})`
    : `(vec4<bool>(${range(4)
        .map((lane) => (lane < channels % 4 ? 'true' : 'false'))
        .join(', ')}) | vec4<bool>(b${j} < ${blocks - 1}u)) & vec4<bool>(has${j})`;

const lanesSum = (v: string): string => `(${v}.x + ${v}.y + ${v}.z + ${v}.w)`;

export const layerNormWorkgroup: Kernel<'layerNorm'> = {
  name: 'layerNorm/workgroup',
  family: 'layerNorm',
  doc: 'Up to 256 invocations share a token and hold it in registers: mean, then variance about it, by two reductions in workgroup memory.',
  accepts: (step, caps) => !caps.software && step.outputs.length === 1 && rowsOf(step, caps) !== undefined,
  build(step, caps, precision) {
    const r = rowsOf(step, caps) as Rows;
    const { shape, blocks, sharing } = r;
    const channels = shape.at(-1) as number;
    const shader = new Shader(step, precision);
    const x = shader.input(0);
    const [gamma, beta] = [shader.vector('gamma'), shader.vector('beta')];
    const out = shader.output();
    const { text, workgroups, guarded } = header(r, caps);
    const each = (body: (j: number) => string): string => range(r.held).map(body).join('\n');
    const total = (v: string): string =>
      range(r.held)
        .map((j) => `${v}${j}`)
        .join(' + ');
    const reduce = (name: string, value: string, again: boolean): string =>
      acrossLanes(sharing, 'partial', 'f32', name, value, { again, neighbours: true });
    return shader.build(
      `${sharing.lanes > 1 ? `var<workgroup> partial: array<f32, ${sharing.size}>;\n` : ''}@compute @workgroup_size(${sharing.size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${text}
${each(
  (j) => `var x${j} = ${shader.load(x, `base + b${j}`)};
${shader.riders(step.prologue, `x${j}`, shape, 'row', `b${j}`)}
let valid${j} = ${validLanes(channels, blocks, j)};
x${j} = select(vec4f(), x${j}, valid${j});`,
)}
let s = ${total('x')};
${reduce('sum', lanesSum('s'), false)}
let mean = sum / ${channels}.0;
${each((j) => `let d${j} = select(vec4f(), x${j} - mean, valid${j});`)}
let q = ${range(r.held)
        .map((j) => `d${j} * d${j}`)
        .join(' + ')};
${reduce('squares', lanesSum('q'), true)}
let scale = inverseSqrt(squares / ${channels}.0 + ${f32Literal(step.attrs.eps)});
${each((j) =>
  guarded(
    j,
    `var acc = select(vec4f(), d${j} * scale * ${shader.load(gamma, `b${j}`)} + ${shader.load(beta, `b${j}`)}, valid${j});
${shader.riders(step.epilogue, 'acc', shape, 'row', `b${j}`)}
${shader.store(out, `base + b${j}`, 'acc')}`,
  ),
)}
}`,
      workgroups,
    );
  },
};

export const softmaxWorkgroup: Kernel<'softmax'> = {
  name: 'softmax/workgroup',
  family: 'softmax',
  doc: 'Up to 256 invocations share a row and hold it in registers: maximum, then sum of exponentials, by two reductions.',
  accepts: (step, caps) =>
    !caps.software && step.outputs.length === 1 && step.prologue.length === 0 && rowsOf(step, caps) !== undefined,
  build(step, caps, precision) {
    const r = rowsOf(step, caps) as Rows;
    const { shape, blocks, sharing } = r;
    const channels = shape.at(-1) as number;
    const shader = new Shader(step, precision);
    const x = shader.input(0);
    const out = shader.output();
    const { text, workgroups, guarded } = header(r, caps);
    const each = (body: (j: number) => string): string => range(r.held).map(body).join('\n');
    return shader.build(
      `${sharing.lanes > 1 ? `var<workgroup> partial: array<f32, ${sharing.size}>;\n` : ''}@compute @workgroup_size(${sharing.size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${text}
var largest = vec4f(-3.40282e38);
${each(
  (j) => `let valid${j} = ${validLanes(channels, blocks, j)};
var x${j} = ${shader.load(x, `base + b${j}`)};
largest = max(largest, select(vec4f(-3.40282e38), x${j}, valid${j}));`,
)}
${acrossLanes(sharing, 'partial', 'f32', 'top', 'max(max(largest.x, largest.y), max(largest.z, largest.w))', { neighbours: true, combine: 'max' })}
var sums = vec4f();
${each(
  (j) => `x${j} = select(vec4f(), exp(max(x${j} - top, vec4f(-80.0))), valid${j});
sums += x${j};`,
)}
${acrossLanes(sharing, 'partial', 'f32', 'sum', lanesSum('sums'), { again: true, neighbours: true })}
let share = 1.0 / sum;
${each((j) =>
  guarded(
    j,
    `var acc = x${j} * share;
${shader.riders(step.epilogue, 'acc', shape, 'row', `b${j}`)}
${shader.store(out, `base + b${j}`, 'acc')}`,
  ),
)}
}`,
      workgroups,
    );
  },
};
