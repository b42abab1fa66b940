// Answers that the GPU reads out of a net's outputs are those that the CPU reads, also of outputs that are no numbers, and no frame creates anything.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { elements } from '../../src/gpu-kernels/op.ts';
import { expand } from '../../src/graph/blocks/expand.ts';
import type { PlanTensor } from '../../src/graph/plan/plan.ts';
import { resolvePreset } from '../../src/graph/presets/resolve.ts';
import { mulberry32 } from '../../src/graph/random.ts';
import { outputsOf, taskOf } from '../../src/graph/tasks/index.ts';
import type { AnswerSettings, TaskAnswer, TaskNet } from '../../src/graph/tasks/task.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { countObjects, difference } from '../../src/workers/engine/object-counter.ts';
import { ReadBack } from '../../src/workers/engine/read-back.ts';
import { store, storedBytes } from '../../src/workers/engine/stored-tensor.ts';
import type { ReadAnswer } from '../../src/workers/jobs/vision/readings/reading.ts';
import { ReadingStages } from '../../src/workers/jobs/vision/readings/stage.ts';
import { below, ofRank, rank } from '../../src/workers/jobs/vision/readings/wgsl.ts';
import { gpu } from './rig.ts';

let open: OpenDevice;
beforeAll(async () => void (open = await openDevice(await gpu())));
afterAll(() => open.device.destroy());

function netOf(name: string): TaskNet {
  const preset = resolvePreset(name);
  if ('problem' in preset) throw new Error(preset.problem);
  const { graph } = expand(preset.architecture, name);
  if (!graph) throw new Error(name);
  return { graph, architecture: preset.architecture };
}

/** A net's outputs on the GPU, as if it had run. */
class Given {
  private readonly stages = new ReadingStages();
  private readonly program;
  private readonly readBack: ReadBack;
  readonly task;

  constructor(readonly net: TaskNet) {
    this.task = taskOf(net);
    const outputs = net.graph.outputs.map((node, slot): PlanTensor => {
      const shape = net.graph.facts.get(node)?.shape ?? [];
      return { node, shape, slot, offset: 0, type: 'f32' };
    });
    const slots = outputs.map((output) => open.device.createBuffer({ size: storedBytes(output), usage: 128 | 8 }));
    this.program = { open, slots, plan: { outputs } };
    this.readBack = new ReadBack(open.device, slots);
  }

  async read(values: readonly Float32Array[], settings: AnswerSettings): Promise<ReadAnswer & { bytes: number }> {
    const { net, task, program } = this;
    values.forEach((own, i) => {
      const bytes = new ArrayBuffer(storedBytes(program.plan.outputs[i]!));
      store(program.plan.outputs[i]!, own, bytes);
      open.device.queue.writeBuffer(program.slots[i]!, 0, bytes);
    });
    const stage = await this.stages.of(program, { task, net, settings });
    const after = stage!.after(settings);
    const taken = this.readBack.take([], after.result);
    const encoder = open.device.createCommandEncoder();
    after.record(encoder);
    taken.copy(encoder);
    open.device.queue.submit([encoder.finish()]);
    const [result] = await taken.read();
    return { ...stage!.read(result!, settings), bytes: after.result.size };
  }

  onCpu(values: readonly Float32Array[], settings: AnswerSettings): TaskAnswer {
    const named = outputsOf(this.net.graph, (node) => values[this.net.graph.outputs.indexOf(node)]!);
    return this.task.read(this.net, named, settings);
  }

  random(value: (next: () => number, output: number) => number): Float32Array[] {
    const next = mulberry32(7);
    return this.program.plan.outputs.map(({ shape }, output) =>
      Float32Array.from({ length: elements(shape) }, () => value(next, output)),
    );
  }
}

/** Places in float32 on the one side and float64 on the other. */
function same(found: TaskAnswer | undefined, wanted: TaskAnswer): void {
  if (found?.kind !== 'boxes' || wanted.kind !== 'boxes') return expect(found).toEqual(wanted);
  const what = ({ boxes }: typeof wanted) => boxes.map(({ class: c, anchor }) => [c, anchor]);
  expect(what(found)).toEqual(what(wanted));
  expect(found.best).toBeCloseTo(wanted.best, 5);
  found.boxes.forEach(({ score, box, points = [] }, i) => {
    const own = wanted.boxes[i]!;
    expect(score).toBeCloseTo(own.score, 5);
    const numbers = [...own.box, ...(own.points ?? []).flat()];
    [...box, ...points.flat()].forEach((value, k) => expect(value).toBeCloseTo(numbers[k]!, 5));
  });
}

test.each([
  // Softmax: of two scores that differ in float64 alone either may come first.
  { name: 'ssdlite_mobilenetv2_coco', code: [-2, 2], few: 0.0005, high: [-2, 10] },
  { name: 'ssdlite320_mobilenetv3_large', code: [-2, 2], few: 0.0003, high: [-5, -1] },
  { name: 'blazeface', code: [-20, 60], few: 0.1, high: [-2, 10] },
] as const)('boxes of $name: at most 8 kB, one filter for all settings above it, nothing created', async (one) => {
  const given = new Given(netOf(one.name));
  const within = (next: () => number, [from, to]: readonly [number, number]): number => from + (to - from) * next();
  // Few scores are high: what a trained net gives.
  const values = given.random((next, output) =>
    within(next, output === 0 ? one.code : next() < one.few ? one.high : [-9, -7]),
  );
  const settings = { score: 0.4, iou: 0.5, most: 50 };
  const wanted = given.onCpu(values, settings);
  expect(wanted.kind === 'boxes' && wanted.boxes.length).toBeGreaterThan(10);
  const first = await given.read(values, settings);
  expect(first).toMatchObject({ unsound: 0 });
  expect(first.bytes).toBeLessThanOrEqual(8192);
  same(first.answer(settings), wanted);
  for (const other of [
    { ...settings, score: 0.7 },
    { ...settings, iou: 0.2, only: [0], most: 5 },
  ])
    same(first.answer(other), given.onCpu(values, other));
  // Lower scores were left on the GPU.
  expect(first.answer({ ...settings, score: 0.39 })).toBeUndefined();
  const counts = countObjects(open.device);
  const before = { ...counts };
  const high = { ...settings, score: 0.8 };
  const second = await given.read(values, high);
  same(second.answer(high), given.onCpu(values, high));
  expect(difference(before, counts)).toMatchObject({ live: 0, created: 0 });
  const all = { ...settings, score: 0 };
  expect((await given.read(values, all)).answer(all)).toBeUndefined();
  // No numbers: counted, and no score.
  values[1]!.fill(NaN);
  values[0]![3] = Infinity;
  const none = await given.read(values, settings);
  expect(none.unsound).toBe(values[1]!.length + 1);
  expect(none.answer(settings)).toMatchObject({ boxes: [] });
});

test('masks: the class of every pixel, of equal logits the lower, NaN above none', async () => {
  const given = new Given(netOf('deeplabv3_mobilenetv2_os8@65'));
  const [values] = given.random((next) => [-0, 0, 1.5, -2, NaN, Infinity, -Infinity, 1.5][Math.floor(next() * 8)]!);
  const settings = given.task.settings;
  const found = await given.read([values!], settings);
  expect(found.unsound).toBe(values!.filter((value) => !Number.isFinite(value)).length);
  same(found.answer(settings), given.onCpu([values!], settings));
});

test('a matte: the share of every pixel', async () => {
  const given = new Given(netOf('selfie@64'));
  const [values] = given.random((next) => 12 * next() - 6);
  const { settings } = given.task;
  const [found, wanted] = [(await given.read([values!], settings)).answer(settings), given.onCpu([values!], settings)];
  if (found?.kind !== 'matte' || wanted.kind !== 'matte') throw new Error('a matte');
  expect([found.width, found.height]).toEqual([wanted.width, wanted.height]);
  expect(Math.max(...found.share.map((value, i) => Math.abs(value - wanted.share[i]!)))).toBeLessThan(1e-6);
});

test('ranks rise with the numbers, and a float32 is above the number below a float64 where it is above that', () => {
  const values = [-Infinity, -3, -1e-40, 0, 1e-40, 0.1, 3e38, Infinity];
  const ranks = values.map(rank);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(ranks.map(ofRank)).toEqual(values.map(Math.fround));
  expect([rank(-0), ofRank(0)]).toEqual([rank(0), NaN]);
  expect([0.1, -0.1, 1 / 3, -1 / 3, 2].map((value) => below(value) <= value)).toEqual(Array(5).fill(true));
  expect([below(-Infinity), below(Infinity), below(0.5)]).toEqual([-Infinity, Infinity, 0.5]);
});
