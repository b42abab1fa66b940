// What a lowering rule gets, and how it says one step.
import type { AttrsOf, Family, Step } from '../../gpu-kernels/families/index.ts';
import type { StepShape, Value, WeightExpr } from '../../gpu-kernels/step.ts';
import type { GraphNode, InferredGraph } from '../ir/graph.ts';

export interface LoweringRule {
  readonly graph: InferredGraph;
  readonly node: GraphNode;
  readonly inputs: readonly Value[];
  readonly output: Value;
  /** Expression of a parameter by role; throws when the op has none of that role. */
  param(role: string): WeightExpr;
  has(role: string): boolean;
}

export const step = <F extends Family>(
  rule: LoweringRule,
  family: F,
  attrs: AttrsOf<F>,
  weights: Readonly<Record<string, WeightExpr>> = {},
  change: Partial<Pick<Step, 'inputs' | 'outputs' | 'epilogue'>> = {},
): StepShape<F, AttrsOf<F>> => ({
  family,
  from: [rule.node.id],
  inputs: rule.inputs,
  outputs: [rule.output],
  attrs,
  weights,
  prologue: [],
  epilogue: [],
  ...change,
});
