// A small net with a residual and a plan's worth of made-up times, for the tests of the Profile pane.
import { accounting } from '../../../../src/graph/cost/cost.ts';
import { makePlan, plainGpu } from '../../../../src/graph/plan/make-plan.ts';
import { check } from '../../../../src/graph/notation/check.ts';
import type { RunRecord } from '../../../../src/ui/state/measurements/record.ts';

const text = `family efficientnet
input 3x32x32
act relu6
conv       k3 s2 c16
mbconv x2  k3    c16 e4 se0.25
conv       k1    c32
pool
linear     c10
`;

export function timedNet(source = text) {
  const { graph, architecture } = check(source, 'small');
  if (!graph) throw new Error('the test net does not build');
  const plan = makePlan(graph, { caps: plainGpu });
  const record: RunRecord = {
    net: 'small',
    hash: '0123456789abcdef',
    input: [3, 32, 32],
    weights: 'random',
    precision: 'f32',
    adapter: { vendor: 'nvidia', architecture: 'ampere', device: '', description: '', software: false },
    browser: 'Chrome 156',
    version: '0.1.0',
    at: '2026-11-24T09:00:00.000Z',
    cold: { compileMs: 40, uploadMs: 5, firstRunMs: 3 },
    warm: { medianMs: 1.5, p90Ms: 1.9, variation: 0.04, runs: 20 },
    gpu: { medianMs: 1.1, p90Ms: 1.2, variation: 0.02, runs: 20 },
    estimated: false,
    tickNs: 65536,
    dispatches: plan.dispatches.map(({ kernel, from, workgroups, macs, bytes }, index) => ({
      kernel,
      from: [...from],
      workgroups: [...workgroups],
      macs,
      bytes,
      ms: 0.1 * (index + 1),
      span: { startMs: index * 2, endMs: index * 2 + 1.5 },
    })),
  };
  return { graph, architecture, accounting: accounting(graph), plan, record };
}
