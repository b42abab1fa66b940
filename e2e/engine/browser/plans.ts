// A job of the tests' own in the worker's table: any plan with any tensors and inputs, for what no view of the page runs by itself.
import type { Plan } from '../../../src/graph/plan/plan.ts';
import type { Outcome } from '../../../src/workers/border/protocol.ts';
import type { Job } from '../../../src/workers/border/serve.ts';
import { LoadedNet } from '../../../src/workers/engine/loaded-net.ts';

export interface PlanCalls {
  /** Loads, runs once and frees; all outputs in the plan's order. */
  run(
    ticket: number,
    plan: Plan,
    tensors: ReadonlyMap<string, Float32Array>,
    inputs: readonly Float32Array[],
  ): Promise<Outcome<readonly Float32Array[]>>;
}

export const plans: Job = {
  name: 'plans',
  serve: ({ engine, shared }): PlanCalls => ({
    run: (ticket, plan, tensors, inputs) =>
      shared(ticket, async () => {
        const net = await LoadedNet.load(engine, plan, (name) => tensors.get(name) as Float32Array);
        try {
          return await net.run(inputs, { read: plan.outputs.map((_, index) => index) });
        } finally {
          net.destroy();
        }
      }),
  }),
};
