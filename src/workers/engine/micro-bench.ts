// Small WGSL benchmarks on an open device: a pass is timed by timestamps or by the wall clock, an amount of work doubled until it is long enough to time.
import { layoutFor, pipelineFor, type OpenDevice } from './device.ts';

/** Workgroups are this large everywhere; WebGPU guarantees it. */
export const groupSize = 256;
/** A sample is long against the clock's 0.1 ms steps and short against what a driver stops. */
const sampleMs = 25;
const samples = 4;

const copy = `@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;
@compute @workgroup_size(${groupSize})
fn main(@builtin(global_invocation_id) id: vec3u) {
copied[id.x] = source[id.x];
}`;

const nothing = `@group(0) @binding(0) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(1)
fn main() { result[0] += vec4f(1.0); }`;

type Record = (pass: GPUComputePassEncoder) => void;

export class MicroBench {
  private readonly buffers: GPUBuffer[] = [];
  private readonly loops: GPUBuffer;
  private readonly set: GPUQuerySet | undefined;
  private readonly resolved: GPUBuffer;
  private readonly readable: GPUBuffer;
  private nothing: Record | undefined;

  constructor(
    private readonly open: OpenDevice,
    private readonly signal: AbortSignal | undefined,
  ) {
    const { device } = open;
    this.loops = this.buffer(16);
    this.set = open.timestamps ? device.createQuerySet({ type: 'timestamp', count: 2 }) : undefined;
    this.resolved = this.buffer(16, 512 | 4); // QUERY_RESOLVE | COPY_SRC
    this.readable = this.buffer(16, 1 | 8); // MAP_READ | COPY_DST
  }

  /** STORAGE | COPY_DST unless told. */
  buffer(size: number, usage = 128 | 8): GPUBuffer {
    const buffer = this.open.device.createBuffer({ size, usage });
    this.buffers.push(buffer);
    return buffer;
  }

  /** `access` as {@link layoutFor} takes it. */
  private async bind(wgsl: string, access: string, buffers: readonly GPUBuffer[]): Promise<Record> {
    const pipeline = await pipelineFor(this.open, wgsl, access, 'peak');
    const group = this.open.device.createBindGroup({
      layout: layoutFor(this.open, access),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
    };
  }

  /** Milliseconds of one pass. */
  private async time(record: Record): Promise<number> {
    this.signal?.throwIfAborted();
    const { device } = this.open;
    const start = performance.now();
    const encoder = device.createCommandEncoder();
    const { set } = this;
    const pass = encoder.beginComputePass(
      set ? { timestampWrites: { querySet: set, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } } : {},
    );
    record(pass);
    pass.end();
    if (set) {
      encoder.resolveQuerySet(set, 0, 2, this.resolved, 0);
      encoder.copyBufferToBuffer(this.resolved, 0, this.readable, 0, 16);
    }
    device.queue.submit([encoder.finish()]);
    if (!set) {
      await device.queue.onSubmittedWorkDone();
      return performance.now() - start;
    }
    await this.readable.mapAsync(1);
    const [begin, end] = new BigUint64Array(this.readable.getMappedRange().slice(0));
    this.readable.unmap();
    return Number((end ?? 0n) - (begin ?? 0n)) / 1e6;
  }

  /** Doubles the amount until a sample is long enough, then takes the best of a few: amount a second. */
  private async best(run: (amount: number) => Promise<number>): Promise<number> {
    let amount = 1;
    while ((await run(amount)) < sampleMs && amount < 1 << 20) amount *= 2;
    let shortest = Infinity;
    for (let sample = 0; sample < samples; sample++) shortest = Math.min(shortest, await run(amount));
    if (!(shortest > 0)) throw new Error('this adapter’s clock does not move, so its peaks cannot be measured');
    return (amount / shortest) * 1000;
  }

  /** Loops of every invocation a second. */
  async looped(wgsl: string, groups: number, operands: readonly GPUBuffer[]): Promise<number> {
    const result = this.buffer(groups * groupSize * 16);
    const access = `r${'r'.repeat(operands.length)}w`;
    const set = await this.bind(wgsl, access, [this.loops, ...operands, result]);
    // 0.999 and 0.001 keep every chain finite, and the compiler cannot know them.
    const constants = new Uint32Array(new Float32Array([0, 0.999, 0.001, 0]).buffer);
    return this.best((loops) => {
      constants[0] = loops;
      this.open.device.queue.writeBuffer(this.loops, 0, constants);
      return this.time((pass) => {
        set(pass);
        pass.dispatchWorkgroups(groups);
      });
    });
  }

  /** Bytes read and written a second; buffers of 64 MiB, or as large as the device allows. */
  async copyRate(): Promise<number> {
    const { device, limits, capabilities } = this.open;
    const wanted = (capabilities.software ? 16 : 64) * 1048576;
    const size = Math.min(
      wanted,
      limits.maxBufferBytes,
      limits.maxBindingBytes,
      capabilities.maxWorkgroupsPerDimension * groupSize * 16,
    );
    device.pushErrorScope('out-of-memory');
    const [a, b] = [this.buffer(size), this.buffer(size)];
    if (await device.popErrorScope())
      throw new Error(
        `the GPU has no room for two buffers of ${Math.round(size / 1048576)} MiB to measure its bandwidth with`,
      );
    const there = await this.bind(copy, 'rw', [a, b]);
    const back = await this.bind(copy, 'rw', [b, a]);
    const copies = await this.best((amount) =>
      this.time((pass) => {
        for (let i = 0; i < amount; i++) {
          (i % 2 === 0 ? there : back)(pass);
          pass.dispatchWorkgroups(Math.floor(size / 16 / groupSize));
        }
      }),
    );
    return copies * size * 2;
  }

  /** Least time of a pass with that many dependent, empty dispatches, milliseconds. */
  async dispatches(count: number): Promise<number> {
    this.nothing ??= await this.bind(nothing, 'w', [this.buffer(16)]);
    const set = this.nothing;
    return this.least(() =>
      this.time((pass) => {
        set(pass);
        for (let i = 0; i < count; i++) pass.dispatchWorkgroups(1);
      }),
    );
  }

  /** Least wall-clock time of that many submits of a pass with one empty dispatch, milliseconds. */
  async submits(count: number): Promise<number> {
    this.nothing ??= await this.bind(nothing, 'w', [this.buffer(16)]);
    const set = this.nothing;
    const { device } = this.open;
    return this.least(async () => {
      this.signal?.throwIfAborted();
      const start = performance.now();
      for (let i = 0; i < count; i++) {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        set(pass);
        pass.dispatchWorkgroups(1);
        pass.end();
        device.queue.submit([encoder.finish()]);
      }
      await device.queue.onSubmittedWorkDone();
      return performance.now() - start;
    });
  }

  /** Least wall-clock time until so many bytes are on the device, milliseconds. */
  async upload(size: number): Promise<number> {
    const target = this.buffer(size);
    const data = new Uint8Array(size);
    const { queue } = this.open.device;
    return this.least(async () => {
      this.signal?.throwIfAborted();
      const start = performance.now();
      queue.writeBuffer(target, 0, data);
      await queue.onSubmittedWorkDone();
      return performance.now() - start;
    });
  }

  /** Least wall-clock time until so many bytes of the device can be read, milliseconds. */
  async readBack(size: number): Promise<number> {
    const source = this.buffer(size, 128 | 4); // STORAGE | COPY_SRC
    const target = this.buffer(size, 1 | 8); // MAP_READ | COPY_DST
    const { device } = this.open;
    return this.least(async () => {
      this.signal?.throwIfAborted();
      const start = performance.now();
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, 0, target, 0, size);
      device.queue.submit([encoder.finish()]);
      await target.mapAsync(1);
      target.getMappedRange();
      const ms = performance.now() - start;
      target.unmap();
      return ms;
    });
  }

  private async least(run: () => Promise<number>): Promise<number> {
    let shortest = Infinity;
    for (let sample = 0; sample < samples; sample++) shortest = Math.min(shortest, await run());
    return shortest;
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.set?.destroy();
  }
}
