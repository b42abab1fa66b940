// Normalisations that depend on the input: layer norm, group norm with EvoNorm-S0, and EvoNorm-B0, without workgroup memory.
import type { Kernel } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, f32Literal, lineGrid, maskPadding, perVector, rowCount, Shader } from '../../wgsl/shader.ts';

const input = (step: { inputs: readonly Value[] }): Shape => (step.inputs[0] as Value).shape;

/** Sum of four lanes. */
const lanes = (v: string): string => `(${v}.x + ${v}.y + ${v}.z + ${v}.w)`;

export const layerNorm: Kernel<'layerNorm'> = {
  name: 'layerNorm/row',
  family: 'layerNorm',
  doc: 'One invocation a token: mean, variance about it, then the store; three reads of a row that fits the cache.',
  accepts: (step) => step.outputs.length === 1,
  build(step, caps, precision) {
    const { eps } = step.attrs;
    const shader = new Shader(step, precision);
    const shape = input(step);
    const channels = shape.at(-1) as number;
    const blocks = channelBlocks(shape);
    const x = shader.input(0);
    const gamma = shader.vector('gamma');
    const beta = shader.vector('beta');
    const grid = lineGrid(rowCount(shape), caps);
    const mask = channels % 4 === 0 ? '' : maskPadding('d', channels, 'b');
    return shader.build(
      `@compute @workgroup_size(${grid.size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
let row = index;
let base = row * ${blocks}u;
var sum = vec4f();
for (var b = 0u; b < ${blocks}u; b++) {
var x = ${shader.load(x, 'base + b')};
${shader.riders(step.prologue, 'x', shape, 'row', 'b')}
sum += x;
}
let mean = ${lanes('sum')} / ${channels}.0;
var squares = vec4f();
for (var b = 0u; b < ${blocks}u; b++) {
var d = ${shader.load(x, 'base + b')};
${shader.riders(step.prologue, 'd', shape, 'row', 'b')}
d -= mean;
${mask}
squares += d * d;
}
let scale = inverseSqrt(${lanes('squares')} / ${channels}.0 + ${f32Literal(eps)});
for (var b = 0u; b < ${blocks}u; b++) {
var acc = ${shader.load(x, 'base + b')};
${shader.riders(step.prologue, 'acc', shape, 'row', 'b')}
acc = (acc - mean) * scale * ${shader.load(gamma, 'b')} + ${shader.load(beta, 'b')};
${channels % 4 === 0 ? '' : maskPadding('acc', channels, 'b')}
${shader.riders(step.epilogue, 'acc', shape, 'row', 'b')}
${shader.store(shader.output(), 'base + b', 'acc')}
}
}`,
      grid.workgroups,
    );
  },
};

/** Reads one channel of one stored vec4 as f32. */
const scalar = (
  shader: Shader,
  buffer: ReturnType<Shader['input']>,
  row: string,
  blocks: number,
  channel: string,
): string => `(${shader.load(buffer, `(${row}) * ${blocks}u + (${channel}) / 4u`)})[(${channel}) % 4u]`;

export const groupNorm: Kernel<'groupNorm'> = {
  name: 'groupNorm/group',
  family: 'groupNorm',
  doc: 'One invocation a group of one picture; group norm, and EvoNorm-S0 when the weights hold `v`.',
  accepts: (step) =>
    step.outputs.length === 1 && step.prologue.length === 0 && step.epilogue.every((rider) => rider.kind === 'unary'),
  build(step, caps, precision) {
    const { groups, eps } = step.attrs;
    const shader = new Shader(step, precision);
    const shape = input(step);
    const batch = shape[0] as number;
    const channels = shape.at(-1) as number;
    const size = channels / groups;
    const pixels = elements(shape.slice(1, -1));
    const blocks = channelBlocks(shape);
    const x = shader.input(0);
    const out = shader.output();
    const evonorm = step.weights.v !== undefined;
    const v = evonorm ? shader.vector('v') : undefined;
    const gamma = shader.vector('gamma');
    const beta = shader.vector('beta');
    const count = `${pixels * size}.0`;
    // A store writes whole vec4s, so one invocation owns whole vec4s: as many groups as share their vec4s.
    const span = size % 4 === 0 ? size : leastCommonMultiple(size, 4);
    const owned = Math.min(span, Math.ceil(channels / 4) * 4);
    const units = Math.ceil(channels / owned);
    const grid = lineGrid(batch * units, caps, 16);
    const at = (channel: string): string => scalar(shader, x, 'p', blocks, channel);
    return shader.build(
      `@compute @workgroup_size(${grid.size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
let picture = index / ${units}u;
let first = (index % ${units}u) * ${owned}u;
let end = min(first + ${owned}u, ${channels}u);
for (var g = first; g < end; g += ${size}u) {
var sum = 0.0;
for (var p = picture * ${pixels}u; p < (picture + 1u) * ${pixels}u; p++) {
for (var c = g; c < g + ${size}u; c++) { sum += ${at('c')}; }
}
let mean = sum / ${count};
var squares = 0.0;
for (var p = picture * ${pixels}u; p < (picture + 1u) * ${pixels}u; p++) {
for (var c = g; c < g + ${size}u; c++) { let d = ${at('c')} - mean; squares += d * d; }
}
let scale = inverseSqrt(squares / ${count} + ${f32Literal(eps)});
for (var c = g; c < g + ${size}u; c++) { means[c - first] = mean; scales[c - first] = scale; }
}
for (var p = picture * ${pixels}u; p < (picture + 1u) * ${pixels}u; p++) {
for (var b = 0u; b < ${owned / 4}u; b++) {
let block = first / 4u + b;
if (block >= ${blocks}u) { break; }
let x = ${shader.load(x, `p * ${blocks}u + block`)};
let at = b * 4u;
let m = vec4f(means[at], means[at + 1u], means[at + 2u], means[at + 3u]);
let s = vec4f(scales[at], scales[at + 1u], scales[at + 2u], scales[at + 3u]);
var acc = ${v ? `x / (1.0 + exp(-clamp(${shader.load(v, 'block')} * x, vec4f(-80.0), vec4f(80.0)))) * s` : '(x - m) * s'} * ${shader.load(gamma, 'block')} + ${shader.load(beta, 'block')};
${v ? '_ = m;' : ''}
${channels % 4 === 0 ? '' : maskPadding('acc', channels, 'block')}
${shader.riders(step.epilogue, 'acc', shape, 'p', 'block')}
${shader.store(out, `p * ${blocks}u + block`, 'acc')}
}
}
}
var<private> means: array<f32, ${owned}>;
var<private> scales: array<f32, ${owned}>;`,
      grid.workgroups,
    );
  },
};

function leastCommonMultiple(a: number, b: number): number {
  let multiple = Math.max(a, b);
  while (multiple % a !== 0 || multiple % b !== 0) multiple++;
  return multiple;
}

export const evonormB0: Kernel<'evonormB0'> = {
  name: 'evonormB0/column',
  family: 'evonormB0',
  doc: 'One invocation four channels of one picture: instance variance over its pixels, then the store.',
  accepts: (step) => step.outputs.length === 1 && step.prologue.length === 0,
  build(step, caps, precision) {
    const { eps } = step.attrs;
    const shader = new Shader(step, precision);
    const shape = input(step);
    const pixels = elements(shape.slice(1, -1));
    const blocks = channelBlocks(shape);
    const channels = shape.at(-1) as number;
    const x = shader.input(0);
    const columns: Shape = [shape[0] as number, channels];
    const { main, workgroups } = perVector(
      columns,
      caps,
      `var sum = vec4f();
for (var p = row * ${pixels}u; p < (row + 1u) * ${pixels}u; p++) { sum += ${shader.load(x, `p * ${blocks}u + block`)}; }
let mean = sum / ${pixels}.0;
var squares = vec4f();
for (var p = row * ${pixels}u; p < (row + 1u) * ${pixels}u; p++) { let d = ${shader.load(x, `p * ${blocks}u + block`)} - mean; squares += d * d; }
let instance = sqrt(squares / ${pixels}.0 + ${f32Literal(eps)});
for (var p = row * ${pixels}u; p < (row + 1u) * ${pixels}u; p++) {
let x = ${shader.load(x, `p * ${blocks}u + block`)};
var acc = x / max(${shader.load(shader.vector('deviation'), 'block')}, ${shader.load(shader.vector('v'), 'block')} * x + instance) * ${shader.load(shader.vector('gamma'), 'block')} + ${shader.load(shader.vector('beta'), 'block')};
${channels % 4 === 0 ? '' : maskPadding('acc', channels, 'block')}
${shader.riders(step.epilogue, 'acc', shape, 'p', 'block')}
${shader.store(shader.output(), `p * ${blocks}u + block`, 'acc')}
}`,
      16,
    );
    return shader.build(main, workgroups);
  },
};
