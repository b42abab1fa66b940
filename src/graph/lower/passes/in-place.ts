// A residual that nobody reads afterwards is added in its own memory: the projection's result takes its place.
import type { Step } from '../../../gpu-kernels/families/index.ts';
import { storedVectors } from '../../../gpu-kernels/wgsl/shader.ts';
import { firstOutput, Uses, type Pass } from '../steps.ts';

/** Families whose kernels store every result once, right after its epilogue read the operand at the same place. */
const storeOnce = new Set(['pointwise', 'conv2d', 'depthwisePointwise', 'elementwise']);

export const inPlace: Pass = {
  name: 'in-place',
  doc: 'The result of a residual add is written over the residual, when that is its last use.',
  run(program) {
    const uses = new Uses(program);
    const steps = program.steps.map((step, index): Step => {
      if (!storeOnce.has(step.family) || (step.family === 'pointwise' && step.attrs.pool !== undefined)) return step;
      const output = firstOutput(step);
      if (output.part) return step;
      const rider = step.epilogue.find((candidate) => {
        if (candidate.kind !== 'binary' || candidate.input === 0) return false;
        const operand = step.inputs[candidate.input];
        if (!operand || !uses.mayVanish(operand.id) || Math.max(...uses.readers(operand.id)) !== index) return false;
        const once = step.inputs.filter((input) => input.id === operand.id).length === 1;
        return (
          once &&
          operand.type === output.type &&
          operand.shape.at(-1) === output.shape.at(-1) &&
          storedVectors(operand.shape) === storedVectors(output.shape)
        );
      });
      return rider?.kind === 'binary' ? { ...step, inPlace: rider.input } : step;
    });
    return { ...program, steps };
  },
};
