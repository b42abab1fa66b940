// What a dispatch runs, as one word: the unit of a latency table. Two dispatches of one signature take the same time, of whichever nets they are.
import { fnv1a } from '../random.ts';
import type { Plan, PlanDispatch, PlanWeight } from './plan.ts';

const hex = (hash: number): string => hash.toString(16).padStart(8, '0');

/** 16 hex digits of the WGSL text (which holds all shapes as numbers), the workgroups and the precision. A changed kernel is another signature. */
export function signatureOf(plan: Plan, { module, workgroups }: PlanDispatch): string {
  const text = [plan.precision, workgroups.join('x'), plan.modules[module]].join('\n');
  return hex(fnv1a(text)) + hex(fnv1a(`\u0001${text}`));
}

const signatures = new WeakMap<Plan, readonly string[]>();

/** Of every dispatch, in order; a plan's are made once. */
export function signaturesOf(plan: Plan): readonly string[] {
  const found = signatures.get(plan) ?? plan.dispatches.map((dispatch) => signatureOf(plan, dispatch));
  signatures.set(plan, found);
  return found;
}

/** The same plan with some of its dispatches only, and the texts and constants that these need. Its outputs mean nothing. */
export function partOfPlan(plan: Plan, indices: readonly number[]): Plan {
  const modules: string[] = [];
  const weights: PlanWeight[] = [];
  const moduleAt = new Map<number, number>();
  const weightAt = new Map<number, number>();
  const placed = <T>(at: Map<number, number>, from: readonly T[], to: T[], index: number): number => {
    if (!at.has(index)) at.set(index, to.push(from[index] as T) - 1);
    return at.get(index) as number;
  };
  const dispatches = indices.map((index): PlanDispatch => {
    const dispatch = plan.dispatches[index] as PlanDispatch;
    return {
      ...dispatch,
      module: placed(moduleAt, plan.modules, modules, dispatch.module),
      bindings: dispatch.bindings.map((binding) =>
        'weight' in binding ? { weight: placed(weightAt, plan.weights, weights, binding.weight) } : binding,
      ),
    };
  });
  const weightBytes = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  return { ...plan, modules, weights, dispatches, weightBytes };
}
