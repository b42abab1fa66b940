// Softmax over the channel: one invocation a row.
import type { Kernel } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { channelBlocks, lineGrid, rowCount, Shader } from '../../wgsl/shader.ts';

export const softmax: Kernel<'softmax'> = {
  name: 'softmax/row',
  family: 'softmax',
  doc: 'Three reads of a row: maximum, sum of exponentials, store.',
  accepts: (step) => step.outputs.length === 1 && step.prologue.length === 0,
  build(step, caps, precision) {
    const shader = new Shader(step, precision);
    const shape = (step.inputs[0] as Value).shape;
    const channels = shape.at(-1) as number;
    const blocks = channelBlocks(shape);
    const x = shader.input(0);
    const grid = lineGrid(rowCount(shape), caps);
    // Padding lanes hold 0, which must count neither in the maximum nor in the sum.
    const lanes = Array.from({ length: 4 }, (_, lane) =>
      channels % 4 === 0 || lane < channels % 4 ? 'true' : 'false',
    ).join(', ');
    const valid = channels % 4 === 0 ? '' : `let valid = vec4<bool>(${lanes}) | vec4<bool>(b < ${blocks - 1}u);`;
    const masked = (text: string, other: string): string =>
      channels % 4 === 0 ? text : `select(vec4f(${other}), ${text}, valid)`;
    const load = shader.load(x, 'base + b');
    return shader.build(
      `@compute @workgroup_size(${grid.size})
fn main(@builtin(global_invocation_id) id: vec3u) {
${grid.prologue}
let base = index * ${blocks}u;
var largest = vec4f(-3.40282e38);
for (var b = 0u; b < ${blocks}u; b++) { ${valid} largest = max(largest, ${masked(load, '-3.40282e38')}); }
let top = max(max(largest.x, largest.y), max(largest.z, largest.w));
var sums = vec4f();
for (var b = 0u; b < ${blocks}u; b++) { ${valid} sums += ${masked(`exp(max(${load} - top, vec4f(-80.0)))`, '0.0')}; }
let share = 1.0 / (sums.x + sums.y + sums.z + sums.w);
for (var b = 0u; b < ${blocks}u; b++) {
${valid}
var acc = ${masked(`exp(max(${load} - top, vec4f(-80.0))) * share`, '0.0')};
${shader.riders(step.epilogue, 'acc', shape, 'index', 'b')}
${shader.store(shader.output(), 'base + b', 'acc')}
}
}`,
      grid.workgroups,
    );
  },
};
