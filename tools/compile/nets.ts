// The plans that the compiler is asked about: a preset's plan for a GPU without optional features but half precision, in floats or integers.
import { buildGraph, openPreset } from '../../src/cli/source.ts';
import type { Precision } from '../../src/gpu-kernels/kernel.ts';
import { generateTensor } from '../../src/graph/inspect/golden.ts';
import { assemblePlan, makePlan, plainGpu } from '../../src/graph/plan/make-plan.ts';
import type { Plan } from '../../src/graph/plan/plan.ts';
import { foldNet } from '../../src/graph/quant/fold.ts';
import { fusedIntegerProgram } from '../../src/graph/quant/integer-program.ts';
import { quantizeNet } from '../../src/graph/quant/quantize.ts';
import { graphParams } from '../../src/graph/weights/weights.ts';

const made = new Map<string, Plan>();

/** NET or NET:int8, which is the same in either precision; made once a process. Throws NetError for an unknown name. */
export function gpuPlan(word: string, precision: Precision): Plan {
  const key = word.endsWith(':int8') ? word : `${word} ${precision}`;
  const plan = made.get(key) ?? makeGpuPlan(word, precision);
  made.set(key, plan);
  return plan;
}

function makeGpuPlan(word: string, precision: Precision): Plan {
  const [name = '', kind] = word.split(':');
  const graph = buildGraph(openPreset(name));
  if (kind !== 'int8') return makePlan(graph, { caps: { ...plainGpu, f16: precision === 'f16' }, precision });
  const params = new Map(graphParams(graph).map(({ name: id, shape }) => [id, generateTensor('a', id, shape)]));
  const folded = foldNet(graph, params);
  // The ranges are made up: they change constants, not kernels.
  const ids = folded.program.steps.flatMap((step) => [...step.inputs, ...step.outputs].map(({ id }) => id));
  const ranges = new Map(ids.map((id) => [id, { low: -4, high: 4 }]));
  const recipe = { calibration: 'max', pictures: 1, perChannel: true, equalized: false, float: [] };
  const caps = { ...plainGpu, packedDot: true };
  const { program } = fusedIntegerProgram(quantizeNet(folded, ranges, recipe), caps);
  return assemblePlan(graph, program, { caps });
}
