// Branches of one net share weights and activations: each gives what it gives by itself, in any order, and a switch creates nothing.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateTensor } from '../../src/graph/inspect/golden.ts';
import { preparePicture, usualPreparation, type Picture } from '../../src/graph/pictures/preprocess.ts';
import { firstRate } from '../../src/graph/plan/schedule.ts';
import { resolvePreset } from '../../src/graph/presets/resolve.ts';
import { graphParams } from '../../src/graph/weights/weights.ts';
import { Engine } from '../../src/workers/engine/engine.ts';
import { countObjects, difference, type ObjectCounts } from '../../src/workers/engine/object-counter.ts';
import { Program } from '../../src/workers/engine/program.ts';
import { branchesOf } from '../../src/workers/jobs/vision/live/branches.ts';
import { branchPlans, LiveNet } from '../../src/workers/jobs/vision/live/live-net.ts';
import { LiveSession } from '../../src/workers/jobs/vision/live/session.ts';
import { gpu } from './rig.ts';

const full = process.env['FULL'] === '1';
const sizes = full ? [224, 192, 160, 128, 96] : [48, 32];
const small = `family efficientnet
input 3x48x48
act relu6
task classify

conv     k3 s2 c8
ds       k3 s2 c8  as=e1
mbconv   k3 s2 c16 e3 as=e2
part     exit1
spp      n1.2 from=e1
linear   c10 out=exit1
part     exit2
spp      n1.2 from=e2
linear   c10 out=exit2
part     exit3
conv     k1 c32 from=e2
pool
linear   c10 out=exit3
`;
const preparation = { ...usualPreparation, size: [64, 64] as const };

let engine: Engine;
let counts: ObjectCounts;
let net: LiveNet;
beforeAll(async () => {
  const own = await gpu();
  engine = new Engine({ gpu: () => own });
  counts = countObjects((await engine.open()).device);
  const preset = resolvePreset('multiexit_mobilenetv2');
  if ('problem' in preset) throw new Error(preset.problem);
  const branches = branchesOf(full ? preset.text : small, preset.name, sizes);
  net = await LiveNet.load(engine, branches, params(branches), preparation);
}, 300_000);
afterAll(() => {
  net.destroy();
  engine.close();
});

const params = (branches: LiveNet['branches']): Map<string, Float32Array> =>
  new Map(
    branches.flatMap(({ graph }) =>
      graphParams(graph).map(({ name, shape }) => [name, generateTensor('live', name, shape)] as const),
    ),
  );

function picture(seed: number, width = 80, height = 60): Picture {
  const data = new Uint8ClampedArray(width * height * 4);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // Of one colour more or less, so that pictures of two seeds differ in what pooling leaves.
    data[i] = i % 4 === 3 ? 255 : ((seed * 37 * ((i % 4) + 1)) % 200) + (state >>> 26);
  }
  return { width, height, data };
}

it('gives each branch what it gives by itself, in any order; a switch creates no object', async () => {
  const { open, branches } = { open: await engine.open(), branches: net.branches };
  const exits = full ? 6 : 3;
  expect(branches).toHaveLength(exits * sizes.length);
  const seen = picture(1);
  const alone: Float32Array[] = [];
  // The first and the last exit of every size: their plans are the most unlike.
  const judged = [...branches.keys()].filter((i) => [0, exits - 1].includes(i % exits));
  for (const index of judged) {
    const { size } = branches[index]!;
    const tensors = params([branches[index]!]);
    const [plan] = branchPlans([branches[index]!], { caps: open.capabilities });
    const program = await Program.load(open, plan!, (name) => tensors.get(name)!, { rate: firstRate(true) });
    const input = preparePicture(seen, { ...preparation, size: [size, size] });
    alone.push((await program.run([input]))[0]!);
    program.destroy();
  }
  for (let round = 0; round < 2; round++)
    for (const index of branches.keys())
      expect((await net.features(index, seen)).length).toBe(branches[index]!.features);
  const before = { ...counts };
  for (const [i, index] of [...judged.entries()].reverse())
    expect(Buffer.from((await net.features(index, seen)).buffer).equals(Buffer.from(alone[i]!.buffer))).toBe(true);
  expect(difference(before, { ...counts })).toMatchObject({ created: 0, live: 0, submits: judged.length });
  // The injected load is that work itself, done once more by another.
  const single = { ...counts };
  await net.features(0, seen, 2);
  expect(difference(single, { ...counts })).toMatchObject({ created: 0, submits: 3 });
}, 300_000);

const quiet = {
  signal: new AbortController().signal,
  progress: () => undefined,
  pause: () => Promise.resolve(),
};

it('teaches every exit, measures every branch and answers frames', async () => {
  const session = new LiveSession(net);
  const classes = [3, 4].map((seed) => ({
    name: `colour ${seed}`,
    pictures: Array.from({ length: 6 }, () => picture(seed)),
  }));
  await session.teach(classes, quiet);
  const profile = await session.measure(picture(3), quiet);
  expect(profile.latencyMs).toHaveLength(net.branches.length);
  expect(profile.accuracy.every((row) => row.every((share) => share === 1))).toBe(true);
  const report = await session.frame(picture(4), { targetMs: 1e6, others: 0 });
  expect(report).toMatchObject({ frame: 1, late: false, answer: { name: 'colour 4' } });
  await expect(session.teach([{ name: 'one', pictures: [picture(3)] }], quiet)).rejects.toThrow('two classes');
}, 300_000);
