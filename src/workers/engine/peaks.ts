// What this device can do at best: arithmetic, bandwidth and launches, by small WGSL benchmarks; the roofs of a roofline.
import { layoutFor, pipelineFor, type OpenDevice } from './device.ts';

export interface Peaks {
  /** Multiply-accumulates a second in independent vec4<f32> chains. */
  readonly f32MacsPerS: number;
  /** The same in vec4<f16>; absent without shader-f16. */
  readonly f16MacsPerS?: number;
  /** Read + written, copying buffers larger than caches. */
  readonly bytesPerS: number;
  /** Read, over and over, from a window of 512 KiB. */
  readonly cacheBytesPerS: number;
  /** One more dependent, empty dispatch in a pass. */
  readonly launchMs: number;
}

export interface PeakOptions {
  readonly signal?: AbortSignal;
  /** 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/** Workgroups are this large everywhere; WebGPU guarantees it. */
const groupSize = 256;
const chains = 8;
/** A sample is long against the clock's 0.1 ms steps and short against what a driver stops. */
const sampleMs = 25;
const samples = 4;
const windowVectors = 32768;
const ladder = 256;

const header = `@group(0) @binding(0) var<storage, read> loops: array<u32, 4>;`;
const entry = `@compute @workgroup_size(${groupSize})\nfn main(@builtin(global_invocation_id) id: vec3u) {`;

function arithmetic(type: 'f32' | 'f16'): string {
  const vector = `vec4<${type}>`;
  const each = (text: (chain: number) => string): string =>
    Array.from({ length: chains }, (_, chain) => text(chain)).join('\n');
  return `${type === 'f16' ? 'enable f16;\n' : ''}${header}
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
${entry}
let x = ${vector}(${type}(bitcast<f32>(loops[1])));
let y = ${vector}(${type}(bitcast<f32>(loops[2])));
${each((chain) => `var a${chain} = ${vector}(${type}(id.x % 7u + ${chain}u));`)}
for (var i = 0u; i < loops[0]; i++) {
${each((chain) => `a${chain} = a${chain} * x + y;`)}
}
result[id.x] = vec4f(${Array.from({ length: chains }, (_, chain) => `a${chain}`).join(' + ')});
}`;
}

const copy = `@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;
${entry}
copied[id.x] = source[id.x];
}`;

const reread = `${header}
@group(0) @binding(1) var<storage, read> window: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;
${entry}
var sum = vec4f();
for (var i = 0u; i < loops[0]; i++) { sum += window[(id.x + i * ${groupSize}u) % ${windowVectors}u]; }
result[id.x] = sum;
}`;

const nothing = `@group(0) @binding(0) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(1)
fn main() { result[0] += vec4f(1.0); }`;

/** Runs the benchmarks, about a second. Rejects with the signal's reason, or with Error when buffers cannot be had. */
export async function measurePeaks(open: OpenDevice, { signal, onProgress }: PeakOptions = {}): Promise<Peaks> {
  const bench = new Bench(open, signal);
  try {
    const groups = open.capabilities.software ? 16 : 2048;
    const stages = open.capabilities.f16 ? 5 : 4;
    let done = 0;
    const stage = async <T>(work: Promise<T>): Promise<T> => {
      const value = await work;
      onProgress?.(++done / stages);
      return value;
    };
    const macs = async (type: 'f32' | 'f16'): Promise<number> =>
      (await bench.looped(arithmetic(type), groups, [])) * groups * groupSize * chains * 4;
    const f32MacsPerS = await stage(macs('f32'));
    const f16MacsPerS = open.capabilities.f16 ? await stage(macs('f16')) : undefined;
    const bytesPerS = await stage(bench.copyRate());
    const window = bench.buffer(windowVectors * 16);
    const cacheBytesPerS = (await stage(bench.looped(reread, groups, [window]))) * groups * groupSize * 16;
    const launchMs = await stage(bench.launch());
    return { f32MacsPerS, ...(f16MacsPerS !== undefined && { f16MacsPerS }), bytesPerS, cacheBytesPerS, launchMs };
  } finally {
    bench.destroy();
  }
}

type Record = (pass: GPUComputePassEncoder) => void;

class Bench {
  private readonly buffers: GPUBuffer[] = [];
  private readonly loops: GPUBuffer;
  private readonly set: GPUQuerySet | undefined;
  private readonly resolved: GPUBuffer;
  private readonly readable: GPUBuffer;

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

  /** Slope of a ladder of dependent dispatches, milliseconds each. */
  async launch(): Promise<number> {
    const set = await this.bind(nothing, 'w', [this.buffer(16)]);
    const shortest = async (count: number): Promise<number> => {
      let least = Infinity;
      for (let sample = 0; sample < samples; sample++) {
        const ms = await this.time((pass) => {
          set(pass);
          for (let i = 0; i < count; i++) pass.dispatchWorkgroups(1);
        });
        least = Math.min(least, ms);
      }
      return least;
    };
    await shortest(ladder);
    return Math.max(0, (await shortest(1 + ladder)) - (await shortest(1))) / ladder;
  }

  destroy(): void {
    for (const buffer of this.buffers) buffer.destroy();
    this.set?.destroy();
  }
}
