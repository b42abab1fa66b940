// ONNX operators with a sliding window: convolutions, their transpose and pools, over one or two axes.
import type { Call, Kind, Known } from '../../model/call.ts';
import { convolve, convolveTransposed, nchw, pool, type Filters, type ImagePlanes } from '../../model/math/conv.ts';
import type { Tensor } from '../../model/tensor.ts';

/** A window over two axes; one axis is read as rows of height 1. */
export interface ResolvedWindow {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Before the first row and column. */
  readonly pads: readonly [number, number];
  readonly padsEnd: readonly [number, number];
  /** Rows and columns of the result. */
  readonly out: readonly [number, number];
}

const pair = (values: readonly number[], missing: number): [number, number] =>
  values.length === 1 ? [missing, values[0]!] : [values[0]!, values[1]!];

/** Attributes of a window over the map of operand `x` (`[N, C, …]`, one or two spatial axes); throws a sentence for what cannot be. */
export function window(call: Call, x: readonly number[], kernel: readonly number[]): ResolvedWindow {
  const axes = x.length - 2;
  if (axes < 1 || axes > 2) return call.skip(`works over ${axes} axes; one and two are computed here`);
  const list = (name: string, count: number, least: number): number[] => {
    const values = [...(call.list(name) ?? new Array<number>(count).fill(least))];
    if (values.length !== count) call.fail(`has ${values.length} ${name} for ${axes} axes`);
    const bad = values.find((value) => value < least || value > 2 ** 31 - 1);
    if (bad !== undefined) call.fail(`has ${name} of ${bad}`);
    return values;
  };
  if (kernel.length !== axes || kernel.some((size) => size < 1)) call.fail(`has a window of ${kernel.join(' × ')}`);
  const stride = list('strides', axes, 1);
  const dilation = list('dilations', axes, 1);
  const auto = call.text('auto_pad', 'NOTSET');
  const pads = auto === 'NOTSET' ? list('pads', 2 * axes, 0) : new Array<number>(2 * axes).fill(0);
  const out = x.slice(2).map((size, axis) => {
    const reach = (kernel[axis]! - 1) * dilation[axis]! + 1;
    if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
      const result = Math.ceil(size / stride[axis]!);
      const total = Math.max(0, (result - 1) * stride[axis]! + reach - size);
      const small = Math.floor(total / 2);
      pads[axis] = auto === 'SAME_UPPER' ? small : total - small;
      pads[axes + axis] = total - pads[axis];
      return result;
    }
    const room = size + pads[axis]! + pads[axes + axis]! - reach;
    if (room < 0) return call.fail(`needs ${reach} positions, but the padded map has ${room + reach}`);
    const steps = room / stride[axis]!;
    if (call.number('ceil_mode', 0) !== 1) return Math.floor(steps) + 1;
    const result = Math.ceil(steps) + 1;
    // A last window that begins in the trailing padding is left out.
    return (result - 1) * stride[axis]! >= size + pads[axis]! ? result - 1 : result;
  });
  return {
    kernel: pair(kernel, 1),
    stride: pair(stride, 1),
    dilation: pair(dilation, 1),
    pads: pair(pads.slice(0, axes), 0),
    padsEnd: pair(pads.slice(axes), 0),
    out: pair(out, 1),
  };
}

const spatial = (x: readonly number[], [height, width]: readonly [number, number]): number[] =>
  x.length === 3 ? [width] : [height, width];

/** A tensor of `[N, C, W]` or `[N, C, H, W]` as planes. */
export const planes = ({ data, shape }: Pick<Tensor, 'data' | 'shape'>): ImagePlanes => {
  const [n = 1, c = 1, ...rest] = shape;
  const [h, w] = pair(rest, 1);
  return nchw(data, [n, c, h, w]);
};

/** Filters `[O, I/groups, …]`. */
export const filters = (w: Pick<Tensor, 'data' | 'shape'>): Filters => {
  const { data, size, stride } = planes(w);
  return { data, size, stride };
};

/** Shape and window of a convolution of operand `x` with operand `w`. */
export function convolution(call: Call, x: readonly number[], w: readonly number[]) {
  const groups = call.number('group', 1);
  if (groups < 1) call.fail(`has group ${groups}`);
  if (w.length !== x.length) call.fail(`has filters of rank ${w.length} on a map of rank ${x.length}`);
  if (x.length < 3) call.fail(`slides over a value of ${x.length} axes`);
  const [outputs = 0, perGroup = 0] = w;
  if (outputs < 1 || outputs % groups !== 0) call.fail(`has ${outputs} filters for ${groups} groups`);
  if (perGroup * groups !== x[1])
    call.fail(`has filters of depth ${perGroup} × ${groups} groups over ${x[1]} channels`);
  const declared = call.list('kernel_shape');
  const kernel = w.slice(2);
  if (declared && declared.some((size, i) => size !== kernel[i]))
    call.fail(`declares a window of ${declared.join(' × ')}, but its filters are ${kernel.join(' × ')}`);
  const sweep = window(call, x, kernel);
  return { groups, sweep, shape: [x[0]!, outputs, ...spatial(x, sweep.out)] };
}

const conv: Kind = {
  infer(call) {
    const { shape } = convolution(call, call.shape(0), call.shape(1));
    if (call.has(2) && call.shape(2).reduce((a, b) => a * b, 1) !== shape[1]) call.fail('has a bias of another length');
    return [call.like(0, shape)];
  },
  run(call, [out]) {
    const { groups, sweep } = convolution(call, call.shape(0), call.shape(1));
    const bias = call.has(2) ? call.float(2).data : undefined;
    convolve(planes(out!), planes(call.float(0)), filters(call.float(1)), bias, groups, sweep);
  },
};

export function transposed(call: Call) {
  const x = call.shape(0);
  const w = call.shape(1);
  const axes = x.length - 2;
  const groups = call.number('group', 1);
  if (axes < 1 || axes > 2 || w.length !== x.length) return call.skip('works over one or two axes here');
  if (groups < 1 || w[0] !== x[1] || x[1]! % groups !== 0)
    return call.fail(`has filters for ${w[0]} channels over ${x[1]}`);
  const list = (name: string, count: number, otherwise: number): readonly number[] => {
    const values = call.list(name) ?? new Array<number>(count).fill(otherwise);
    if (values.length !== count || values.some((value) => value < otherwise))
      call.fail(`has ${name} of ${values.join(', ')}`);
    return values;
  };
  const kernel = w.slice(2);
  const stride = list('strides', axes, 1);
  const dilation = list('dilations', axes, 1);
  const extra = list('output_padding', axes, 0);
  const declared = call.list('output_shape');
  const auto = call.text('auto_pad', 'NOTSET');
  const pads = [...(auto === 'NOTSET' && !declared ? list('pads', 2 * axes, 0) : new Array<number>(2 * axes).fill(0))];
  const out = x.slice(2).map((size, axis) => {
    const full = (size - 1) * stride[axis]! + extra[axis]! + (kernel[axis]! - 1) * dilation[axis]! + 1;
    const wanted =
      declared?.at(declared.length - axes + axis) ?? (auto.startsWith('SAME') ? size * stride[axis]! : undefined);
    if (wanted === undefined) return full - pads[axis]! - pads[axes + axis]!;
    const total = Math.max(0, full - wanted);
    pads[axis] = auto === 'SAME_UPPER' ? Math.floor(total / 2) : total - Math.floor(total / 2);
    return wanted;
  });
  if (out.some((size) => size < 1)) return call.fail(`leaves a map of ${out.join(' × ')}`);
  return {
    groups,
    shape: [x[0]!, w[1]! * groups, ...out],
    sweep: { stride: pair(stride, 1), dilation: pair(dilation, 1), pads: pair(pads.slice(0, axes), 0) },
  };
}

const convTranspose: Kind = {
  infer: (call) => [call.like(0, transposed(call).shape)],
  run(call, [out]) {
    const { groups, sweep } = transposed(call);
    const bias = call.has(2) ? call.float(2).data : undefined;
    convolveTransposed(planes(out!), planes(call.float(0)), filters(call.float(1)), bias, groups, sweep);
  },
};

const pooled = (call: Call): { known: Known; sweep: ResolvedWindow } => {
  const x = call.shape(0);
  const sweep = window(call, x, call.list('kernel_shape') ?? call.fail('has no window'));
  return { sweep, known: call.like(0, [...x.slice(0, 2), ...spatial(x, sweep.out)]) };
};

const windowPool = (mode: 'max' | 'mean' | 'norm'): Kind => ({
  infer(call) {
    if (call.node.outputs.length > 1 && call.node.outputs[1] !== '')
      call.skip('gives the places of its maxima, which are not computed here');
    return [pooled(call).known];
  },
  run(call, [out]) {
    const { sweep } = pooled(call);
    const x = planes(call.tensor(0));
    const counted = mode === 'mean' && call.number('count_include_pad', 0) === 1;
    const [, , rows, columns] = x.size;
    const ends = [rows + sweep.pads[0] + sweep.padsEnd[0], columns + sweep.pads[1] + sweep.padsEnd[1]] as const;
    pool(planes(out!), x, mode, { ...sweep, norm: call.number('p', 2), countPad: counted ? ends : undefined });
  },
});

const globalPool = (mode: 'max' | 'mean' | 'norm'): Kind => ({
  infer(call) {
    const x = call.shape(0);
    return [call.like(0, [...x.slice(0, 2), ...x.slice(2).map(() => 1)])];
  },
  run(call, [out]) {
    const x = call.tensor(0);
    const [n = 1, c = 1, ...rest] = x.shape;
    const pixels = rest.reduce((a, b) => a * b, 1);
    const sweep = { kernel: [1, pixels], stride: [1, 1], dilation: [1, 1], pads: [0, 0] } as const;
    pool(nchw(out!.data, [n, c, 1, 1]), nchw(x.data, [n, c, 1, pixels]), mode, { ...sweep, norm: call.number('p', 2) });
  },
});

export const windowed: Readonly<Record<string, Kind>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: windowPool('max'),
  AveragePool: windowPool('mean'),
  LpPool: windowPool('norm'),
  GlobalAveragePool: globalPool('mean'),
  GlobalMaxPool: globalPool('max'),
  GlobalLpPool: globalPool('norm'),
};
