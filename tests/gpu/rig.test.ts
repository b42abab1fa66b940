// Proves the rig itself: the tier's adapter computes, times and reports errors as the engine's tests assume.
import { describe, expect, it } from 'vitest';
import { NoNodeAdapterError, requestNodeAdapter } from '../../src/cli/adapters.ts';
import { adapterName, gpu, takeUncapturedErrors } from './rig.ts';

/** Runs `body` (with `i`, `x: array<u32>` in scope) for `count` invocations and returns x and the pass's time. */
async function compute(body: string, count: number, features: readonly GPUFeatureName[] = []) {
  const adapter = await (await gpu()).requestAdapter();
  const device = await adapter!.requestDevice({ requiredFeatures: ['timestamp-query', ...features] });
  const bytes = count * 4;
  const x = device.createBuffer({ size: bytes, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const ticks = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const back = device.createBuffer({ size: bytes + 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const enables = features.includes('shader-f16') ? 'enable f16;' : '';
  const code = `${enables} @group(0) @binding(0) var<storage, read_write> x: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { let i = id.x; ${body} }`;
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const bindings = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: x } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass({
    timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
  });
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindings);
  pass.dispatchWorkgroups(count / 64);
  pass.end();
  encoder.resolveQuerySet(querySet, 0, 2, ticks, 0);
  encoder.copyBufferToBuffer(x, 0, back, 0, bytes);
  encoder.copyBufferToBuffer(ticks, 0, back, bytes, 16);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const copy = back.getMappedRange().slice(0);
  device.destroy();
  const [begin = 0n, end = 0n] = new BigUint64Array(copy, bytes, 2);
  return { x: new Uint32Array(copy, 0, count), ns: Number(end - begin), begin };
}

describe(`the rig on ${adapterName}`, () => {
  it('computes', async () => {
    const { x } = await compute('x[i] = i * 2u;', 256);
    expect(x).toEqual(Uint32Array.from({ length: 256 }, (_, i) => i * 2));
  });

  it('times a pass in nanoseconds that no toggle has rounded', async () => {
    const runs = [];
    for (let run = 0; run < 4; run++)
      runs.push(await compute('for (var k = 0u; k < 999u; k++) { x[i] += k * i; }', 64));
    expect(Math.min(...runs.map(({ ns }) => ns))).toBeGreaterThan(0);
    // Dawn's quantization clears the lowest 16 bits.
    expect(runs.some(({ begin }) => (begin & 0xffffn) !== 0n)).toBe(true);
  });

  it('has the packed 8-bit dot product', async () => {
    const { x } = await compute('x[i] = u32(dot4I8Packed(0x01020304u, 0xFF01FF01u) + 4);', 64);
    expect(x[0]).toBe(-1 + 2 - 3 + 4 + 4);
  });

  if (adapterName === 'lavapipe') {
    it('computes in half precision', async () => {
      const { x } = await compute('x[i] = u32(f16(2049.0) * f16(f32(i)));', 64, ['shader-f16']);
      expect(x[1]).toBe(2048); // 2049 needs a twelfth bit
    });
  }

  it('notes an error that no scope caught', async () => {
    const device = await (await (await gpu()).requestAdapter())!.requestDevice();
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
    expect(await takeUncapturedErrors()).toEqual([expect.stringMatching(/usage/i)]);
  });

  it('refuses a second driver in the same process', async () => {
    const other = adapterName === 'lavapipe' ? 'swiftshader' : 'lavapipe';
    await expect(requestNodeAdapter(other)).rejects.toThrow(NoNodeAdapterError);
  });
});
