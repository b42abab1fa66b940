// Squeeze-excite (arXiv 1709.01507) in one dispatch: mean, two small layers and their functions by one workgroup a picture.
import type { Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, f32Literal, Shader } from '../../wgsl/shader.ts';
import { columnWeights } from '../../wgsl/product.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

const invocations = (caps: Capabilities): number => Math.min(256, caps.maxInvocationsPerWorkgroup);

/** Weights that one workgroup can read without becoming the longest step of its block: a classifier's layers want the whole GPU. */
const maxWeights = 600_000;

const memoryBytes = (step: StepOf<'gate'>, caps: Capabilities): number =>
  (channelBlocks(shapeOf(step.inputs[0])) + Math.ceil(step.attrs.hidden / 4) + invocations(caps)) * 16;

/**
 * One layer of the gate: `blocks` results, each added up by as many invocations as there are. `term(index)` is the text of a
 * `vec4f` statement adding to `sum` for u32 `index` of `count` and u32 `block`; `finish` sees the whole sum as `v`.
 */
export function layer(size: number, blocks: number, count: number, term: string, finish: string): string {
  const columns = Math.min(blocks, size);
  const lanes = Math.floor(size / columns);
  const body = `let block = base + local % ${columns}u;
let lane = local / ${columns}u;
var sum = vec4f();
if (lane < ${lanes}u && block < ${blocks}u) {
for (var index = lane; index < ${count}u; index += ${lanes}u) {
${term}
}
}
partial[local] = sum;
workgroupBarrier();
if (lane == 0u && block < ${blocks}u) {
var v = vec4f();
for (var l = 0u; l < ${lanes}u; l++) { v += partial[l * ${columns}u + local]; }
${finish}
}
workgroupBarrier();`;
  return blocks <= size
    ? `{ let base = 0u;\n${body}\n}`
    : `for (var base = 0u; base < ${blocks}u; base += ${size}u) {\n${body}\n}`;
}

export const gateWorkgroup: Kernel<'gate'> = {
  name: 'gate/workgroup',
  family: 'gate',
  doc: 'One workgroup a picture: channel means from the map or from partial sums, both layers from workgroup memory.',
  accepts: (step, caps) =>
    !caps.software &&
    step.prologue.length === 0 &&
    step.attrs.hidden * ((shapeOf(step.inputs[0]).at(-1) as number) + (shapeOf(step.outputs[0]).at(-1) as number)) <=
      maxWeights &&
    memoryBytes(step, caps) <= caps.maxWorkgroupStorageBytes &&
    (shapeOf(step.inputs[0])[0] as number) <= caps.maxWorkgroupsPerDimension,
  build(step, caps, precision) {
    const { pixels, hidden, act } = step.attrs;
    const [input, output] = [shapeOf(step.inputs[0]), shapeOf(step.outputs[0])];
    const batch = input[0] as number;
    const [channels, results] = [input.at(-1) as number, output.at(-1) as number];
    const in4 = channelBlocks(input);
    const hidden4 = Math.ceil(hidden / 4);
    const out4 = channelBlocks(output);
    // Rows to add up: the map's pixels or the parts of its sums.
    const rows = elements(input) / batch / channels;
    const size = invocations(caps);
    const shader = new Shader(step, precision);
    const x = shader.input(0);
    const w1 = shader.weight('columns1', columnWeights([hidden, channels], 'w1'));
    const b1 = shader.vector('b1');
    const w2 = shader.weight('columns2', columnWeights([results, hidden], 'w2'));
    const b2 = shader.vector('b2');
    const product = (from: string, w: typeof w1, blocks: number): string => `let x = ${from}[index];
let at = index * ${4 * blocks}u + block;
sum += x.x * ${shader.load(w, 'at')} + x.y * ${shader.load(w, `at + ${blocks}u`)} + x.z * ${shader.load(w, `at + ${2 * blocks}u`)} + x.w * ${shader.load(w, `at + ${3 * blocks}u`)};`;
    return shader.build(
      `var<workgroup> means: array<vec4f, ${in4}>;
var<workgroup> inner: array<vec4f, ${hidden4}>;
var<workgroup> partial: array<vec4f, ${size}>;
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
let n = group.x;
${layer(size, in4, rows, `sum += ${shader.load(x, `(n * ${rows}u + index) * ${in4}u + block`)};`, `means[block] = v * ${f32Literal(1 / pixels)};`)}
${layer(size, hidden4, in4, product('means', w1, hidden4), `v += ${shader.load(b1, 'block')};\n${shader.riders(act, 'v', [batch, 1, 1, hidden], 'n', 'block', false)}\ninner[block] = v;`)}
${layer(
  size,
  out4,
  hidden4,
  product('inner', w2, out4),
  `v += ${shader.load(b2, 'block')};\n${shader.riders(step.epilogue, 'v', output, 'n', 'block')}\n${shader.store(shader.output(), `n * ${out4}u + block`, 'v')}`,
)}
}`,
      [batch, 1, 1],
    );
  },
};
