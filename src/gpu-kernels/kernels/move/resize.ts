// Bilinear and nearest resizing by PyTorch's rules, with positions computed in the shader from literal ratios.
import type { ResizeAttrs } from '../../families/resize.ts';
import type { Kernel } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { channelBlocks, f32Literal, perVector, Shader } from '../../wgsl/shader.ts';
import { outputPixel } from '../../wgsl/window.ts';

/** Declares `low`, `high` (u32) and `part` (f32) of one axis for output position `o`. */
function positions(name: string, o: string, length: number, out: number, a: ResizeAttrs): string {
  if (a.mode === 'nearest')
    return `let ${name}Low = min((${o} * ${length}u) / ${out}u, ${length - 1}u);\nlet ${name}High = ${name}Low;\nlet ${name}Part = 0.0;`;
  const at = a.alignCorners
    ? `f32(${o}) * ${f32Literal(out > 1 ? (length - 1) / (out - 1) : 0)}`
    : `max(0.0, (f32(${o}) + 0.5) * ${f32Literal(length / out)} - 0.5)`;
  return `let ${name}At = ${at};
let ${name}Low = min(u32(${name}At), ${length - 1}u);
let ${name}High = min(${name}Low + 1u, ${length - 1}u);
let ${name}Part = ${name}At - f32(${name}Low);`;
}

export const resize: Kernel<'resize'> = {
  name: 'resize/vec4',
  family: 'resize',
  doc: 'One invocation an output vec4: four reads and three mixes.',
  accepts: (step) => step.outputs.length === 1 && step.prologue.length === 0,
  build(step, caps, precision) {
    const a = step.attrs;
    const shader = new Shader(step, precision);
    const [, height, width] = (step.inputs[0] as Value).shape as [number, number, number];
    const output = (step.outputs[0] as Value).shape;
    const x = shader.input(0);
    const load = (y: string, xx: string): string =>
      shader.load(x, `((n * ${height}u + ${y}) * ${width}u + ${xx}) * ${channelBlocks(output)}u + block`);
    const { main, workgroups } = perVector(
      output,
      caps,
      `${outputPixel(output)}
${positions('y', 'oy', height, output[1] as number, a)}
${positions('x', 'ox', width, output[2] as number, a)}
let top = mix(${load('yLow', 'xLow')}, ${load('yLow', 'xHigh')}, vec4f(xPart));
let bottom = mix(${load('yHigh', 'xLow')}, ${load('yHigh', 'xHigh')}, vec4f(xPart));
var acc = mix(top, bottom, vec4f(yPart));
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};
