// Performer attention (FAVOR+, arXiv 2009.14794) in two dispatches: sums over all keys, then one quotient a query.
import type { PerformerStepAttrs } from '../../families/performer.ts';
import type { Kernel } from '../../families/index.ts';
import type { PackedWeight } from '../../kernel.ts';
import type { Value } from '../../step.ts';
import type { Shape } from '../../op.ts';
import { acrossLanes, shareOut } from '../../wgsl/across.ts';
import { tileGrid } from '../../wgsl/product.ts';
import { channelBlocks, f32Literal, perVector, Shader } from '../../wgsl/shader.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
const features = ({ dim, features: count }: PerformerStepAttrs): PackedWeight => ({
  packer: 'rows',
  roles: ['w'],
  options: {},
  elements: count * dim,
});

/** Function `phi(base, m)` = exp(w_m·x − |x|²/2) / √features for the vector at vec4 `base` of the tokens. */
function phi(shader: Shader, a: PerformerStepAttrs): string {
  const x = shader.input(0);
  const w = shader.weight('w', features(a));
  return `fn phi(base: u32, m: u32) -> f32 {
var dots = vec4f();
for (var d = 0u; d < ${a.dim / 4}u; d++) {
let x = ${shader.load(x, 'base + d')};
dots += x * (${shader.load(w, `m * ${a.dim / 4}u + d`)} - 0.5 * x);
}
return exp(clamp(dots.x + dots.y + dots.z + dots.w, -80.0, 80.0)) * ${f32Literal(1 / Math.sqrt(a.features))};
}`;
}

export const performerSums: Kernel<'performerSums'> = {
  name: 'performerSums/generic',
  family: 'performerSums',
  doc: 'One invocation a feature and four channels, over all tokens.',
  accepts: (step) => step.attrs.dim % 4 === 0,
  build(step, caps, precision) {
    const a = step.attrs;
    const shader = new Shader(step, precision);
    const input = shapeOf(step.inputs[0]);
    const tokens = input[1] as number;
    const blocks = channelBlocks(input);
    const helper = phi(shader, a);
    const { main, workgroups } = perVector(
      shapeOf(step.outputs[0]),
      caps,
      `let n = row / ${a.features}u;
let m = row % ${a.features}u;
var acc = vec4f();
for (var t = 0u; t < ${tokens}u; t++) {
let base = (n * ${tokens}u + t) * ${blocks}u;
let weight = phi(base, m);
if (block == ${a.dim / 4}u) { acc.x += weight; } else { acc += weight * ${shader.load(shader.input(0), `base + ${a.dim / 2}u + block`)}; }
}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(`${helper}\n${main}`, workgroups);
  },
};

export const performerSumsWorkgroup: Kernel<'performerSums'> = {
  name: 'performerSums/workgroup',
  family: 'performerSums',
  doc: 'At least 32 invocations share the tokens of a feature and four channels and add up in workgroup memory.',
  accepts: (step, caps) => !caps.software && step.attrs.dim % 4 === 0,
  build(step, caps, precision) {
    const a = step.attrs;
    const shader = new Shader(step, precision);
    const input = shapeOf(step.inputs[0]);
    const [batch, tokens] = input as [number, number, number];
    const blocks = channelBlocks(input);
    const values = a.dim / 4;
    const results = batch * a.features * (values + 1);
    const sharing = shareOut(results, tokens, Math.min(256, caps.maxInvocationsPerWorkgroup), 32);
    const { lanes, together, size } = sharing;
    const helper = phi(shader, a);
    const grid = tileGrid(Math.ceil(results / together), caps);
    const out = shader.output();
    return shader.build(
      `${helper}
var<workgroup> partial: array<vec4f, ${size}>;
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
${grid.prologue}
let lane = local / ${together}u;
let place = tile * ${together}u + local % ${together}u;
let index = min(place, ${results - 1}u);
let block = index % ${values + 1}u;
let m = (index / ${values + 1}u) % ${a.features}u;
let n = index / ${(values + 1) * a.features}u;
var own = vec4f();
for (var t = lane; t < ${tokens}u; t += ${lanes}u) {
let base = (n * ${tokens}u + t) * ${blocks}u;
let weight = phi(base, m);
if (block == ${values}u) { own.x += weight; } else { own += weight * ${shader.load(shader.input(0), `base + ${2 * values}u + block`)}; }
}
${acrossLanes(sharing, 'partial', 'vec4f', 'sum', 'own', { neighbours: false })}
if (lane == 0u && place < ${results}u) {
${shader.store(out, 'index', 'sum')}
}
}`,
      grid.workgroups,
    );
  },
};

export const performer: Kernel<'performer'> = {
  name: 'performer/generic',
  family: 'performer',
  doc: 'One invocation four channels of a query.',
  accepts: (step) => step.attrs.dim % 4 === 0 && step.prologue.length === 0 && step.outputs.length === 1,
  build(step, caps, precision) {
    const a = step.attrs;
    const shader = new Shader(step, precision);
    const input = shapeOf(step.inputs[0]);
    const output = shapeOf(step.outputs[0]);
    const helper = phi(shader, a);
    const sums = shader.input(1);
    const row = a.dim / 4 + 1;
    const { main, workgroups } = perVector(
      output,
      caps,
      `let base = row * ${channelBlocks(input)}u + ${a.dim / 4}u;
let first = (row / ${input[1]}u) * ${a.features * row}u;
var acc = vec4f();
var total = 1e-8;
for (var m = 0u; m < ${a.features}u; m++) {
let weight = phi(base, m);
total += weight * ${shader.load(sums, `first + m * ${row}u + ${a.dim / 4}u`)}.x;
acc += weight * ${shader.load(sums, `first + m * ${row}u + block`)};
}
acc = acc / total;
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(`${helper}\n${main}`, workgroups);
  },
};
