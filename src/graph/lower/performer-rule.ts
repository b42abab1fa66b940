// Performer attention takes two steps: sums of the keys' features over all tokens, then each token's own.
import type { Step } from '../../gpu-kernels/families/index.ts';
import type { Value } from '../../gpu-kernels/step.ts';
import { step, type LoweringRule } from './rule.ts';

export function performer(rule: LoweringRule): Step[] {
  const { dim, features } = rule.node.attrs as { dim: number; features: number };
  const weights = { w: rule.param('w') };
  const sums: Value = {
    id: `${rule.node.id}#sums`,
    shape: [rule.output.shape[0] as number, features, dim + 4],
    type: 'f32',
  };
  return [
    step(rule, 'performerSums', { dim, features }, weights, { outputs: [sums] }),
    step(rule, 'performer', { dim, features }, weights, { inputs: [rule.inputs[0] as Value, sums] }),
  ];
}
