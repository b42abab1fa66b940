// Milliseconds of nets of a space by a table: each net is planned once, as the table's device is planned for.
import type { InferredGraph } from '../../ir/graph.ts';
import { makePlan, type PlanOptions } from '../../plan/make-plan.ts';
import type { Plan } from '../../plan/plan.ts';
import type { GrowingTable } from './growing.ts';

export interface PlannedLatency {
  readonly planOf: (graph: InferredGraph) => Plan;
  /** Predicted milliseconds of a net, by what is known. */
  readonly of: (graph: InferredGraph) => number;
  /** Signatures so far that the table lacked when they were asked for. */
  readonly missing: ReadonlySet<string>;
}

export function plannedLatency(table: GrowingTable, options: PlanOptions): PlannedLatency {
  const missing = new Set<string>();
  const plans = new WeakMap<InferredGraph, Plan>();
  const planOf = (graph: InferredGraph): Plan => {
    const plan = plans.get(graph) ?? makePlan(graph, options);
    plans.set(graph, plan);
    return plan;
  };
  return {
    planOf,
    of(graph) {
      const found = table.predict(planOf(graph));
      for (const signature of found.missing) missing.add(signature);
      return found.ms;
    },
    missing,
  };
}
