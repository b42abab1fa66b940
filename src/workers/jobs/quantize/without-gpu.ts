// What float32 and int8 cost where there is no GPU to time them on: files and memory from the plans, agreement from the integer reference.
import { elements } from '../../../gpu-kernels/op.ts';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { assemblePlan, makePlan, plainGpu } from '../../../graph/plan/make-plan.ts';
import type { Plan } from '../../../graph/plan/plan.ts';
import type { Agreement } from '../../../graph/quant/compare.ts';
import { fusedIntegerProgram } from '../../../graph/quant/integer-program.ts';
import type { QuantizedNet } from '../../../graph/quant/quantize.ts';
import type { Arithmetic } from '../../../graph/quant/verdict.ts';
import { graphParams } from '../../../graph/weights/weights.ts';
import type { ComparedColumn, ComparedNets } from './protocol.ts';

export function compareWithoutGpu(graph: InferredGraph, net: QuantizedNet, agreement: Agreement): ComparedNets {
  const caps = plainGpu;
  const parameters = graphParams(graph).reduce((sum, { shape }) => sum + elements(shape), 0);
  const stored = [...net.constants.values()].reduce(
    (sum, data) => sum + (data instanceof Float64Array ? 4 * data.length : data.byteLength),
    0,
  );
  const column = (arithmetic: Arithmetic, plan: Plan, fileBytes: number, own?: Agreement): ComparedColumn => ({
    arithmetic,
    fileBytes,
    weightBytes: plan.weightBytes,
    activationBytes: plan.activationBytes,
    peakBytes: plan.weightBytes + plan.activationBytes,
    dispatches: plan.dispatches.length,
    agreement: own,
  });
  return {
    columns: [
      column('float32', makePlan(graph, { caps }), 4 * parameters),
      column('int8', assemblePlan(graph, fusedIntegerProgram(net, caps).program, { caps }), stored, agreement),
    ],
    layers: [],
    sentence:
      'No milliseconds: this browser gives the page no GPU, so the integer reference ran on the CPU. Memory is what a plain GPU would need.',
  };
}
