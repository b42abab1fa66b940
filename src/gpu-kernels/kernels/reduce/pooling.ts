// Sliding average and maximum, and means over whole axes.
import type { PoolAttrs } from '../../families/pool.ts';
import type { Kernel } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements } from '../../op.ts';
import { binomialFilter } from '../../ops/blur-pool.ts';
import { channelBlocks, f32Literal, perVector, Shader } from '../../wgsl/shader.ts';
import { forTaps, outputPixel } from '../../wgsl/window.ts';

export const pool: Kernel<'pool'> = {
  name: 'pool/window',
  family: 'pool',
  doc: 'One invocation an output vec4; average with or without padding in the divisor, or maximum.',
  accepts: (step) => step.outputs.length === 1 && step.attrs.mode !== 'blur',
  build(step, caps, precision) {
    const attrs = step.attrs;
    const shader = new Shader(step, precision);
    const input = (step.inputs[0] as Value).shape;
    const output = (step.outputs[0] as Value).shape;
    const x = shader.input(0);
    const average = attrs.mode === 'avg';
    const load = `var x = ${shader.load(x, `pixel * ${channelBlocks(input)}u + block`)};
${shader.riders(step.prologue, 'x', input, 'pixel', 'block', false)}`;
    const { main, workgroups } = perVector(
      output,
      caps,
      `${outputPixel(output)}
var acc = vec4f(${average ? '0.0' : '-3.40282e38'});
${average && !attrs.countPad ? 'var count = 0.0;' : ''}
${forTaps(input, attrs, average ? `${load}\nacc += x;${attrs.countPad ? '' : '\ncount += 1.0;'}` : `${load}\nacc = max(acc, x);`)}
${average ? `acc = acc / ${attrs.countPad ? paddedArea(attrs, output) : 'max(count, 1.0)'};` : ''}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};

/** f32 expression of the pixels and padding that a window covers; a last window may reach beyond both. */
function paddedArea(a: PoolAttrs, output: readonly number[]): string {
  const side = (axis: 0 | 1): string => {
    const reach = ((output[axis + 1] as number) - 1) * a.stride[axis] - a.pads[axis] + a.kernel[axis];
    if (reach <= a.ends[axis]) return `${a.kernel[axis]}.0`;
    return `f32(min(${a.kernel[axis]}, ${a.ends[axis] + a.pads[axis]} - i32(${axis === 0 ? 'oy' : 'ox'}) * ${a.stride[axis]}))`;
  };
  return `(${side(0)} * ${side(1)})`;
}

export const blurPool: Kernel<'pool'> = {
  name: 'pool/blur',
  family: 'pool',
  doc: 'Binomial filter with reflected or zero borders (arXiv 1904.11486), one invocation an output vec4.',
  accepts: (step) => step.outputs.length === 1 && step.attrs.mode === 'blur' && step.prologue.length === 0,
  build(step, caps, precision) {
    const a = step.attrs;
    const shader = new Shader(step, precision);
    const input = (step.inputs[0] as Value).shape as readonly [number, number, number, number];
    const output = (step.outputs[0] as Value).shape;
    const x = shader.input(0);
    const size = a.kernel[0];
    const filter = binomialFilter(size).map(f32Literal).join(', ');
    // The row or column of a tap; beyond the border its mirror image, or nothing at all.
    const place = (name: string, at: string, length: number): string =>
      a.border === 'zeros'
        ? `let ${name} = ${at};\nif (${name} < 0 || ${name} >= ${length}) { continue; }`
        : `var ${name} = abs(${at});\nif (${name} >= ${length}) { ${name} = ${2 * (length - 1)} - ${name}; }`;
    const { main, workgroups } = perVector(
      output,
      caps,
      `${outputPixel(output)}
var filter_ = array<f32, ${size}>(${filter});
var acc = vec4f();
for (var ky = 0u; ky < ${size}u; ky++) {
${place('iy', `i32(oy * ${a.stride[0]}u + ky) - ${a.pads[0]}`, input[1])}
for (var kx = 0u; kx < ${size}u; kx++) {
${place('ix', `i32(ox * ${a.stride[1]}u + kx) - ${a.pads[1]}`, input[2])}
let pixel = (n * ${input[1]}u + u32(iy)) * ${input[2]}u + u32(ix);
acc += filter_[ky] * filter_[kx] * ${shader.load(x, `pixel * ${channelBlocks(input)}u + block`)};
}
}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};

export const mean: Kernel<'mean'> = {
  name: 'mean/column',
  family: 'mean',
  doc: 'One invocation an output vec4: adds everything along the reduced axes, which must be neighbours and not the channel.',
  accepts(step) {
    const { axes } = step.attrs;
    const rank = (step.inputs[0] as Value).shape.length;
    return (
      step.outputs.length === 1 &&
      axes.every((axis, i) => axis < rank - 1 && (i === 0 || axis === (axes[i - 1] as number) + 1))
    );
  },
  build(step, caps, precision) {
    const { axes } = step.attrs;
    const shader = new Shader(step, precision);
    const input = (step.inputs[0] as Value).shape;
    const output = (step.outputs[0] as Value).shape;
    const x = shader.input(0);
    const first = axes[0] as number;
    const last = axes.at(-1) as number;
    const run = elements(input.slice(first, last + 1));
    // Rows of the input after the reduced axes; output row = outer · below + inner.
    const below = elements(input.slice(last + 1, -1));
    const { main, workgroups } = perVector(
      output,
      caps,
      `let base = ${below === 1 ? `row * ${run}u` : `(row / ${below}u) * ${run * below}u + row % ${below}u`};
var acc = vec4f();
for (var i = 0u; i < ${run}u; i++) {
let at = base + i${below === 1 ? '' : ` * ${below}u`};
var x = ${shader.load(x, `at * ${channelBlocks(input)}u + block`)};
${shader.riders(step.prologue, 'x', input, 'at', 'block', false)}
acc += x;
}
acc = acc / ${run}.0;
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};
