// Measures the verdict: the same net in float32, float16 and int8 on one device, in turns, so that a busy moment meets all of them.
import type { Tensors } from '../../../gpu-kernels/packing/weight-expr.ts';
import type { Numbers } from '../../../gpu-kernels/step.ts';
import { elements } from '../../../gpu-kernels/op.ts';
import type { InferredGraph, Params } from '../../../graph/ir/graph.ts';
import { assemblePlan } from '../../../graph/plan/make-plan.ts';
import type { Plan } from '../../../graph/plan/plan.ts';
import { fusedIntegerProgram } from '../../../graph/quant/integer-program.ts';
import type { QuantizedNet } from '../../../graph/quant/quantize.ts';
import { verdictOf, type Arithmetic, type ArithmeticRun, type Verdict } from '../../../graph/quant/verdict.ts';
import { firstRate } from '../../../graph/plan/schedule.ts';
import { graphParams } from '../../../graph/weights/weights.ts';
import type { OpenDevice } from '../../engine/device.ts';
import { planOn } from '../../engine/device-choices.ts';
import { Program } from '../../engine/program.ts';
import { median, profile } from '../../engine/timing.ts';

export interface VerdictSubject {
  readonly graph: InferredGraph;
  /** The float net's checkpoint. */
  readonly params: Params;
  readonly net: QuantizedNet;
  /** Prepared pictures; the first one is what is timed. At least one. */
  readonly inputs: readonly Float32Array[];
}

export interface VerdictOptions {
  /** Runs of each kind and arithmetic. */
  readonly runs?: number;
  readonly signal?: AbortSignal;
  /** 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/** Turns that the arithmetics take. */
const turns = 3;

interface Contestant {
  readonly arithmetic: Arithmetic;
  readonly plan: Plan;
  readonly tensors: Tensors;
  readonly fileBytes: number;
}

const named =
  (values: ReadonlyMap<string, Numbers>): Tensors =>
  (name) => {
    const data = values.get(name);
    if (!data) throw new Error(`the net has no tensor "${name}"`);
    return data;
  };

function contestants({ graph, params, net }: VerdictSubject, open: OpenDevice): Contestant[] {
  const { capabilities: caps, limits } = open;
  const count = graphParams(graph).reduce((sum, { shape }) => sum + elements(shape), 0);
  const tensors = named(params);
  const { program, constants } = fusedIntegerProgram(net, caps);
  const stored = [...net.constants.values()].reduce(
    (sum, data) => sum + (data instanceof Float64Array ? 4 * data.length : data.byteLength),
    0,
  );
  return [
    { arithmetic: 'float32', plan: planOn(open, graph), tensors, fileBytes: 4 * count },
    ...(caps.f16
      ? [
          {
            arithmetic: 'float16' as const,
            plan: planOn(open, graph, { precision: 'f16' }),
            tensors,
            fileBytes: 2 * count,
          },
        ]
      : []),
    {
      arithmetic: 'int8',
      plan: assemblePlan(graph, program, { caps, limits }),
      tensors: named(constants),
      fileBytes: stored,
    },
  ];
}

/**
 * Times and answers of every arithmetic the device has. Throws RangeError without pictures; rejects with the signal's reason when
 * aborted, and as `Program.load` and `planOn` do.
 */
export async function measureVerdict(
  open: OpenDevice,
  subject: VerdictSubject,
  { runs = 9, signal, onProgress }: VerdictOptions = {},
): Promise<Verdict> {
  const [first] = subject.inputs;
  if (!first) throw new RangeError('a verdict needs at least one picture');
  const all = contestants(subject, open);
  const programs: Program[] = [];
  const steps = all.length * (1 + turns) + subject.inputs.length * all.length;
  let done = 0;
  const step = (): void => {
    signal?.throwIfAborted();
    onProgress?.(++done / steps);
  };
  try {
    for (const { plan, tensors } of all) {
      programs.push(await Program.load(open, plan, tensors, { rate: firstRate(open.adapter.software) }));
      step();
    }
    const logits = all.map((): Float32Array[] => []);
    for (const input of subject.inputs)
      for (const [i, program] of programs.entries()) {
        logits[i]?.push((await program.run([input], signal && { signal }))[0] as Float32Array);
        step();
      }
    const profiles = all.map((): Awaited<ReturnType<typeof profile>>[] => []);
    for (let turn = 0; turn < turns; turn++)
      for (const [i, program] of programs.entries()) {
        const own = { runs: Math.ceil(runs / turns), ...(signal && { signal }) };
        profiles[i]?.push(await profile(program, [first], own));
        step();
      }
    const measured = all.map(({ arithmetic, plan, fileBytes }, i): ArithmeticRun => {
      const own = profiles[i] as Awaited<ReturnType<typeof profile>>[];
      return {
        arithmetic,
        plan,
        fileBytes,
        logits: logits[i] as Float32Array[],
        dispatchMs: plan.dispatches.map((_, d) => median(own.map(({ dispatchMs }) => dispatchMs[d] as number))),
        totalMs: median(own.map(({ gpu }) => gpu.medianMs)),
        latencyMs: median(own.map(({ warm }) => warm.medianMs)),
      };
    });
    return verdictOf(subject.graph, measured, open.capabilities);
  } finally {
    for (const program of programs) program.destroy();
  }
}
