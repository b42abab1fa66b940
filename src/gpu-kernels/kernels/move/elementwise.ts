// Any chain of element-wise riders in one pass over memory, with broadcasting.
import type { Kernel } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { channelBlocks, perVector, Shader } from '../../wgsl/shader.ts';

export const elementwise: Kernel<'elementwise'> = {
  name: 'elementwise/vec4',
  family: 'elementwise',
  doc: 'One invocation a vec4; unary, binary and per-channel riders in order.',
  accepts: (step) => step.outputs.length === 1,
  build(step, caps, precision) {
    const shader = new Shader(step, precision);
    const output = (step.outputs[0] as Value).shape;
    const input = (step.inputs[0] as Value).shape;
    const x = shader.input(0);
    const { main, workgroups } = perVector(
      output,
      caps,
      `var acc = ${channelBlocks(input) === channelBlocks(output) || input.at(-1) === 1 ? shader.operand(x, input, output, 'row', 'block') : ''};
${shader.riders(step.prologue, 'acc', output, 'row', 'block', false)}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};
