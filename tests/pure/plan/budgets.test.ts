// The promises about plans for a GPU: how few dispatches a net takes, and that one submit carries them.
import { describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { makePlan, plainGpu } from '../../../src/graph/plan/make-plan.ts';
import { planJson } from '../../../src/graph/plan/print.ts';

const most: Readonly<Record<string, number>> = {
  mobilenetv1_100: 17,
  mobilenetv2_100: 37,
  mobilenetv3_large_100: 50,
  mobilenetv4_conv_small: 40,
  efficientnet_lite0: 40,
  efficientnet_b0: 60,
  mobilenetv4_hybrid_medium: 105,
  efficientformer_l1: 70,
  mixnet_s: 95,
};

describe('plans for a GPU', () => {
  for (const [name, budget] of Object.entries(most)) {
    it(`${name}: at most ${budget} dispatches, one submit, no buffer read and written at once`, () => {
      const plan = makePlan(buildGraph(openPreset(name)), { caps: plainGpu });
      const json = planJson(plan);
      expect(json.dispatches.length).toBeLessThanOrEqual(budget);
      expect([json.passes, json.submits]).toEqual([1, 1]);
      for (const { bindings, kernel } of plan.dispatches) {
        const slots = (write: boolean): number[] =>
          bindings.flatMap((binding) => ('slot' in binding && binding.write === write ? [binding.slot] : []));
        expect(
          slots(true).filter((slot) => slots(false).includes(slot)),
          kernel,
        ).toEqual([]);
      }
    });
  }
});
