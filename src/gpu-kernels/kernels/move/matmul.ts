// Products of computed matrices, one vec4 of columns an invocation.
import type { Kernel } from '../../families/index.ts';
import { matmulSizes } from '../../ops/matmul.ts';
import type { Value } from '../../step.ts';
import { channelBlocks, perVector, Shader } from '../../wgsl/shader.ts';

export const matmul: Kernel<'matmul'> = {
  name: 'matmul/vec4',
  family: 'matmul',
  doc: 'One invocation a vec4 of columns: the row of the first operand four values at a time.',
  accepts: (step) => step.outputs.length === 1 && step.prologue.length === 0,
  build(step, caps, precision) {
    const shader = new Shader(step, precision);
    const shapes = step.inputs.slice(0, 2).map(({ shape }) => shape);
    const output = (step.outputs[0] as Value).shape;
    const { rows, depth, columns } = matmulSizes(shapes, step.attrs);
    const [a, b] = [shader.input(0), shader.input(1)];
    const [blocksA, blocksB] = shapes.map(channelBlocks) as [number, number];
    // Padding lanes of an operand are 0 where it is stored; rows beyond the depth must not be read.
    const lines = step.attrs.transposed
      ? Array.from({ length: 4 }, (_, lane) => {
          const row = `(matrix * ${columns}u + min(block * 4u + ${lane}u, ${columns - 1}u)) * ${blocksB}u + k`;
          return `acc.${'xyzw'[lane] as string} += dot(x, ${shader.load(b, row)});`;
        })
      : Array.from({ length: 4 }, (_, lane) => {
          const row = `(matrix * ${depth}u + min(k * 4u + ${lane}u, ${depth - 1}u)) * ${blocksB}u + block`;
          return `acc += x.${'xyzw'[lane] as string} * ${shader.load(b, row)};`;
        });
    const tail = step.attrs.transposed && columns % 4 !== 0;
    const mask = Array.from({ length: 4 }, (_, lane) => (lane < columns % 4 ? '1.0' : '0.0')).join(', ');
    const { main, workgroups } = perVector(
      output,
      caps,
      `let matrix = row / ${rows}u;
var acc = vec4f();
for (var k = 0u; k < ${blocksA}u; k++) {
let x = ${shader.load(a, `row * ${blocksA}u + k`)};
${lines.join('\n')}
}
${tail ? `if (block == ${Math.floor(columns / 4)}u) { acc = acc * vec4f(${mask}); }` : ''}
${shader.riders(step.epilogue, 'acc', output, 'row', 'block')}
${shader.store(shader.output(), 'index', 'acc')}`,
    );
    return shader.build(main, workgroups);
  },
};
