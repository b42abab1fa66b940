// What a step of training costs before it is taken: dispatches and memory of MobileNetV2-0.35, and of any net behind its own dispatches.
import { expect, test } from 'vitest';
import { withBatch } from '../../../src/graph/ir/batch.ts';
import type { OptimizerOptions } from '../../../src/graph/train/optimizer.ts';
import { planStep } from '../../../src/graph/train/plan/step-plan.ts';
import { trainGraph, trainableParameters } from '../../../src/graph/train/train-graph.ts';
import { placeValues } from '../../../src/graph/train/plan/arena.ts';
import { built as build } from '../presets/build.ts';

const momentum: OptimizerOptions = { name: 'sgd', momentum: 0.9, nesterov: false, weight_decay: 0, decay: 'all' };

function planOf(preset: string, batch: number, fuse = true) {
  const graph = withBatch(build(preset), batch);
  const train = trainGraph(graph, { loss: { name: 'ce', label_smoothing: 0 } });
  const tensors = new Map([...graph.facts.values()].flatMap(({ params }) => params.map((p) => [p.name, p.shape])));
  return { graph, plan: planStep(train, tensors, { optimizer: momentum }, fuse) };
}

test('MobileNetV2-0.35 at 64 px, batch 8: at most 450 dispatches and 40 MB, three of them over all tensors', () => {
  const { graph, plan } = planOf('mobilenetv2_035+classes=10@64', 8);
  expect(plan.nodes.dispatches.length + plan.after.length).toBeLessThanOrEqual(386);
  expect(plan.after).toHaveLength(3);
  expect(plan.bytes).toBeLessThan(22e6);
  // Every trained tensor has its gradient, each element once.
  const wanted = [...trainableParameters(graph).values()].reduce((sum, own) => sum + own.reduce((a, b) => a * b, 1), 0);
  const chunks = plan.after[0]?.workgroups[0] ?? 0;
  const gathered = Array.from({ length: chunks }, (_, i) => plan.table[4 * i + 2] as number);
  expect(gathered.reduce((a, b) => a + b, 0)).toBe(wanted);
  // Layers share pipelines: the first step compiles no more than these.
  expect(plan.nodes.modules.length).toBeLessThanOrEqual(70);
});

test('nothing behind the net grows with it', () => {
  expect(planOf('mobilenetv3_small_100@64', 2).plan.after).toHaveLength(3);
});

test('values share memory only where they are never alive together', () => {
  const values = Array.from({ length: 60 }, (_, i) => ({
    id: `${i}`,
    floats: 1 + ((i * 37) % 23),
    first: (i * 13) % 40,
    last: ((i * 13) % 40) + ((i * 7) % 9),
  }));
  const { places, floats } = placeValues(values, 8);
  for (const a of values)
    for (const b of values) {
      if (a === b || a.last < b.first || b.last < a.first) continue;
      const [from, other] = [places.get(a.id) as number, places.get(b.id) as number];
      expect(from + a.floats <= other || other + b.floats <= from, `${a.id} and ${b.id}`).toBe(true);
    }
  expect(Math.min(...places.values())).toBeGreaterThanOrEqual(8);
  expect(floats).toBeLessThan(values.reduce((sum, value) => sum + value.floats, 0));
});
