// The orders in which integer kernels read their constants.
import type { Packer, PackerSource } from './packer.ts';

const blocks = (channels: number): number => Math.ceil(channels / 4);

/** Numbers that a step carries as scalars, in this order behind each other: `options` of a packer become the first words of its buffer. */
const scalars = (options: Readonly<Record<string, number>>): number[] => Object.values(options);

/** Whole vec4s for scalars. */
export const scalarVectors = (options: Readonly<Record<string, number>>): number => blocks(Object.keys(options).length);

/** `options` alone: zeros, factors and shifts of steps without per-channel constants. */
const int8Scalars: Packer = (_sources, options) => {
  const result = new Int32Array(scalarVectors(options) * 4);
  result.set(scalars(options));
  return result;
};

/**
 * Roles weight, bias, m0, shift, cap → the scalars, then for each block of four channels vec4s of bias, m0, shift and cap. The bias
 * takes over what flipping the activations' top bit changes (families/int8/product.ts); it wraps as the shader's sums do. Only weight and bias:
 * a product that stores floats.
 */
const int8Constants: Packer = (sources, options) => {
  const [weight, bias, m0, shift, cap] = sources as [
    PackerSource,
    PackerSource,
    PackerSource?,
    PackerSource?,
    PackerSource?,
  ];
  const channels = bias.data.length;
  const head = scalarVectors(options) * 4;
  const result = new Int32Array(head + blocks(channels) * 16);
  result.set(scalars(options));
  const own = weight.data.length / channels;
  const offset = (options.inputZero as number) - 128;
  for (let c = 0; c < blocks(channels) * 4; c++) {
    const at = head + (c >> 2) * 16 + (c & 3);
    // Padding lanes get a shift that every form of the rule can take.
    result[at + 8] = 62;
    if (c >= channels) continue;
    let sum = 0;
    for (let i = c * own; i < (c + 1) * own; i++) sum += weight.data[i]!;
    result[at] = (bias.data[c]! - offset * sum) | 0;
    if (!m0 || !shift || !cap) continue;
    result[at + 4] = m0.data[c]!;
    result[at + 8] = shift.data[c]!;
    result[at + 12] = cap.data[c]!;
  }
  return result;
};

/** `[O, I, …]` for GPU tiles: a vec4<u32> of four outputs, each with four inputs, at `(tap·I4 + i4)·O4 + o4`. */
const int8Columns: Packer = (sources) => {
  const { data, shape } = sources[0] as PackerSource;
  const [out, input] = shape as [number, number];
  const taps = data.length / (out * input);
  const [in4, out4] = [blocks(input), blocks(out)];
  const result = new Int8Array(taps * in4 * out4 * 16);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < input; i++)
      for (let tap = 0; tap < taps; tap++)
        result[((tap * in4 + (i >> 2)) * out4 + (o >> 2)) * 16 + (o & 3) * 4 + (i & 3)] =
          data[(o * input + i) * taps + tap]!;
  return result;
};

/** `[O, I, …]` for quads of a software adapter: a u32 of four inputs at `((tile·taps + tap)·I4 + i4)·columns + column`. */
const int8Quads: Packer = (sources, options) => {
  const { data, shape } = sources[0] as PackerSource;
  const [out, input] = shape as [number, number];
  const columns = options.columns as number;
  const taps = data.length / (out * input);
  const in4 = blocks(input);
  const result = new Int8Array(Math.ceil(out / columns) * columns * taps * in4 * 4);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < input; i++)
      for (let tap = 0; tap < taps; tap++) {
        const block = (Math.floor(o / columns) * taps + tap) * in4 + (i >> 2);
        result[(block * columns + (o % columns)) * 4 + (i & 3)] = data[(o * input + i) * taps + tap]!;
      }
  return result;
};

/** Depthwise `[C, 1, KH, KW]` tap by tap: a u32 of four channels at `tap·C4 + c4`. */
const int8Taps: Packer = (sources) => {
  const { data, shape } = sources[0] as PackerSource;
  const channels = shape[0] as number;
  const taps = data.length / channels;
  const stride = blocks(channels) * 4;
  const result = new Int8Array(taps * stride);
  for (let c = 0; c < channels; c++)
    for (let tap = 0; tap < taps; tap++) result[tap * stride + c] = data[c * taps + tap]!;
  return result;
};

/** 256 bytes as they are. */
const int8Table: Packer = (sources) => Int8Array.from((sources[0] as PackerSource).data);

export const int8Packers: Readonly<Record<string, Packer>> = {
  int8Scalars,
  int8Constants,
  int8Columns,
  int8Quads,
  int8Taps,
  int8Table,
};
