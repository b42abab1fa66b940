// Squeeze-excite (arXiv 1709.01507) in one dispatch: mean, two small layers and their functions by one workgroup a picture.
import type { Capabilities } from '../../kernel.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { gateLayers } from '../../wgsl/gate-layers.ts';
import { channelBlocks, Shader } from '../../wgsl/shader.ts';
import { columnWeights } from '../../wgsl/product.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

const invocations = (caps: Capabilities): number => Math.min(256, caps.maxInvocationsPerWorkgroup);

/** Weights that one workgroup can read without becoming the longest step of its block: a classifier's layers want the whole GPU. */
const maxWeights = 600_000;

const memoryBytes = (step: StepOf<'gate'>, caps: Capabilities): number =>
  (channelBlocks(shapeOf(step.inputs[0])) + Math.ceil(step.attrs.hidden / 4) + invocations(caps)) * 16;

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
    const layers = gateLayers(shader, {
      size,
      blocks: [in4, hidden4, out4],
      hidden,
      pixels,
      act,
      rows,
      row: shader.load(x, `(n * ${rows}u + index) * ${in4}u + block`),
      means: (block) => `means[${block}]`,
      inner: (block) => `inner[${block}]`,
      weight: (n, at) => shader.load(n === 1 ? w1 : w2, at),
      bias: (n, block) => shader.load(n === 1 ? b1 : b2, block),
      finish: `${shader.riders(step.epilogue, 'v', output, 'n', 'block')}\n${shader.store(shader.output(), `n * ${out4}u + block`, 'v')}`,
    });
    return shader.build(
      `var<workgroup> means: array<vec4f, ${in4}>;
var<workgroup> inner: array<vec4f, ${hidden4}>;
var<workgroup> partial: array<vec4f, ${size}>;
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
let n = group.x;
${layers}
}`,
      [batch, 1, 1],
    );
  },
};
