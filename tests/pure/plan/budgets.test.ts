// The promises about plans for a GPU: how few dispatches a net takes, and that one submit carries them.
import { describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import { makePlan, plainGpu } from '../../../src/graph/plan/make-plan.ts';
import { planJson } from '../../../src/graph/plan/print.ts';

/** Dispatches, MB that they read and write, and submits where a net is long enough for more than one: none grows again. */
const most: Readonly<Record<string, readonly [dispatches: number, megabytes: number, submits?: number]>> = {
  mobilenetv1_100: [16, 36.4],
  mobilenetv2_100: [31, 28.8],
  mobilenetv3_large_100: [36, 35.6],
  mobilenetv3_large_100_ca: [47, 34.5],
  mobilenetv4_conv_small: [33, 26.8],
  efficientnet_lite0: [31, 36.1],
  efficientnet_b0: [39, 49.3],
  mobilenetv4_conv_medium: [48, 76.6],
  mobilenetv4_hybrid_medium: [82, 92.3],
  efficientformer_l1: [55, 103.7],
  efficientformerv2_s0: [63, 38.7],
  mixnet_s: [52, 55.2],
  t2t_vit_7: [57, 76.1],
  'mobilenetv2_100+evonormb0': [55, 74.7],
  ssdlite_mobilenetv2_coco: [50, 51.3],
  ssd_mobilenetv2_oid: [46, 52.0],
  lraspp_mobilenetv3_large: [40, 153.0, 2],
  deeplabv3_mobilenetv2: [36, 153.9, 2],
  deeplabv3_mobilenetv2_os8: [36, 387.4, 6],
};

describe('plans for a GPU', () => {
  for (const [name, [dispatches, megabytes, submits = 1]] of Object.entries(most)) {
    it(`${name}: at most ${dispatches} dispatches and ${megabytes} MB moved, ${submits === 1 ? 'one submit' : `${submits} submits`}, no buffer read and written at once`, () => {
      const plan = makePlan(buildGraph(openPreset(name)), { caps: plainGpu });
      const json = planJson(plan);
      expect(json.dispatches.length).toBeLessThanOrEqual(dispatches);
      const moved = plan.dispatches.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
      expect(moved).toBeLessThan(megabytes + 0.05);
      expect([json.passes, json.submits]).toEqual([submits, submits]);
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
