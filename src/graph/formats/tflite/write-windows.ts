// Convolutions, linear layers, pools and norms as TFLite operators.
import { conv2dWindow, type Conv2dAttrs } from '../../../gpu-kernels/ops/convolution.ts';
import { poolWindow, type AvgPool2dAttrs } from '../../../gpu-kernels/ops/pool.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';
import { vectorOf, tensorOf, type TfliteForm, type TfliteNode } from './form.ts';

interface Place {
  /** Of rows, then columns. */
  readonly begin: readonly [number, number];
  readonly out: readonly [number, number];
  readonly reach: readonly [number, number];
  readonly stride: readonly [number, number];
}

/** Named padding where it is TFLite's (and `named`), else zeros (or the constant that `filler` makes) around the map first. */
export function padded(
  n: Pick<TfliteNode<unknown>, 'w' | 'shapes' | 'inputs' | 'between'>,
  { begin, out, reach, stride }: Place,
  named = true,
  filler?: () => number,
) {
  const x = n.shapes[0]!;
  const ends = ([0, 1] as const).map((i) => Math.max(0, (out[i] - 1) * stride[i] + reach[i] - x[1 + i]! - begin[i]));
  if ([...begin, ...ends].every((pad) => pad === 0)) return { input: n.inputs[0]!, padding: 'VALID' };
  const same =
    named &&
    ([0, 1] as const).every((i) => {
      const total = Math.max(0, (out[i] - 1) * stride[i] + reach[i] - x[1 + i]!);
      return out[i] === Math.ceil(x[1 + i]! / stride[i]) && begin[i] === Math.floor(total / 2);
    });
  if (same) return { input: n.inputs[0]!, padding: 'SAME' };
  const pads = [0, 0, begin[0], ends[0]!, begin[1], ends[1]!, 0, 0];
  const shape = x.map((size, axis) => size + pads[2 * axis]! + pads[2 * axis + 1]!);
  const operands = [n.inputs[0]!, n.w.integers(pads, [4, 2])];
  const input = n.between(shape);
  if (filler === undefined) n.w.add('PAD', operands, input);
  else n.w.add('PADV2', [...operands, filler()], input);
  return { input, padding: 'VALID' };
}

/** OIHW with the axes in another order. */
export function turned<W extends Float32Array | Int8Array>(
  weight: W,
  [o, i, h, w]: readonly number[],
  depthwise: boolean,
): W {
  const [outs = 0, depth = 0, rows = 0, columns = 0] = [o, i, h, w];
  const result = weight.slice() as W;
  const taps = rows * columns;
  for (let out = 0; out < outs; out++)
    for (let c = 0; c < depth; c++)
      for (let tap = 0; tap < taps; tap++)
        result[depthwise ? tap * outs + out : (out * taps + tap) * depth + c] = weight[(out * depth + c) * taps + tap]!;
  return result;
}

function convolution(n: TfliteNode<Conv2dAttrs>): void {
  const a = n.attrs;
  const x = n.shapes[0]!;
  const channels = x[3]!;
  const { top, left, height, width } = conv2dWindow(x, a);
  const reach = ([0, 1] as const).map((i) => (a.kernel[i] - 1) * a.dilation[i] + 1) as [number, number];
  const { input, padding } = padded(n, { begin: [top, left], out: [height, width], reach, stride: a.stride });
  const depthwise = a.groups > 1 && a.groups === channels;
  const depth = channels / a.groups;
  const [rows, columns] = a.kernel;
  const shape: Shape = depthwise ? [1, rows, columns, a.out] : [a.out, rows, columns, depth];
  const weight = turned(n.param('weight')!, [a.out, depth, rows, columns], depthwise);
  const operands = [
    input,
    tensorOf(n, 'weight', shape, weight),
    vectorOf(n, 'bias', n.param('bias') ?? new Float32Array(a.out)),
  ];
  n.w.add(depthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D', operands, n.output, {
    padding,
    stride_h: a.stride[0],
    stride_w: a.stride[1],
    dilation_h: a.dilation[0],
    dilation_w: a.dilation[1],
    ...(depthwise ? { depth_multiplier: a.out / channels } : {}),
  });
}

const pool =
  (kind: 'AVERAGE_POOL_2D' | 'MAX_POOL_2D') =>
  (n: TfliteNode<AvgPool2dAttrs>): void => {
    const a = n.attrs;
    const [rows, columns] = poolWindow(n.shapes[0]!, a);
    const place: Place = {
      begin: [rows.begin, columns.begin],
      out: [rows.out, columns.out],
      reach: a.kernel,
      stride: a.stride,
    };
    const max = kind === 'MAX_POOL_2D';
    const lowest = (): number => n.w.scalar(-3.4028234663852886e38);
    const given = padded(n, place, max || !a.countIncludePad, max ? lowest : undefined);
    if (!max && !a.countIncludePad && given.input !== n.inputs[0])
      throw new Error(`"${n.id}" leaves out padding that TFLite's average would count`);
    n.w.add(kind, [given.input], n.output, {
      padding: given.padding,
      stride_h: a.stride[0],
      stride_w: a.stride[1],
      filter_height: a.kernel[0],
      filter_width: a.kernel[1],
    });
  };

function batchNorm(n: TfliteNode<{ eps: number }>): void {
  const variance = n.param('running_var')!;
  const scale = n.param('weight')!.map((s, c) => s / Math.sqrt(variance[c]! + n.attrs.eps));
  const mean = n.param('running_mean')!;
  const shift = n.param('bias')!.map((b, c) => b - mean[c]! * scale[c]!);
  const scaled = n.w.add('MUL', [n.inputs[0]!, vectorOf(n, 'scale', scale)], n.between(n.shape));
  n.w.add('ADD', [scaled, vectorOf(n, 'shift', shift)], n.output);
}

function layerNorm(n: TfliteNode<{ eps: number }>): void {
  const { w } = n;
  const last = w.integers([n.shape.length - 1]);
  const row = [...n.shape.slice(0, -1), 1];
  const mean = (x: number): number => w.add('MEAN', [x, last], n.between(row), { keep_dims: 1 });
  const centre = w.add('SUB', [n.inputs[0]!, mean(n.inputs[0]!)], n.between(n.shape));
  const variance = mean(w.add('SQUARE', [centre], n.between(n.shape)));
  const safe = w.add('ADD', [variance, w.scalar(n.attrs.eps)], n.between(row));
  const normal = w.add('MUL', [centre, w.add('RSQRT', [safe], n.between(row))], n.between(n.shape));
  const scaled = w.add('MUL', [normal, vectorOf(n, 'gamma', n.param('weight')!)], n.between(n.shape));
  w.add('ADD', [scaled, vectorOf(n, 'beta', n.param('bias')!)], n.output);
}

export const windowForms = {
  conv2d: convolution,
  linear(n: TfliteNode<{ out: number }>): void {
    const weight = n.param('weight')!;
    const operands = [n.inputs[0]!, tensorOf(n, 'weight', [n.attrs.out, weight.length / n.attrs.out], weight)];
    const bias = vectorOf(n, 'bias', n.param('bias') ?? new Float32Array(n.attrs.out));
    n.w.add('FULLY_CONNECTED', [...operands, bias], n.output, { keep_num_dims: n.shape.length > 2 ? 1 : 0 });
  },
  avg_pool2d: pool('AVERAGE_POOL_2D'),
  max_pool2d: pool('MAX_POOL_2D'),
  mean(n: TfliteNode<{ axes: readonly number[]; keepDims: boolean }>): void {
    const axes = n.w.integers([...n.attrs.axes].sort((a, b) => a - b));
    n.w.add('MEAN', [n.inputs[0]!, axes], n.output, { keep_dims: n.attrs.keepDims ? 1 : 0 });
  },
  batch_norm: batchNorm,
  layer_norm: layerNorm,
} satisfies Readonly<Record<string, TfliteForm>>;
