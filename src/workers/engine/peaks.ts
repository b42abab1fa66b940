// What this device can do at best: arithmetic, bandwidth and launches, by small WGSL benchmarks; the roofs of a roofline.
import { MicroBench, groupSize } from './micro-bench.ts';
import type { OpenDevice } from './device.ts';

export interface Peaks {
  /** Multiply-accumulates a second in independent vec4<f32> chains. */
  readonly f32MacsPerS: number;
  /** The same in vec4<f16>; absent without shader-f16. */
  readonly f16MacsPerS?: number;
  /** In dot4I8Packed, four a call; absent where the language lacks it. */
  readonly i8MacsPerS?: number;
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

const chains = 8;
/** Of the window that the cache's rate is read from. */
const windowBytes = 524288;
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

const packedDots = `${header}
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
${entry}
let x = loops[1];
${Array.from({ length: chains }, (_, chain) => `var a${chain} = i32(id.x + ${chain}u);`).join('\n')}
for (var i = 0u; i < loops[0]; i++) {
${Array.from({ length: chains }, (_, chain) => `a${chain} += dot4I8Packed(u32(a${chain}), x);`).join('\n')}
}
result[id.x] = vec4f(f32(${Array.from({ length: chains }, (_, chain) => `a${chain}`).join(' + ')}));
}`;

/** Reads a window of that many vec4s over and over. */
const reread = (vectors: number): string => `${header}
@group(0) @binding(1) var<storage, read> window: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;
${entry}
var sum = vec4f();
for (var i = 0u; i < loops[0]; i++) { sum += window[(id.x + i * ${groupSize}u) % ${vectors}u]; }
result[id.x] = sum;
}`;

export const groupsOn = ({ capabilities }: OpenDevice): number => (capabilities.software ? 16 : 2048);

/** Bytes read a second, over and over, from a window of that size. */
export async function readRate(bench: MicroBench, open: OpenDevice, size: number): Promise<number> {
  const groups = groupsOn(open);
  return (await bench.looped(reread(size / 16), groups, [bench.buffer(size)])) * groups * groupSize * 16;
}

/** Slope of a ladder of dependent dispatches, milliseconds each. */
async function launch(bench: MicroBench): Promise<number> {
  await bench.dispatches(ladder);
  return Math.max(0, (await bench.dispatches(1 + ladder)) - (await bench.dispatches(1))) / ladder;
}

/** Runs the benchmarks, about a second. Rejects with the signal's reason, or with Error when buffers cannot be had. */
export async function measurePeaks(open: OpenDevice, { signal, onProgress }: PeakOptions = {}): Promise<Peaks> {
  const bench = new MicroBench(open, signal);
  try {
    const groups = groupsOn(open);
    const { f16, packedDot } = open.capabilities;
    const stages = 4 + (f16 ? 1 : 0) + (packedDot ? 1 : 0);
    let done = 0;
    const stage = async <T>(work: Promise<T>): Promise<T> => {
      const value = await work;
      onProgress?.(++done / stages);
      return value;
    };
    const macs = async (type: 'f32' | 'f16'): Promise<number> =>
      (await bench.looped(arithmetic(type), groups, [])) * groups * groupSize * chains * 4;
    const f32MacsPerS = await stage(macs('f32'));
    const f16MacsPerS = f16 ? await stage(macs('f16')) : undefined;
    const perLoop = groups * groupSize * chains * 4;
    const i8MacsPerS = packedDot
      ? await stage(bench.looped(packedDots, groups, []).then((loops) => loops * perLoop))
      : undefined;
    const bytesPerS = await stage(bench.copyRate());
    const cacheBytesPerS = await stage(readRate(bench, open, windowBytes));
    const launchMs = await stage(launch(bench));
    return {
      f32MacsPerS,
      ...(f16MacsPerS !== undefined && { f16MacsPerS }),
      ...(i8MacsPerS !== undefined && { i8MacsPerS }),
      bytesPerS,
      cacheBytesPerS,
      launchMs,
    };
  } finally {
    bench.destroy();
  }
}
