// Means and norms over pixels on GPUs: the lanes of a workgroup share the pixels of a few channel blocks.
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Capabilities } from '../../kernel.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, f32Literal, maskPadding, rowCount, Shader, storedVectors } from '../../wgsl/shader.ts';
import { acrossLanes, shareOut, type Sharing } from '../../wgsl/across.ts';
import { tileGrid } from '../../wgsl/product.ts';

const inputOf = (step: { readonly inputs: readonly Value[] }): Shape => (step.inputs[0] as Value).shape;
const mostLanes = (caps: Capabilities): number => Math.min(256, caps.maxInvocationsPerWorkgroup);

/** Text around a body that works on result `index` with u32 `lane`; every invocation stays for the barriers, `live` may store. */
function entry(sharing: Sharing, results: number, caps: Capabilities, memory: string, body: string) {
  const { lanes, together, size } = sharing;
  const grid = tileGrid(Math.ceil(results / together), caps);
  const whole = results % together === 0;
  return {
    workgroups: grid.workgroups,
    text: `${memory}@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let place = tile * ${together}u + local % ${together}u;
let index = ${whole ? 'place' : `min(place, ${results - 1}u)`};
let lane = local / ${together}u;
let live = ${whole ? 'true' : `place < ${results}u`};
${lanes === 1 ? '_ = lane;\n' : ''}${body}
}`,
  };
}

export const meanWorkgroup: Kernel<'mean'> = {
  name: 'mean/workgroup',
  family: 'mean',
  doc: 'Up to 256 invocations share what an output vec4 is added up from: few and long columns fill a GPU too.',
  accepts(step, caps) {
    const { axes } = step.attrs;
    const rank = inputOf(step).length;
    return (
      !caps.software &&
      step.outputs.length === 1 &&
      axes.every((axis, i) => axis < rank - 1 && (i === 0 || axis === (axes[i - 1] as number) + 1))
    );
  },
  build(step, caps, precision) {
    const { axes } = step.attrs;
    const shader = new Shader(step, precision);
    const input = inputOf(step);
    const output = (step.outputs[0] as Value).shape;
    const x = shader.input(0);
    const out = shader.output();
    const last = axes.at(-1) as number;
    const run = elements(input.slice(axes[0], last + 1));
    const below = elements(input.slice(last + 1, -1));
    const blocks = channelBlocks(output);
    const results = storedVectors(output);
    const sharing = shareOut(results, run, mostLanes(caps));
    const { text, workgroups } = entry(
      sharing,
      results,
      caps,
      `var<workgroup> partial: array<vec4f, ${sharing.size}>;\n`,
      `let row = index / ${blocks}u;
let block = index % ${blocks}u;
let base = ${below === 1 ? `row * ${run}u` : `(row / ${below}u) * ${run * below}u + row % ${below}u`};
var own = vec4f();
for (var i = lane; i < ${run}u; i += ${sharing.lanes}u) {
let at = base + i${below === 1 ? '' : ` * ${below}u`};
var x = ${shader.load(x, `at * ${blocks}u + block`)};
${shader.riders(step.prologue, 'x', input, 'at', 'block', false)}
own += x;
}
${acrossLanes(sharing, 'partial', 'vec4f', 'sum', 'own', { neighbours: false })}
if (live && lane == 0u) {
var acc = sum / ${run}.0;
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(out, 'index', 'acc')}
}`,
    );
    return shader.build(text, workgroups);
  },
};

export const evonormB0Workgroup: Kernel<'evonormB0'> = {
  name: 'evonormB0/workgroup',
  family: 'evonormB0',
  doc: 'Up to 256 invocations share the pixels of four channels: mean, variance about it, then the store.',
  accepts: (step, caps) => !caps.software && step.outputs.length === 1 && step.prologue.length === 0,
  build(step, caps, precision) {
    const shader = new Shader(step, precision);
    const shape = inputOf(step);
    const pixels = elements(shape.slice(1, -1));
    const blocks = channelBlocks(shape);
    const channels = shape.at(-1) as number;
    const x = shader.input(0);
    const results = (shape[0] as number) * blocks;
    const sharing = shareOut(results, pixels, mostLanes(caps), 8);
    const load = shader.load(x, `p * ${blocks}u + block`);
    const each = (body: string): string =>
      `for (var i = lane; i < ${pixels}u; i += ${sharing.lanes}u) {\nlet p = n * ${pixels}u + i;\n${body}\n}`;
    const reduce = (name: string, value: string, again: boolean): string =>
      acrossLanes(sharing, 'partial', 'vec4f', name, value, { again, neighbours: false });
    const { text, workgroups } = entry(
      sharing,
      results,
      caps,
      `var<workgroup> partial: array<vec4f, ${sharing.size}>;\n`,
      `let n = index / ${blocks}u;
let block = index % ${blocks}u;
var own = vec4f();
${each(`own += ${load};`)}
${reduce('sum', 'own', false)}
let mean = sum / ${pixels}.0;
var spread = vec4f();
${each(`let d = ${load} - mean; spread += d * d;`)}
${reduce('squares', 'spread', true)}
let instance = sqrt(squares / ${pixels}.0 + ${f32Literal(step.attrs.eps)});
if (live) {
${each(`let x = ${load};
var acc = x / max(${shader.load(shader.vector('deviation'), 'block')}, ${shader.load(shader.vector('v'), 'block')} * x + instance) * ${shader.load(shader.vector('gamma'), 'block')} + ${shader.load(shader.vector('beta'), 'block')};
${channels % 4 === 0 ? '' : maskPadding('acc', channels, 'block')}
${shader.riders(step.epilogue, 'acc', shape, 'p', 'block')}
${shader.store(shader.output(), `p * ${blocks}u + block`, 'acc')}`)}
}`,
    );
    return shader.build(text, workgroups);
  },
};

/** Groups of whole vec4s: an invocation then loads and stores what is its group's alone. */
const wholeGroups = (step: StepOf<'groupNorm'>): boolean =>
  step.attrs.groups === 1 || (inputOf(step).at(-1) as number) % (4 * step.attrs.groups) === 0;

export const groupNormWorkgroup: Kernel<'groupNorm'> = {
  name: 'groupNorm/workgroup',
  family: 'groupNorm',
  doc: 'Up to 256 invocations share a group of whole vec4s: mean, variance about it, then the store; EvoNorm-S0 too.',
  accepts: (step, caps) =>
    !caps.software && step.outputs.length === 1 && step.prologue.length === 0 && wholeGroups(step),
  build(step, caps, precision) {
    const { groups, eps } = step.attrs;
    const shader = new Shader(step, precision);
    const shape = inputOf(step);
    const channels = shape.at(-1) as number;
    const pixels = rowCount(shape) / (shape[0] as number);
    const blocks = channelBlocks(shape);
    const width = blocks / groups;
    const count = `${(pixels * channels) / groups}.0`;
    const x = shader.input(0);
    const out = shader.output();
    const v = step.weights.v === undefined ? undefined : shader.vector('v');
    const [gamma, beta] = [shader.vector('gamma'), shader.vector('beta')];
    const sharing = shareOut((shape[0] as number) * groups, pixels * width, mostLanes(caps), 8);
    const load = shader.load(x, `p * ${blocks}u + block`);
    const mask = (name: string): string => (channels % 4 === 0 ? '' : maskPadding(name, channels, 'block'));
    const each = (body: string): string =>
      `for (var i = lane; i < ${pixels * width}u; i += ${sharing.lanes}u) {
let p = n * ${pixels}u + i / ${width}u;
let block = firstBlock + i % ${width}u;
${body}
}`;
    const reduce = (name: string, value: string, again: boolean): string =>
      acrossLanes(sharing, 'partial', 'f32', name, `(${value}.x + ${value}.y + ${value}.z + ${value}.w)`, {
        again,
        neighbours: false,
      });
    const { text, workgroups } = entry(
      sharing,
      (shape[0] as number) * groups,
      caps,
      `var<workgroup> partial: array<f32, ${sharing.size}>;\n`,
      `let n = index / ${groups}u;
let firstBlock = (index % ${groups}u) * ${width}u;
var own = vec4f();
${each(`own += ${load};`)}
${reduce('sum', 'own', false)}
let mean = sum / ${count};
var spread = vec4f();
${each(`var d = ${load} - mean;\n${mask('d')}\nspread += d * d;`)}
${reduce('squares', 'spread', true)}
let scale = inverseSqrt(squares / ${count} + ${f32Literal(eps)});
if (live) {
${each(`let x = ${load};
var acc = ${v ? `x / (1.0 + exp(-clamp(${shader.load(v, 'block')} * x, vec4f(-80.0), vec4f(80.0))))` : '(x - mean)'} * scale * ${shader.load(gamma, 'block')} + ${shader.load(beta, 'block')};
${mask('acc')}
${shader.riders(step.epilogue, 'acc', shape, 'p', 'block')}
${shader.store(out, `p * ${blocks}u + block`, 'acc')}`)}
}`,
    );
    return shader.build(text, workgroups);
  },
};
