// Layer by layer against the CPU reference: every stored value of a net agrees, and a fault put into one kernel is named exactly.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGraph, openPreset } from '../../src/cli/source.ts';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import type { Plan } from '../../src/graph/plan/plan.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { checkLayer, layerValues, type LayerCheck } from '../../src/workers/engine/layer-values.ts';
import { Program } from '../../src/workers/engine/program.ts';
import { gpu } from './rig.ts';
import { netFrom, tinyNet, type Net } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const rate = { macsPerMs: 1e9, bytesPerMs: 1e9 };

async function check({ graph, params, tensors, input }: Net, plan: Plan): Promise<LayerCheck[]> {
  const program = await Program.load(open, plan, tensors, { rate });
  const values = await layerValues(program, graph, [input]);
  const [logits] = await program.run([input]);
  expect(values.get(graph.outputs[0] ?? '')).toEqual(logits);
  program.destroy();
  const checks: LayerCheck[] = [];
  runReference(graph, params, input, {
    given: values,
    onNode: ({ id }, expected) => {
      const actual = values.get(id);
      if (actual) checks.push(checkLayer(id, expected, actual));
    },
  });
  expect(checks).toHaveLength(values.size);
  return checks;
}

/** The plan with one dispatch's shader text changed, and only that one's. */
function withFault(plan: Plan, faulty: number, change: (wgsl: string) => string): Plan {
  const modules = plan.dispatches.map(({ module }, i) => {
    const wgsl = plan.modules[module]!;
    if (i === faulty) expect(change(wgsl)).not.toBe(wgsl);
    return i === faulty ? change(wgsl) : wgsl;
  });
  return { ...plan, modules, dispatches: plan.dispatches.map((dispatch, module) => ({ ...dispatch, module })) };
}

const tiny = tinyNet();
const planned = (net: Net): Plan => makePlan(net.graph, { caps: open.capabilities });

test('every stored value of a sound net is inside the bound', async () => {
  const checks = await check(tiny, planned(tiny));
  expect(checks.length).toBeGreaterThan(6);
  expect(checks.filter(({ passed }) => !passed)).toEqual([]);
});

test('so is one with squeeze-excite gates and a head after the pooling', async () => {
  const net = netFrom(buildGraph(openPreset('mobilenetv3_small_100', { input: 48 })));
  expect((await check(net, planned(net))).filter(({ passed }) => !passed)).toEqual([]);
});

describe('a fault in one kernel', () => {
  test('is named, and no layer behind it is, whichever dispatch it is in', async () => {
    const plan = planned(tiny);
    for (let dispatch = 0; dispatch < plan.dispatches.length; dispatch++) {
      const broken = withFault(plan, dispatch, (wgsl) =>
        wgsl.replace(/(out0\[[^=]*\] = )([^;]+);/g, '$1($2) * 1.002;'),
      );
      const faults = (await check(tiny, broken)).filter(({ passed }) => !passed).map(({ node }) => node);
      const made = plan.lives
        .filter(({ from, value }) => from === dispatch && tiny.graph.facts.has(value))
        .map(({ value }) => value);
      expect(faults).toEqual(made);
    }
  });
});

test('differences are in standard deviations; NaN is the worst', () => {
  const expected = Float32Array.of(1, 2, 3);
  expect(checkLayer('a', expected, expected)).toEqual({ node: 'a', difference: 0, passed: true });
  expect(checkLayer('a', expected, Float32Array.of(1, 2, 3.5))).toEqual({ node: 'a', difference: 0.5, passed: false });
  expect(checkLayer('a', expected, Float32Array.of(1, NaN, 3)).difference).toBeNaN();
  expect(checkLayer('a', expected, Float32Array.of(1, NaN, 3)).passed).toBe(false);
  expect(checkLayer('a', Float32Array.of(5, 5), Float32Array.of(5, 5.0000005)).passed).toBe(false);
  expect(checkLayer('a', Float32Array.of(0, 0), Float32Array.of(0, 0)).passed).toBe(true);
});
