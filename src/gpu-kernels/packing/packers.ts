// The named orders in which kernels read their constants; a plan names a packer, so that it stays plain data.
import { int8Packers } from './int8-packers.ts';
import type { Packer, PackerSource } from './packer.ts';

const blocks = (channels: number): number => Math.ceil(channels / 4);

/** Vectors `[C]`, one after the other, each padded to whole vec4s. */
function vector(sources: readonly PackerSource[]): Float32Array {
  const lengths = sources.map(({ data }) => blocks(data.length) * 4);
  const result = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
  let at = 0;
  sources.forEach(({ data }, i) => {
    result.set(data, at);
    at += lengths[i] as number;
  });
  return result;
}

/** Rows `[…, C]`, each padded to whole vec4s. */
function rows([source]: readonly PackerSource[]): Float32Array {
  const { data, shape } = source as PackerSource;
  const columns = shape.at(-1) as number;
  const stride = blocks(columns) * 4;
  const count = data.length / columns;
  const result = new Float32Array(count * stride);
  for (let row = 0; row < count; row++) result.set(data.subarray(row * columns, (row + 1) * columns), row * stride);
  return result;
}

/** No change of order, padded at the end to whole vec4s. */
function plain([source]: readonly PackerSource[]): Float32Array {
  const { data } = source as PackerSource;
  const result = new Float32Array(blocks(data.length) * 4);
  result.set(data);
  return result;
}

/**
 * `[O, I, KH, KW]` (or `[O, I]`) as 4×4 blocks: for each output block, tap and input block, four vec4s, one per input lane,
 * each holding the four output lanes. Index: `((o4·taps + tap)·I4 + i4)·4 + lane`.
 */
function blocks4x4([source]: readonly PackerSource[]): Float32Array {
  const { data, shape } = source as PackerSource;
  const [out, input] = shape as [number, number];
  const taps = data.length / (out * input);
  const in4 = blocks(input);
  const result = new Float32Array(blocks(out) * taps * in4 * 16);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < input; i++)
      for (let tap = 0; tap < taps; tap++) {
        const block = ((o >> 2) * taps + tap) * in4 + (i >> 2);
        result[(block * 4 + (i & 3)) * 4 + (o & 3)] = data[(o * input + i) * taps + tap]!;
      }
  return result;
}

/** Depthwise `[C, 1, KH, KW]` tap by tap: vec4 `tap·C4 + c4`. */
function taps([source]: readonly PackerSource[]): Float32Array {
  const { data, shape } = source as PackerSource;
  const channels = shape[0] as number;
  const count = data.length / channels;
  const stride = blocks(channels) * 4;
  const result = new Float32Array(count * stride);
  for (let c = 0; c < channels; c++)
    for (let tap = 0; tap < count; tap++) result[tap * stride + c] = data[c * count + tap]!;
  return result;
}

/**
 * MixConv: parts `[Ci, 1, ki, ki]` centred in a common K×K window (`size`, zeros around), tap by tap over all channels.
 * Parts must share a centre: equal dilation and symmetric windows, or begin offsets that differ by (K − ki)/2.
 */
function mixedTaps(sources: readonly PackerSource[], options: Readonly<Record<string, number>>): Float32Array {
  const size = options.size as number;
  const channels = sources.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  const stride = blocks(channels) * 4;
  const result = new Float32Array(size * size * stride);
  let first = 0;
  for (const { data, shape } of sources) {
    const [count, , k] = shape as [number, number, number];
    const margin = (size - k) / 2;
    for (let c = 0; c < count; c++)
      for (let y = 0; y < k; y++)
        for (let x = 0; x < k; x++)
          result[((y + margin) * size + x + margin) * stride + first + c] = data[(c * k + y) * k + x]!;
    first += count;
  }
  return result;
}

/**
 * `[O, I, …]` for quad products (wgsl/quad.ts): for each tile of `columns` outputs, tap and input block, one vec4 a column
 * holding the four input lanes. Index: `((tile·taps + tap)·I4 + i4)·columns + column`.
 */
function quads([source]: readonly PackerSource[], options: Readonly<Record<string, number>>): Float32Array {
  const { data, shape } = source as PackerSource;
  const [out, input] = shape as [number, number];
  const columns = options.columns as number;
  const taps = data.length / (out * input);
  const in4 = blocks(input);
  const result = new Float32Array(Math.ceil(out / columns) * columns * taps * in4 * 4);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < input; i++)
      for (let tap = 0; tap < taps; tap++) {
        const block = (Math.floor(o / columns) * taps + tap) * in4 + (i >> 2);
        result[(block * columns + (o % columns)) * 4 + (i & 3)] = data[(o * input + i) * taps + tap]!;
      }
  return result;
}

/**
 * MixConv by runs of channel blocks: run s has `blocks{s}` blocks and windows of `size{s}`², parts with smaller windows centred in it.
 * Runs one after the other, each tap by tap over its blocks.
 */
function segmentTaps(sources: readonly PackerSource[], options: Readonly<Record<string, number>>): Float32Array {
  const ends: number[] = [];
  for (const { shape } of sources) ends.push((ends.at(-1) ?? 0) + (shape[0] as number));
  const runs: { count: number; size: number }[] = [];
  for (let s = 0; options[`blocks${s}`] !== undefined; s++)
    runs.push({ count: options[`blocks${s}`] as number, size: options[`size${s}`] as number });
  const result = new Float32Array(runs.reduce((sum, { count, size }) => sum + count * size * size * 4, 0));
  let start = 0;
  let first = 0;
  for (const { count, size } of runs) {
    const stride = count * 4;
    for (let lane = 0; lane < stride; lane++) {
      const part = ends.findIndex((end) => first + lane < end);
      if (part < 0) continue;
      const { data, shape } = sources[part] as PackerSource;
      const k = shape[2] as number;
      const channel = first + lane - (part === 0 ? 0 : (ends[part - 1] as number));
      const margin = (size - k) / 2;
      for (let y = 0; y < k; y++)
        for (let x = 0; x < k; x++)
          result[start + ((y + margin) * size + x + margin) * stride + lane] = data[(channel * k + y) * k + x]!;
    }
    start += size * size * stride;
    first += stride;
  }
  return result;
}

/** `[O, I, …]` with outputs fastest: vec4 of four outputs at `(tap·I' + i)·O4 + o4`, I' = inputs padded to whole vec4s. */
function columns([source]: readonly PackerSource[]): Float32Array {
  const { data, shape } = source as PackerSource;
  const [out, input] = shape as [number, number];
  const taps = data.length / (out * input);
  const padded = blocks(input) * 4;
  const stride = blocks(out) * 4;
  const result = new Float32Array(taps * padded * stride);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < input; i++)
      for (let tap = 0; tap < taps; tap++)
        result[(tap * padded + i) * stride + o] = data[(o * input + i) * taps + tap]!;
  return result;
}

export const packers: Readonly<Record<string, Packer>> = {
  columns,
  quads,
  segmentTaps,
  vector,
  rows,
  plain,
  blocks4x4,
  taps,
  mixedTaps,
  ...int8Packers,
};
