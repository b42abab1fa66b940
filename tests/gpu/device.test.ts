// The ceilings of a device, and what is said of kernels under them: four that are made to be bound by one thing each get its name.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Plan } from '../../src/graph/plan/plan.ts';
import { firstRate } from '../../src/graph/plan/schedule.ts';
import { rooflinePoint } from '../../src/workers/engine/bound.ts';
import { openDevice, type OpenDevice } from '../../src/workers/engine/device.ts';
import { reportDevice, type DeviceReport } from '../../src/workers/engine/device-report.ts';
import { Program } from '../../src/workers/engine/program.ts';
import { profile } from '../../src/workers/engine/timing.ts';
import { gpu } from './rig.ts';

let open: OpenDevice;
let report: DeviceReport;
beforeAll(async () => {
  open = await openDevice(await gpu());
  report = await reportDevice(open);
});
afterAll(() => open.device.destroy());

const buffer = 8 * 2 ** 20;
const vectors = buffer / 16;
const head = `@group(0) @binding(0) var<storage, read> a: array<vec4f, ${vectors}>;
@group(0) @binding(1) var<storage, read_write> b: array<vec4f, ${vectors}>;`;
const [groups, loops, steps] = [16, 3000, 300_000];

const kernels = {
  compute: {
    wgsl: `${head}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = a[0]; let y = a[1];
  var s = array<vec4f, 4>(a[id.x], a[id.x] + 1.0, a[id.x] + 2.0, a[id.x] + 3.0);
  var s0 = s[0]; var s1 = s[1]; var s2 = s[2]; var s3 = s[3];
  for (var i = 0u; i < ${loops}u; i++) { s0 = s0 * x + y; s1 = s1 * x + y; s2 = s2 * x + y; s3 = s3 * x + y; }
  b[id.x] = s0 + s1 + s2 + s3;
}`,
    workgroups: groups,
    macs: groups * 256 * loops * 16,
    bytes: groups * 256 * 32,
  },
  memory: {
    wgsl: `${head}
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) { b[id.x] = a[id.x]; }`,
    workgroups: vectors / 256,
    macs: 0,
    bytes: 2 * buffer,
  },
  launch: {
    wgsl: `${head}
@compute @workgroup_size(1)
fn main() { b[0] = a[0]; }`,
    workgroups: 1,
    macs: 0,
    bytes: 32,
  },
  latency: {
    wgsl: `${head}
@compute @workgroup_size(1)
fn main() {
  var x = a[0].x;
  for (var i = 0u; i < ${steps}u; i++) { x = sqrt(x * x + 1.0); }
  b[0] = vec4f(x);
}`,
    workgroups: 1,
    macs: steps,
    bytes: 32,
  },
} as const;

const slotOf = (slot: number, write: boolean) => ({ slot, offset: 0, bytes: buffer, write });
const tensor = (node: string, slot: number) => ({ node, shape: [vectors, 4], slot, offset: 0, type: 'f32' as const });

function planOf(): Plan {
  const all = Object.values(kernels);
  return {
    version: 1,
    net: 'synthetic',
    for: 'software',
    precision: 'f32',
    inputs: [tensor('a', 0)],
    outputs: [{ ...tensor('b', 1), shape: [4] }],
    modules: all.map(({ wgsl }) => wgsl),
    dispatches: all.map(({ workgroups, macs, bytes }, module) => ({
      kernel: Object.keys(kernels)[module]!,
      from: [],
      module,
      workgroups: [workgroups, 1, 1] as const,
      bindings: [slotOf(0, false), slotOf(1, true)],
      macs,
      bytes,
    })),
    slots: [buffer, buffer],
    lives: [],
    weights: [],
    activationBytes: 2 * buffer,
    activationLowerBound: 2 * buffer,
    weightBytes: 0,
  };
}

it('names what each of four synthetic kernels is bound by', async () => {
  const program = await Program.load(open, planOf(), () => new Float32Array(), { rate: firstRate(true) });
  const input = new Float32Array(buffer / 4).fill(0.5);
  // What other work on the machine made longer in one profile is not longer in all: of each kernel the shortest of three.
  const profiles: (readonly number[])[] = [];
  for (let i = 0; i < 3; i++) profiles.push((await profile(program, [input], { runs: 7 })).dispatchMs);
  program.destroy();
  const found = Object.keys(kernels).map((name, i) => {
    const { macs, bytes } = kernels[name as keyof typeof kernels];
    return [name, rooflinePoint({ macs, bytes, ms: Math.min(...profiles.map((ms) => ms[i]!)) }, report.peaks, 'f32')];
  });
  expect(
    found.map(([, point]) => (point as { bound: string }).bound),
    JSON.stringify(found),
  ).toEqual(Object.keys(kernels));
});

it('reports rates by size, and what one more dispatch and one more submit take', () => {
  const { peaks, dispatches, workingSets, upload, readBack, submitMs } = report;
  for (const rate of [peaks.f32MacsPerS, peaks.bytesPerS, peaks.cacheBytesPerS]) expect(rate).toBeGreaterThan(1e6);
  expect(peaks.i8MacsPerS !== undefined).toBe(open.capabilities.packedDot);
  expect(peaks.f16MacsPerS !== undefined).toBe(open.capabilities.f16);
  expect(dispatches.at(-1)!.ms).toBeGreaterThan(dispatches[0]!.ms);
  expect(submitMs).toBeGreaterThan(0);
  expect(workingSets.map(({ bytes }) => bytes / 1024)).toEqual(
    expect.arrayContaining([16, 64, 256, 1024, 4096, 16384]),
  );
  for (const { bytesPerS } of [...workingSets, ...upload, ...readBack]) expect(bytesPerS).toBeGreaterThan(1e6);
});
