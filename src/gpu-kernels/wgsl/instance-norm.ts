// Text of an EvoNorm-B0 that a kernel applies as it loads: the instance deviation from partial moments, then the norm of a loaded vec4.
import type { InstanceNorm } from '../families/instance-norm.ts';
import type { StepShape, Value } from '../step.ts';
import { layer } from './gate-layers.ts';
import { channelBlocks, f32Literal, type Shader } from './shader.ts';

const roles = ['deviation', 'v', 'gamma', 'beta'] as const;

/** Rows of moments that an invocation may have to add up one after another. */
const maxRounds = 128;

const partsOf = (step: StepShape, { input }: InstanceNorm): number => (step.inputs[input] as Value).shape[1] as number;

/** True where `size` invocations can add up the moments of `blocks` channel blocks in less time than a launch takes. */
export const momentsFit = (step: StepShape, instance: InstanceNorm, blocks: number, size: number): boolean =>
  partsOf(step, instance) * Math.ceil(blocks / size) <= maxRounds * Math.max(1, Math.floor(size / blocks));

/** `vec4f` of the moment `which` (0: sum, 1: sum of squares) of u32 `picture`, part `index`, block `block`. */
export function moment(
  shader: Shader,
  step: StepShape,
  instance: InstanceNorm,
  picture: string,
  index: string,
  which: 0 | 1,
  block: string,
): string {
  const blocks = channelBlocks((step.inputs[instance.input] as Value).shape);
  const row = `((${picture}) * ${partsOf(step, instance)}u + ${index}) * 2u${which === 0 ? '' : ' + 1u'}`;
  return shader.load(shader.input(instance.input), `(${row}) * ${blocks}u + ${block}`);
}

/** `vec4f` of the deviation, from the means of values and of their squares. */
export const deviationOf = (mean: string, squares: string, eps: number): string =>
  `sqrt(max(${squares} - ${mean} * ${mean}, vec4f(0.0)) + ${f32Literal(eps)})`;

/** Statements that leave the deviations of all blocks of u32 `picture` in `partial`, from place `size` on; they end with a barrier. */
export function makeDeviations(
  shader: Shader,
  step: StepShape,
  instance: InstanceNorm,
  size: number,
  picture: string,
): string {
  const blocks = channelBlocks((step.inputs[0] as Value).shape);
  const add = (which: 0 | 1): string => `sum += ${moment(shader, step, instance, picture, 'index', which, 'block')};`;
  const place = `partial[${size}u + block]`;
  const parts = partsOf(step, instance);
  return `${layer(size, blocks, parts, add(0), `${place} = v * ${f32Literal(1 / instance.pixels)};`, true)}
${layer(size, blocks, parts, add(1), `let mean = ${place}; ${place} = ${deviationOf('mean', `v * ${f32Literal(1 / instance.pixels)}`, instance.eps)};`, true)}`;
}

/** The norm of a loaded vec4: `once` declares what block `block` needs, `each` changes `x`, with `deviation` the instance's. */
export function applyInstance(
  shader: Shader,
  step: StepShape,
  x: string,
  block: string,
  deviation: string,
): { once: string; each: string } {
  const blocks = channelBlocks((step.inputs[0] as Value).shape);
  const packed = shader.weight('instance', {
    packer: 'vector',
    roles,
    options: {},
    elements: roles.length * blocks * 4,
  });
  return {
    once: roles
      .map((role, i) => `let norm_${role} = ${shader.load(packed, i === 0 ? block : `${i * blocks}u + ${block}`)};`)
      .join(' '),
    each: `${x} = ${x} / max(norm_deviation, norm_v * ${x} + ${deviation}) * norm_gamma + norm_beta;`,
  };
}
