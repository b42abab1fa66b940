// A requantization is a factor for each channel and a rounding: both ride on the product whose sums they take.
import type { Step } from '../../gpu-kernels/families/index.ts';
import { step, type LoweringRule } from './rule.ts';

export function requantized(rule: LoweringRule): Step[] {
  const { min, max } = rule.node.attrs as { min: number; max: number };
  const epilogue = [
    { kind: 'channel', op: 'mul', weight: 'factor' },
    { kind: 'unary', op: 'quantize', attrs: { scale: 1, min, max } },
  ] as const;
  return [step(rule, 'elementwise', {}, { factor: rule.param('factor') }, { epilogue })];
}
