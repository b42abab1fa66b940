// A run whose device is taken away at random moments is the run that kept it, bit for bit; one that has no room says how much there is.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expand } from '../../../src/graph/blocks/expand.ts';
import type { InferredGraph } from '../../../src/graph/ir/graph.ts';
import { parse } from '../../../src/graph/notation/parse.ts';
import { drawnPatterns } from '../../../src/graph/train/data/pictures.ts';
import { readRecipe, type TrainRecipe } from '../../../src/graph/train/recipe.ts';
import { startWeights } from '../../../src/graph/train/start-weights.ts';
import { TrainingRun } from '../../../src/graph/train/training-run.ts';
import { mulberry32 } from '../../../src/graph/random.ts';
import { Engine } from '../../../src/workers/engine/engine.ts';
import { gpuTrainBackend, onDevice } from '../../../src/workers/engine/train-backend.ts';
import { gpu } from '../rig.ts';

let engine: Engine;
beforeAll(async () => {
  const found = await gpu();
  engine = new Engine({ gpu: () => found, wait: () => Promise.resolve() });
});
afterAll(() => engine.close());

const net = expand(parse('input 3x8x8\n\nconv k3 s2 c4\npool\nlinear c12\n').architecture, 'tiny')
  .graph as InferredGraph;
const pictures = drawnPatterns(8, 0, 60, 0);
const recipe = (text: string): TrainRecipe => readRecipe(text) as TrainRecipe;
const backend = (signal?: AbortSignal) =>
  gpuTrainBackend({
    use: (work, cancel) => engine.use(work, cancel),
    description: 'any',
    ...(signal && { signal }),
  });

const full = process.env['FULL'] === '1';
const losses = full ? 20 : 2;

test(`${losses} lost devices cost no step and change no bit`, async () => {
  const words = recipe(`steps 40\nbatch 4\noptimizer adamw\nema 0.9\nseed 2${full ? '\ncheck every 20' : ''}`);
  const begin = (on: ReturnType<typeof backend>) => TrainingRun.begin(net, startWeights(net, 2), words, pictures, on);
  const [kept, taken] = [backend(), backend()];
  const wanted = await begin(kept);
  while (!wanted.ending) await wanted.next();
  const run = await begin(taken);
  const next = mulberry32(7);
  let lost = 0;
  while (!run.ending) {
    const due = lost < Math.ceil((losses * (run.step + 1)) / 40);
    const going = run.next();
    if (due) {
      await new Promise((resolve) => setTimeout(resolve, 8 * next()));
      const device = engine.device?.device;
      device?.destroy();
      if (device) lost++;
    }
    await going;
  }
  expect(lost).toBe(losses);
  expect(run.curve).toEqual(wanted.curve);
  expect(run.checks).toEqual(wanted.checks);
  expect(await run.save()).toEqual(await wanted.save());
  kept.destroy();
  taken.destroy();
});

test('a step in parts is the step in one, and a cancel leaves the run as it was before', async () => {
  const controller = new AbortController();
  const words = recipe('steps 9\nbatch 4\naccumulate 2\nseed 1');
  const [one, other] = [backend(), backend(controller.signal)];
  const run = await TrainingRun.begin(net, startWeights(net, 1), words, pictures, one);
  const cut = await TrainingRun.begin(net, startWeights(net, 1), words, pictures, other);
  for (let step = 0; step < 3; step++) await Promise.all([run.next(), cut.next()]);
  const going = cut.next();
  controller.abort(new DOMException('Cancelled.', 'AbortError'));
  await expect(going).rejects.toThrow('Cancelled.');
  expect(await cut.save()).toEqual(await run.save());
  one.destroy();
  other.destroy();
});

test('bytes are stated before the start, and a batch without room gets the largest that has it', async () => {
  const open = await engine.open();
  let held = 0;
  let most = 0;
  const { createBuffer } = open.device;
  const counted: GPUDevice = new Proxy(open.device, {
    get(device, name) {
      if (name !== 'createBuffer') {
        const value: unknown = Reflect.get(device, name, device);
        return typeof value === 'function' ? (value as () => unknown).bind(device) : value;
      }
      return (descriptor: GPUBufferDescriptor) => {
        const buffer = createBuffer.call(device, descriptor);
        if (descriptor.label === 'trial') return buffer;
        most = Math.max(most, (held += descriptor.size));
        const { destroy } = buffer;
        buffer.destroy = () => {
          held -= descriptor.size;
          buffer.destroy = () => undefined;
          destroy.call(buffer);
        };
        return buffer;
      };
    },
  });
  const words = recipe('steps 3\nbatch 32\ncheck every 3\nseed 1');
  const own = gpuTrainBackend(onDevice({ ...open, device: counted }));
  const run = await TrainingRun.begin(net, startWeights(net, 1), words, pictures, own);
  while (!run.ending) await run.next();
  expect(Math.abs(run.need.bytes / most - 1)).toBeLessThan(0.05);
  own.destroy();
  await expect.poll(() => held).toBe(0);

  const maxBindingBytes = 100_000;
  const narrow = gpuTrainBackend(onDevice({ ...open, limits: { ...open.limits, maxBindingBytes } }));
  const begin = (batch: number) => TrainingRun.begin(net, startWeights(net, 1), { ...words, batch }, pictures, narrow);
  const refused = await begin(100).then(
    () => '',
    (error: Error) => error.message,
  );
  expect(refused).toMatch(
    /^A batch of 100 needs \d+ MiB in one buffer, and this GPU binds 1 MiB at most\. The largest/,
  );
  const largest = Number(/fits is (\d+)/.exec(refused)?.[1]);
  await expect(begin(largest)).resolves.toBeDefined();
  await expect(begin(largest + 1)).rejects.toThrow(`The largest batch that fits is ${largest}`);
  narrow.destroy();
});
