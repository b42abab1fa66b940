// Switching any pass off changes a net's result by rounding only.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expand } from '../../src/graph/blocks/expand.ts';
import { parse } from '../../src/graph/notation/parse.ts';
import { passes } from '../../src/graph/lower/passes/index.ts';
import { runReference } from '../../src/graph/ir/reference.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { executeGraph } from '../../src/workers/engine/execute.ts';
import { gpu } from './rig.ts';
import { netFrom } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const text = `input 3x16x16
act hswish
conv      k3 s2 c8
ds        k3    c8
mbconv    k3.5  c8  e2 se0.5
mbconv    k3    c12 e2 ca4
uib       a3 k3 c16 e2 s2
mqa       h2 d8 v2 c16 ls
mqa       h2 d8 c16 ls
conv      k1    c24
pool
linear    c10
`;
const { graph, problems } = expand(parse(text).architecture, 'passes');
if (!graph) throw new Error(problems.map((problem) => problem.message).join('; '));
const net = netFrom(graph);
const expected = runReference(graph, net.params, net.input).get(graph.outputs[0] as string) as Float32Array;
const scale = Math.max(...expected.map(Math.abs));

async function worst(without: readonly string[], device = open): Promise<number> {
  const found = (await executeGraph(device, net.graph, net.params, [net.input], { without })).get(
    graph?.outputs[0] as string,
  ) as Float32Array;
  return Math.max(...expected.map((x, i) => Math.abs(x - (found[i] as number)))) / scale;
}

describe('passes on the GPU', () => {
  it('agree with the reference, all of them and none of them', async () => {
    expect(await worst([])).toBeLessThan(1e-5);
    expect(await worst(passes.map((pass) => pass.name))).toBeLessThan(1e-5);
  });
  it('agree on the plan that GPUs get', async () => {
    const likeGpu = { ...open, capabilities: { ...open.capabilities, software: false } };
    expect(await worst([], likeGpu)).toBeLessThan(1e-5);
  });
  for (const { name } of passes) {
    it(`agree without ${name}`, async () => {
      expect(await worst([name])).toBeLessThan(1e-5);
    });
  }
});
