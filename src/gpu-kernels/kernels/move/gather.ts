// A kernel that gathers: every output element is an expression over elements of the inputs, for any shape.
import type { FloatFamily, Kernel, StepOf } from '../../families/index.ts';
import type { Value } from '../../step.ts';
import { elements, type Shape } from '../../op.ts';
import { channelBlocks, perVector, Shader } from '../../wgsl/shader.ts';

export const shapeOf = (value: Value | undefined): Shape => (value as Value).shape;

/** Declares `i0`, `i1`, … of the logical position (row, channel `c`) in `shape`. */
function position(shape: Shape): string {
  const lead = shape.slice(0, -1);
  const lines = lead.map((size, axis) => {
    const below = elements(lead.slice(axis + 1));
    const divided = below === 1 ? 'row' : `row / ${below}u`;
    return `let i${axis} = ${axis === 0 ? divided : `(${divided}) % ${size}u`};`;
  });
  return [...lines, `let i${lead.length} = c;`].join('\n');
}

/** f32 expression of element `indices` of an input. */
export function element(shader: Shader, input: number, indices: readonly string[]): string {
  const shape = shapeOf(shader.step.inputs[input]);
  const lead = shape.slice(0, -1);
  const row = lead.map((_, axis) => {
    const stride = elements(lead.slice(axis + 1));
    return stride === 1 ? `(${indices[axis]})` : `(${indices[axis]}) * ${stride}u`;
  });
  const channel = indices.at(-1) as string;
  const buffer = shader.input(input);
  return `(${shader.load(buffer, `(${row.join(' + ') || '0u'}) * ${channelBlocks(shape)}u + (${channel}) / 4u`)})[(${channel}) % 4u]`;
}

/** A kernel whose every output element is an assignment to `value`, given `i0`, `i1`, … of the output. */
export function gatherKernel<F extends FloatFamily>(
  name: string,
  family: F,
  doc: string,
  value: (shader: Shader, step: StepOf<F>) => string,
): Kernel<F> {
  return {
    name,
    family,
    doc,
    accepts: (step) => step.outputs.length === 1 && step.prologue.length === 0,
    build(step, caps, precision) {
      const shader = new Shader(step, precision);
      const output = shapeOf(step.outputs[0]);
      const channels = output.at(-1) as number;
      const { main, workgroups } = perVector(
        output,
        caps,
        `var acc = vec4f();
for (var lane = 0u; lane < 4u; lane++) {
let c = block * 4u + lane;
${channels % 4 === 0 ? '' : `if (c >= ${channels}u) { break; }`}
${position(output)}
var value = 0.0;
${value(shader, step)}
acc[lane] = value;
}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
      );
      return shader.build(main, workgroups);
    },
  };
}
