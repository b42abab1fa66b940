// A net for several inputs in one run: the same net with N along the first axis, or a sentence that names what is fixed to one.
import { expect, it } from 'vitest';
import { runCommand } from '../../../src/cli/command.ts';
import { buildGraph, openPreset } from '../../../src/cli/source.ts';
import type { Verbs } from '../../../src/cli/verb.ts';
import * as verbs from '../../../src/cli/verbs/index.ts';
import { GraphBuilder } from '../../../src/graph/ir/builder.ts';
import { withBatch } from '../../../src/graph/ir/batch.ts';
import { makePlan, plainGpu } from '../../../src/graph/plan/make-plan.ts';
import { captured } from '../cli/captured.ts';

it.each(['mobilenetv2_100', 'mixnet_s', 'efficientformer_l1', 'mobilenetv4_hybrid_medium', 't2t_vit_7'])(
  '%s: as many weights, eight times the work, and a plan',
  (name) => {
    const one = buildGraph(openPreset(name));
    const eight = withBatch(one, 8);
    for (const [id, { shape, macs, params }] of one.facts)
      expect(eight.facts.get(id)).toMatchObject({ shape: [8, ...shape.slice(1)], macs: 8 * macs, params });
    const [plan, single] = [eight, one].map((graph) => makePlan(graph, { caps: plainGpu }));
    expect(plan?.outputs[0]?.shape).toEqual([8, 1000]);
    expect(plan?.dispatches.length).toBeLessThan(1.3 * (single?.dispatches.length ?? 0));
  },
);

it('names the node that takes one input at a time', () => {
  const builder = new GraphBuilder('fixed');
  builder.input([1, 4, 4, 3]);
  builder.add('moved', 'rearrange', { shape: [1, 48] });
  expect(() => withBatch(builder.graph(), 2)).toThrow('"moved" takes one input at a time');
});

it('plan --batch says it', async () => {
  const { console, out } = captured();
  expect(await runCommand(verbs as Verbs, ['plan', 'mobilenetv1_025', '--batch', '8', '--json'], console)).toBe(0);
  expect(JSON.parse(out.join('\n'))).toMatchObject({ batch: 8, input: [3, 224, 224] });
});
