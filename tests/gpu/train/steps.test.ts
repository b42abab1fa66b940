// Training by kernels against PyTorch's numbers in float64 (test-data/training), and against itself: the same steps give the same bits.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import { withBatch } from '../../../src/graph/ir/batch.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { rangeQuant } from '../../../src/gpu-kernels/gradients/fake-quant.ts';
import { constant } from '../../../src/gpu-kernels/ops/constant.ts';
import { ops } from '../../../src/gpu-kernels/ops/index.ts';
import { cpuBackend } from '../../../src/graph/train/cpu-backend.ts';
import { drawnPatterns } from '../../../src/graph/train/data/pictures.ts';
import { readRecipe, type TrainRecipe } from '../../../src/graph/train/recipe.ts';
import { checkTrainRecord } from '../../../src/graph/train/records/check.ts';
import { runNodes } from '../../../src/graph/train/run.ts';
import { planStep, type StepPlan } from '../../../src/graph/train/plan/step-plan.ts';
import { startWeights } from '../../../src/graph/train/start-weights.ts';
import { TrainingRun } from '../../../src/graph/train/training-run.ts';
import { TrainNodes } from '../../../src/graph/train/train-nodes.ts';
import { trainGraph } from '../../../src/graph/train/train-graph.ts';
import type { TrainerOptions } from '../../../src/graph/train/backend.ts';
import { graphParams } from '../../../src/graph/weights/weights.ts';
import { openDevice, type OpenDevice } from '../../../src/workers/engine/device.ts';
import { GpuTrainer } from '../../../src/workers/engine/gpu-trainer.ts';
import { gpuTrainBackend, onDevice } from '../../../src/workers/engine/train-backend.ts';
import { runTrainNodes } from '../../../src/workers/engine/run-train-nodes.ts';
import { trainingOn } from '../../../src/workers/engine/train-records.ts';
import { gpu } from '../rig.ts';

let open: OpenDevice;
beforeAll(async () => {
  open = await openDevice(await gpu());
});
afterAll(() => open.device.destroy());

const netOf = (text: string) => {
  const { graph } = expand(parse(text).architecture, 'the net');
  if (!graph) throw new Error('the text makes no net');
  return graph;
};

// Every op's kernels compile for half a minute; the records of nets hold those of the usual layers.
test.each(['mini', ...(process.env['FULL'] === '1' ? ['ops', 'losses', 'mini-qat-batch'] : [])])('%s', async (name) => {
  const text = readFileSync(`test-data/training/${name}.json`, 'utf8');
  const report = await checkTrainRecord(text, ({ arch = '' }) => netOf(arch), trainingOn(open));
  expect(report.failures).toEqual([]);
  expect(report.compared).toBeGreaterThan(100);
});

const small = () => {
  const net = netOf('family efficientnet\ninput 3x8x8\nact relu6\n\nconv k3 s2 c4\nds k3 c4\npool\nlinear c4\n');
  const train = trainGraph(withBatch(net, 2), { loss: { name: 'ce', label_smoothing: 0.1 } });
  const options: TrainerOptions = {
    optimizer: { name: 'adamw', betas: [0.9, 0.999], eps: 1e-3, weight_decay: 0.05, decay: 'matrices' },
    clipNorm: 1,
    ema: 0.9,
  };
  const size = train.nodes.shape(train.input).reduce((a, b) => a * b, 1);
  return { net, train, options, size };
};

test('fifty steps twice, and from a snapshot at twenty, give the same bits', async () => {
  const { net, train, options, size } = small();
  const begin = (): Promise<GpuTrainer> => GpuTrainer.load(open, train, startWeights(net, 3), options);
  const go = async (trainer: GpuTrainer, from: number, to: number): Promise<void> => {
    for (let t = from; t < to; t++) {
      const input = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.37 + t));
      await trainer.step(input, { label: [t % 3, (t + 1) % 4] }, 0.01);
    }
  };
  const [one, other] = [await begin(), await begin()];
  await go(one, 0, 50);
  await go(other, 0, 20);
  const at20 = await other.snapshot();
  other.destroy();
  const resumed = await begin();
  resumed.restore(at20);
  await go(resumed, 20, 50);
  const [first, second] = [await one.snapshot(), await resumed.snapshot()];
  expect(second).toEqual(first);
  expect(first.updates).toBe(50);
  one.destroy();
  resumed.destroy();
});

test('a run on the device is the run on the CPU: losses, looks and the end; a rate that is too high names its layer', async () => {
  const net = netOf('family efficientnet\ninput 3x12x12\nact relu6\n\nconv k3 s2 c4\nds k3 c4\npool\nlinear c12\n');
  const device = gpuTrainBackend(onDevice(open));
  const ran = async (text: string, on: typeof device | ReturnType<typeof cpuBackend>): Promise<TrainingRun> => {
    const recipe = readRecipe(text) as TrainRecipe;
    const pictures = drawnPatterns(12, 0, 60, 0);
    const run = await TrainingRun.begin(net, startWeights(net, 0), recipe, pictures, on);
    while (!run.ending) await run.next();
    return run;
  };
  const text = 'steps 6\nbatch 4\naccumulate 2\nema 0.9\ncheck every 3\nseed 1';
  const [own, wanted] = [await ran(text, device), await ran(text, cpuBackend())];
  expect(own.curve).toHaveLength(6);
  own.curve.forEach(({ loss, gradientNorm }, i) => {
    expect(loss).toBeCloseTo(wanted.curve[i]!.loss, 4);
    expect(gradientNorm).toBeCloseTo(wanted.curve[i]!.gradientNorm, 3);
  });
  own.checks.forEach(({ loss }, i) => expect(loss).toBeCloseTo(wanted.checks[i]!.loss, 4));
  expect((await own.test()).loss).toBeCloseTo((await wanted.test()).loss, 4);
  const burst = await ran('steps 30\nbatch 4\nrate 1e30', device);
  expect(burst.ending).toMatchObject({ kind: 'not-finite', sentence: expect.stringMatching(/"[\w.]+"/) as string });
  device.destroy();
});

test('a mean between two steps of its grid rounds to the even one, whichever side float32 sums leave it on', async () => {
  const g = new TrainNodes();
  const x = g.add(ops.input, { shape: [1, 4] }, []);
  const range = g.add(constant, { shape: [2] }, [], { value: 'range' });
  const y = g.add(rangeQuant, { ties: true }, [x, range]);
  const plain = g.add(rangeQuant, {}, [x, range]);
  const below = (steps: number): number => Math.fround((steps * 2) / 255) * (1 - 1e-7);
  const given = new Map([
    [x, Float32Array.of(below(127.5), below(126.5), 0.4, 2)],
    ['range', Float32Array.of(0, 2)],
  ]);
  const wanted = runNodes(g, given, [y, plain]);
  const steps = (id: string, of: ReadonlyMap<string, Float32Array>): number[] =>
    [...(of.get(id) as Float32Array)].map((value) => Math.round((value * 255) / 2));
  expect(steps(y, wanted)).toEqual([128, 126, 51, 255]);
  expect(steps(plain, wanted)).toEqual([127, 126, 51, 255]);
  expect(steps(y, await runTrainNodes(open, g, given, [y]))).toEqual([128, 126, 51, 255]);
});

test('a plan whose neighbours are joined gives the gradients of one where none are', async () => {
  const { net, train, options, size } = small();
  const start = startWeights(net, 3);
  const shapes = new Map(graphParams(net).map(({ name, shape }) => [name, shape]));
  const [joined, plain] = [true, false].map((fuse) => planStep(train, shapes, options, fuse));
  expect(joined!.nodes.dispatches.length).toBeLessThan(plain!.nodes.dispatches.length);
  const gradients = async (plan: StepPlan) => {
    const trainer = await GpuTrainer.load(open, train, start, options, plan);
    await trainer.step(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.37)),
      { label: [1, 2] },
      0.01,
    );
    const { parameters } = await trainer.gradients();
    trainer.destroy();
    return parameters;
  };
  const [own, wanted] = [await gradients(joined!), await gradients(plain!)];
  const length = (values: Float32Array): number => Math.hypot(...values);
  const whole = Math.hypot(...[...wanted.values()].map(length));
  for (const [name, values] of wanted) {
    const apart = values.map((value, i) => value - (own.get(name)?.[i] as number));
    expect(length(apart), name).toBeLessThan(1e-4 * length(values) + 1e-7 * whole);
  }
});

test.each([process.env['FULL'] === '1' ? 1000 : 50])(
  '%i steps make nothing on the device and hold no more memory',
  async (steps) => {
    const { net, train, options, size } = small();
    const trainer = await GpuTrainer.load(open, train, startWeights(net, 3), options);
    const input = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.37));
    const go = async (count: number): Promise<void> => {
      for (let t = 0; t < count; t++) await trainer.step(input, { label: [1, 2] }, 0.01);
    };
    await go(steps / 5);
    const { device } = open;
    const made: string[] = [];
    for (const name of ['createBuffer', 'createBindGroup', 'createShaderModule', 'createComputePipeline'] as const) {
      const create = device[name].bind(device) as (descriptor: unknown) => unknown;
      Reflect.set(device, name, (descriptor: unknown) => {
        made.push(name);
        return create(descriptor);
      });
    }
    // Encoders are freed when their wrappers are collected.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = (): number => {
      collect();
      return process.memoryUsage().rss;
    };
    const before = held();
    await go((4 * steps) / 5);
    expect(made).toEqual([]);
    expect(held() - before).toBeLessThan(32 * 2 ** 20);
    trainer.destroy();
  },
);
