// Plain matrix product and convolution: one invocation an output vec4, no workgroup memory. Correct for every shape, the base line of the fast ones.
import type { Window } from '../../families/window.ts';
import type { Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, perVector, Shader } from '../../wgsl/shader.ts';
import { forTaps, outputPixel } from '../../wgsl/window.ts';

const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;
const weightShape = (step: StepOf<'pointwise' | 'conv2d'>, role: string): Shape =>
  (step.weights[role] as { shape: Shape }).shape;

/** Text that adds every product of one tap to `acc`; `pixel` and `tap` are u32 expressions. */
function products(
  shader: Shader,
  step: StepOf<'pointwise' | 'conv2d'>,
  groups: number,
  taps: number,
): (pixel: string, tap: string) => string {
  const input = shapeOf(step.inputs[0]);
  const inChannels = input.at(-1) as number;
  const outChannels = weightShape(step, 'weight')[0] as number;
  const groupIn = inChannels / groups;
  const groupOut = outChannels / groups;
  const x = shader.input(0);
  const in4 = channelBlocks(input);
  const aligned = groups === 1 || (groupIn % 4 === 0 && groupOut % 4 === 0);
  if (aligned) {
    const group4 = Math.ceil(groupIn / 4);
    const w = shader.weight('blocks', {
      packer: 'blocks4x4',
      roles: ['weight'],
      options: {},
      elements: Math.ceil(outChannels / 4) * taps * group4 * 16,
    });
    const first = groups === 1 ? '0u' : `(block / ${groupOut / 4}u) * ${group4}u`;
    return (pixel, tap) => `{
let first = ${first};
let base = (block * ${taps}u + ${tap}) * ${group4}u;
for (var k = 0u; k < ${group4}u; k++) {
var x = ${shader.load(x, `${pixel} * ${in4}u + first + k`)};
${shader.riders(step.prologue, 'x', input, pixel, '(first + k)', false)}
let at = (base + k) * 4u;
acc += x.x * ${shader.load(w, 'at')} + x.y * ${shader.load(w, 'at + 1u')} + x.z * ${shader.load(w, 'at + 2u')} + x.w * ${shader.load(w, 'at + 3u')};
}
}`;
  }
  // Groups that split a vec4: lane by lane, weights as stored.
  const w = shader.weight('plain', {
    packer: 'plain',
    roles: ['weight'],
    options: {},
    elements: Math.ceil(elements(weightShape(step, 'weight')) / 4) * 4,
  });
  return (pixel, tap) => `for (var lane = 0u; lane < 4u; lane++) {
let o = block * 4u + lane;
if (o >= ${outChannels}u) { break; }
let first = (o / ${groupOut}u) * ${groupIn}u;
for (var k = 0u; k < ${groupIn}u; k++) {
let c = first + k;
var x = ${shader.load(x, `${pixel} * ${in4}u + c / 4u`)};
${shader.riders(step.prologue, 'x', input, pixel, '(c / 4u)', false)}
let at = (o * ${groupIn}u + k) * ${taps}u + ${tap};
let weight = ${shader.load(w, 'at / 4u')};
acc[lane] += x[c % 4u] * weight[at % 4u];
}
}`;
}

export const genericPointwise: Kernel<'pointwise'> = {
  name: 'pointwise/generic',
  family: 'pointwise',
  doc: 'One invocation an output vec4; takes any shape, stride and grouping.',
  accepts: ({ attrs, outputs }) =>
    attrs.pool === undefined &&
    attrs.norm === undefined &&
    attrs.gate === undefined &&
    attrs.instance === undefined &&
    outputs.length === 1,
  build(step, caps, precision) {
    const { groups, stride } = step.attrs;
    const shader = new Shader(step, precision);
    const output = shapeOf(step.outputs[0]);
    const [, height, width] = shapeOf(step.inputs[0]) as [number, number, number];
    const strided = stride[0] > 1 || stride[1] > 1;
    const tap = products(shader, step, groups, 1);
    const bias = shader.vector('bias');
    const { main, workgroups } = perVector(
      output,
      caps,
      `${strided ? outputPixel(output) : ''}
let pixel = ${strided ? `(n * ${height}u + oy * ${stride[0]}u) * ${width}u + ox * ${stride[1]}u` : 'row'};
var acc = ${shader.load(bias, 'block')};
${tap('pixel', '0u')}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};

export const genericConv2d: Kernel<'conv2d'> = {
  name: 'conv2d/generic',
  family: 'conv2d',
  doc: 'One invocation an output vec4; takes any window and grouping.',
  accepts: (step) => step.outputs.length === 1,
  build(step, caps, precision) {
    const attrs = step.attrs;
    const window: Window = attrs;
    const shader = new Shader(step, precision);
    const output = shapeOf(step.outputs[0]);
    const tap = products(shader, step, attrs.groups, window.kernel[0] * window.kernel[1]);
    const bias = shader.vector('bias');
    const { main, workgroups } = perVector(
      output,
      caps,
      `${outputPixel(output)}
var acc = ${shader.load(bias, 'block')};
${forTaps(shapeOf(step.inputs[0]), window, `let tap = ky * ${window.kernel[1]}u + kx;\n${tap('pixel', 'tap')}`)}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};
