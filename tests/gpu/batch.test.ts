// The plan for several pictures in one run gives what as many runs of one picture give.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraph, openPreset } from '../../src/cli/source.ts';
import { generateInput, generateTensor } from '../../src/graph/inspect/golden.ts';
import { withBatch } from '../../src/graph/ir/batch.ts';
import type { InferredGraph } from '../../src/graph/ir/graph.ts';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import { firstRate } from '../../src/graph/plan/schedule.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { Program } from '../../src/workers/engine/program.ts';
import { graphParams } from '../../src/graph/weights/weights.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const batch = 8;

function load(graph: InferredGraph, software: boolean): Promise<Program> {
  const shapes = new Map(graphParams(graph).map(({ name, shape }) => [name, shape]));
  const plan = makePlan(graph, { caps: { ...open.capabilities, software } });
  return Program.load(open, plan, (name) => generateTensor('batch', name, shapes.get(name) ?? []), {
    rate: firstRate(true),
  });
}

async function logits(
  graph: InferredGraph,
  software: boolean,
  inputs: readonly Float32Array[],
): Promise<Float32Array[]> {
  const program = await load(graph, software);
  const results: Float32Array[] = [];
  for (const input of inputs) results.push((await program.run([input]))[0] as Float32Array);
  program.destroy();
  return results;
}

const std = (values: readonly number[]): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
};

// The small one has every kind of block; the others take minutes.
const full = process.env['FULL'] === '1';
const nets = full ? [tinyNet, 'mobilenetv2_050', 'mixnet_s', 'efficientformer_l1'] : [tinyNet];

describe.each(nets.map((net) => [typeof net === 'string' ? net : 'the tiny net', net] as const))('%s', (_, net) => {
  it.each([
    ['a GPU', false],
    ['a software adapter', true],
  ] as const)('the plan for eight pictures on %s', async (_device, software) => {
    const one = typeof net === 'string' ? buildGraph(openPreset(net)) : net().graph;
    const size = one.facts.get(one.inputs[0] as string)?.shape[1] as number;
    const pictures = Array.from({ length: batch }, (_, i) => generateInput(`picture ${i}`, size));
    const together = new Float32Array(pictures.flatMap((picture) => Array.from(picture)));
    const singles = (await logits(one, software, pictures)).flatMap((values) => Array.from(values));
    const [all] = await logits(withBatch(one, batch), software, [together]);
    const limit = 1e-5 * std(singles);
    expect(all).toHaveLength(singles.length);
    expect(Math.max(...singles.map((value, i) => Math.abs(value - (all as Float32Array)[i]!)))).toBeLessThan(limit);
  });
});

// CPU time, since another process's load is in a wall clock; SwiftShader's threads are this process's.
it.each(full ? ['mobilenetv2_100'] : [])(
  '%s: eight pictures in one run take no more CPU time than eight runs',
  async (name) => {
    const one = buildGraph(openPreset(name));
    const size = one.facts.get(one.inputs[0] as string)?.shape[1] as number;
    const picture = generateInput('picture', size);
    const [single, together] = [await load(one, true), await load(withBatch(one, batch), true)];
    const cpu = async (program: Program, pictures: number, runs: number): Promise<number> => {
      const input = Float32Array.from({ length: pictures * picture.length }, (_, i) => picture[i % picture.length]!);
      const before = process.cpuUsage();
      for (let run = 0; run < runs; run++) await program.run([input]);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    await cpu(single, 1, 2);
    await cpu(together, batch, 1);
    const ratios: number[] = [];
    for (let pair = 0; pair < 3; pair++) {
      const runs = await cpu(single, 1, batch);
      ratios.push((await cpu(together, batch, 1)) / runs);
    }
    single.destroy();
    together.destroy();
    expect(ratios.sort((a, b) => a - b)[1]).toBeLessThan(1);
  },
);
