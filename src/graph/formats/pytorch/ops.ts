// What each op is in PyTorch: the modules and parameters it owns and the expression it stands for.
//
// PyTorch's maps are [N, C, H, W]; tokens [N, T, C] and vectors [N, C] are as here.
import type { AttentionAttrs } from '../../../gpu-kernels/ops/attention.ts';
import type { Conv2dAttrs } from '../../../gpu-kernels/ops/conv2d.ts';
import { mixedParts, type MixedConv2dAttrs } from '../../../gpu-kernels/ops/mixed-conv2d.ts';
import { headLayouts } from '../../../gpu-kernels/ops/attention.ts';
import type { AvgPool2dAttrs, BlurPoolAttrs, MaxPool2dAttrs } from '../../../gpu-kernels/ops/pool.ts';
import type { ResizeAttrs } from '../../../gpu-kernels/ops/resize.ts';
import type { Shape } from '../../../gpu-kernels/op.ts';
import { padAxis, type Padding } from '../../../gpu-kernels/ops/padding.ts';
import type { HelperName } from './helpers.ts';

/** One node as its translation sees it. */
export interface TorchNode<A = unknown> {
  readonly attrs: A;
  readonly inputs: readonly Shape[];
  readonly output: Shape;
  /** Role → path of the parameter. */
  readonly params: Readonly<Record<string, string>>;
  /** The expression of an input. */
  x(index?: number): string;
  /** The expression that reaches a module or parameter. */
  at(path: string): string;
  /** Asks for a helper definition and gives its name. */
  use(helper: HelperName): string;
}

export interface Translation<A = unknown> {
  /** Path → constructor call of what the op owns. */
  leaves?(node: TorchNode<A>): readonly (readonly [path: string, call: string])[];
  expression(node: TorchNode<A>): string;
}

const channels = (shape: Shape | undefined): number => shape?.at(-1) ?? 0;
/** Where an axis of the graph's layout is in PyTorch's. */
const dim = (axis: number, rank: number): number => (rank === 4 ? ([0, 2, 3, 1][axis] as number) : axis);
const list = (values: readonly unknown[]): string => `(${values.join(', ')})`;
/** `3` where both are 3, else `(3, 5)`. */
const both = ([y, x]: readonly [number, number]): string => (y === x ? String(y) : list([y, x]));
const pythonBool = (value: boolean): string => (value ? 'True' : 'False');
/** The module that owns a parameter: `blocks.0.conv` of `blocks.0.conv.weight`. */
const owner = (path: string | undefined): string => (path ?? '').replace(/\.[^.]+$/, '');

/** Padding before and after rows and columns; `whole` where PyTorch's own symmetric padding says the same. */
function pads(padding: Padding, input: Shape, kernel: readonly number[], stride: readonly number[], dilation = [1, 1]) {
  const axis = (index: 0 | 1) =>
    padAxis(padding, index, input[index + 1] ?? 0, kernel[index] ?? 1, stride[index] ?? 1, dilation[index] ?? 1);
  const [top, bottom] = axis(0);
  const [left, right] = axis(1);
  return {
    whole: top === bottom && left === right ? ([top, left] as const) : undefined,
    sides: list([left, right, top, bottom]),
  };
}

function convolution(a: Conv2dAttrs, input: Shape) {
  const pad = pads(a.padding, input, a.kernel, a.stride, a.dilation);
  const words = [
    channels(input),
    a.out,
    both(a.kernel),
    ...(a.stride.some((s) => s !== 1) ? [`stride=${both(a.stride)}`] : []),
    ...(pad.whole?.some((p) => p !== 0) ? [`padding=${both(pad.whole)}`] : []),
    ...(a.dilation.some((d) => d !== 1) ? [`dilation=${both(a.dilation)}`] : []),
    ...(a.groups !== 1 ? [`groups=${a.groups}`] : []),
    ...(a.bias ? [] : ['bias=False']),
  ];
  return {
    module: `nn.Conv2d(${words.join(', ')})`,
    apply: (module: string, x: string) => `${module}(${pad.whole ? x : `F.pad(${x}, ${pad.sides})`})`,
  };
}

/** A module over the channels, which PyTorch expects last (`'last'`) or at place 1 (`'second'`). */
function overChannels(module: string, x: string, rank: number, expects: 'last' | 'second'): string {
  if (expects === 'last')
    return rank === 4 ? `${module}(${x}.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)` : `${module}(${x})`;
  return rank === 3 ? `${module}(${x}.transpose(1, 2)).transpose(1, 2)` : `${module}(${x})`;
}

const normModule = (
  call: (channels: number, attrs: { eps: number; groups: number }, rank: number) => string,
  expects: 'last' | 'second',
): Translation<{ eps: number; groups: number }> => ({
  leaves: (n) => [[owner(n.params.weight), call(channels(n.inputs[0]), n.attrs, n.inputs[0]?.length ?? 0)]],
  expression: (n) => overChannels(n.at(owner(n.params.weight)), n.x(), n.output.length, expects),
});

const plain = (call: (x: string) => string): Translation => ({ expression: (n) => call(n.x()) });
const infix = (sign: string): Translation => ({ expression: (n) => `${n.x(0)} ${sign} ${n.x(1)}` });

const conv2d: Translation<Conv2dAttrs> = {
  leaves: (n) => [[owner(n.params.weight), convolution(n.attrs, n.inputs[0] ?? []).module]],
  expression: (n) => convolution(n.attrs, n.inputs[0] ?? []).apply(n.at(owner(n.params.weight)), n.x()),
};

const mixed: Translation<MixedConv2dAttrs> = {
  leaves: (n) =>
    mixedParts(n.attrs).map((part, i) => [
      owner(n.params[`${i}.weight`]),
      convolution(part.attrs, partOf(n.inputs[0] ?? [], part.channelsIn)).module,
    ]),
  expression: (n) => {
    const parts = mixedParts(n.attrs).map((part, i) => {
      const x = `${n.x()}[:, ${part.firstIn}:${part.firstIn + part.channelsIn}]`;
      return convolution(part.attrs, partOf(n.inputs[0] ?? [], part.channelsIn)).apply(
        n.at(owner(n.params[`${i}.weight`])),
        x,
      );
    });
    return `torch.cat([${parts.join(', ')}], 1)`;
  },
};
const partOf = (input: Shape, channelsIn: number): Shape => [...input.slice(0, 3), channelsIn];

const linear: Translation<{ out: number; bias: boolean }> = {
  leaves: (n) => [
    [
      owner(n.params.weight),
      `nn.Linear(${channels(n.inputs[0])}, ${n.attrs.out}${n.attrs.bias ? '' : ', bias=False'})`,
    ],
  ],
  expression: (n) => overChannels(n.at(owner(n.params.weight)), n.x(), n.output.length, 'last'),
};

const prelu: Translation = {
  leaves: (n) => [[owner(n.params.weight), `nn.PReLU(${channels(n.output)})`]],
  expression: (n) => overChannels(n.at(owner(n.params.weight)), n.x(), n.output.length, 'second'),
};

const layerScale: Translation = {
  leaves: (n) => [[n.params.gamma ?? '', `nn.Parameter(torch.full((${channels(n.output)},), 1e-5))`]],
  expression: (n) => `${n.x()} * ${n.at(n.params.gamma ?? '')}${n.output.length === 4 ? '.view(1, -1, 1, 1)' : ''}`,
};

const mean: Translation<{ axes: readonly number[]; keepDims: boolean }> = {
  expression: (n) => {
    const rank = n.inputs[0]?.length ?? 0;
    const { axes, keepDims } = n.attrs;
    const call =
      `${n.x()}.mean(${list(axes.map((axis) => dim(axis, rank)))}${keepDims ? ', keepdim=True' : ''})`.replace(
        /\((\d), ?\)/,
        '($1)',
      );
    // A map that loses one axis becomes tokens, whose channels are last.
    return rank === 4 && !keepDims && axes.length === 1 ? `${call}.transpose(1, 2)` : call;
  },
};

const avgPool: Translation<AvgPool2dAttrs> = {
  expression: (n) => {
    const { kernel, stride, padding, ceilMode, countIncludePad } = n.attrs;
    const pad = pads(padding, n.inputs[0] ?? [], kernel, stride);
    const window = `${both(kernel)}, ${both(stride)}`;
    const ceil = ceilMode ? ', ceil_mode=True' : '';
    if (pad.whole) {
      const inside = pad.whole.some((p) => p !== 0) ? `, padding=${both(pad.whole)}` : '';
      return `F.avg_pool2d(${n.x()}, ${window}${inside}${ceil}${countIncludePad ? '' : ', count_include_pad=False'})`;
    }
    const pool = (x: string) => `F.avg_pool2d(F.pad(${x}, ${pad.sides}), ${window}${ceil})`;
    return countIncludePad ? pool(n.x()) : `${pool(n.x())} / ${pool(`torch.ones_like(${n.x()})`)}`;
  },
};

const maxPool: Translation<MaxPool2dAttrs> = {
  expression: (n) => {
    const { kernel, stride, padding, ceilMode } = n.attrs;
    const pad = pads(padding, n.inputs[0] ?? [], kernel, stride);
    const x = pad.whole ? n.x() : `F.pad(${n.x()}, ${pad.sides}, value=float("-inf"))`;
    const inside = pad.whole?.some((p) => p !== 0) ? `, padding=${both(pad.whole)}` : '';
    return `F.max_pool2d(${x}, ${both(kernel)}, ${both(stride)}${inside}${ceilMode ? ', ceil_mode=True' : ''})`;
  },
};

const blurPool: Translation<BlurPoolAttrs> = {
  expression: (n) =>
    `${n.use('blur')}(${n.x()}, ${n.attrs.size}, ${n.attrs.stride}, "${n.attrs.border === 'zeros' ? 'constant' : 'reflect'}")`,
};

const resize: Translation<ResizeAttrs> = {
  expression: (n) => {
    const size = `size=${list(n.output.slice(1, 3))}`;
    const corners = n.attrs.mode === 'bilinear' ? `, align_corners=${pythonBool(n.attrs.alignCorners)}` : '';
    return `F.interpolate(${n.x()}, ${size}, mode="${n.attrs.mode}"${corners})`;
  },
};

const unfold: Translation<{ kernel: [number, number]; stride: [number, number]; padding: Padding }> = {
  expression: (n) => {
    const { kernel, stride, padding } = n.attrs;
    const pad = pads(padding, n.inputs[0] ?? [], kernel, stride);
    const x = pad.whole ? n.x() : `F.pad(${n.x()}, ${pad.sides})`;
    const inside = pad.whole?.some((p) => p !== 0) ? `, padding=${both(pad.whole)}` : '';
    return `F.unfold(${x}, ${both(kernel)}${inside}, stride=${both(stride)}).transpose(1, 2)`;
  },
};

const reshape: Translation<{ to: 'tokens' | 'map' | 'vector'; height?: number; width?: number }> = {
  expression: (n) => {
    if (n.attrs.to === 'tokens') return `${n.x()}.flatten(2).transpose(1, 2)`;
    if (n.attrs.to === 'map') return `${n.x()}.transpose(1, 2).unflatten(2, (${n.attrs.height}, ${n.attrs.width}))`;
    return `${n.x()}.flatten(1)`;
  },
};

const concat: Translation<{ axis: number }> = {
  expression: (n) =>
    `torch.cat([${n.inputs.map((_, index) => n.x(index)).join(', ')}], ${dim(n.attrs.axis, n.output.length)})`,
};

const slice: Translation<{ axis: number; start: number; size: number; step: number }> = {
  expression: (n) => {
    const { axis, start, size, step } = n.attrs;
    const range = `${start}:${start + (size - 1) * step + 1}${step === 1 ? '' : `:${step}`}`;
    return `${n.x()}[${':, '.repeat(dim(axis, n.output.length))}${range}]`;
  },
};

const select: Translation<{ axis: number; index: number }> = {
  expression: (n) => {
    const rank = n.inputs[0]?.length ?? 0;
    const call = `${n.x()}.select(${dim(n.attrs.axis, rank)}, ${n.attrs.index})`;
    return rank === 4 && n.attrs.axis !== 3 ? `${call}.transpose(1, 2)` : call;
  },
};

const transpose: Translation<{ perm: readonly number[] }> = {
  expression: (n) => {
    const rank = n.output.length;
    const axisAt = Array.from({ length: rank }, (_, axis) => dim(axis, rank));
    // Output place → axis of the graph's layout → the input axis it takes → that one's place in PyTorch.
    const places = axisAt.map((_, place) => dim(n.attrs.perm[axisAt.indexOf(place)] ?? 0, rank));
    return `${n.x()}.permute(${places.join(', ')})`;
  },
};

const prependToken: Translation = {
  leaves: (n) => [[n.params.cls_token ?? '', `nn.Parameter(torch.zeros(1, 1, ${channels(n.output)}))`]],
  expression: (n) => `torch.cat([${n.at(n.params.cls_token ?? '')}.expand(len(${n.x()}), -1, -1), ${n.x()}], 1)`,
};

const positionEmbedding: Translation<{ trainable: boolean; tokens: number }> = {
  leaves: (n) => {
    const size = `${n.attrs.tokens}, ${channels(n.output)}`;
    const fixed = n.attrs.trainable ? '' : `nn.Parameter(${n.use('sinusoid')}(${size}), requires_grad=False)`;
    return [[n.params.pos_embed ?? '', fixed || `nn.Parameter(torch.randn(1, ${size}) * 0.02)`]];
  },
  expression: (n) => `${n.x()} + ${n.at(n.params.pos_embed ?? '')}`,
};

const attention: Translation<AttentionAttrs> = {
  leaves: (n) => {
    const { heads, bias } = n.attrs;
    const table = n.params.attention_biases;
    const entries = bias && (bias.kind === 'table' ? bias.entries : bias.kSize[0] * bias.kSize[1]);
    const talking = (['talking_head1.weight', 'talking_head2.weight'] as const).flatMap((role) => {
      const path = n.params[role];
      return path === undefined ? [] : [[owner(path), `nn.Conv2d(${heads}, ${heads}, 1)`] as const];
    });
    return [
      ...(table !== undefined ? [[table, `nn.Parameter(torch.zeros(${heads}, ${entries}))`] as const] : []),
      ...talking,
    ];
  },
  expression: (n) => {
    const { heads, kvHeads, keyDim, valueDim, scale, bias } = n.attrs;
    const layout = headLayouts(n.attrs);
    const operand = (
      index: number,
      count: number,
      size: number,
      { offset, headStride }: { offset: number; headStride: number },
    ) => `${n.use('heads')}(${n.x(n.attrs.packed ? 0 : index)}, ${count}, ${size}, ${offset}, ${headStride})`;
    const words = [
      operand(0, heads, keyDim, layout.q),
      operand(1, kvHeads, keyDim, layout.k),
      operand(2, kvHeads, valueDim, layout.v),
      String(scale),
    ];
    if (bias && n.params.attention_biases !== undefined) {
      const index =
        bias.kind === 'table'
          ? `torch.tensor([${bias.index.join(', ')}]).unflatten(0, (-1, ${n.inputs[1]?.[1]}))`
          : `${n.use('relative_index')}(${list(bias.qSize)}, ${list(bias.kSize)}, ${list(bias.stride)})`;
      words.push(`bias=${n.at(n.params.attention_biases)}[:, ${index}]`);
    }
    if (n.params['talking_head1.weight'] !== undefined) {
      words.push(`mix_before=${n.at(owner(n.params['talking_head1.weight']))}`);
      words.push(`mix_after=${n.at(owner(n.params['talking_head2.weight']))}`);
    }
    const tokens = `${n.use('attend')}(${words.join(', ')})`;
    return n.output.length === 4 ? `${tokens}.transpose(1, 2).unflatten(2, ${list(n.output.slice(1, 3))})` : tokens;
  },
};

const performer: Translation<{ dim: number; features: number }> = {
  leaves: (n) => [
    [
      n.params.w ?? '',
      `nn.Parameter(nn.init.orthogonal_(torch.empty(${n.attrs.features}, ${n.attrs.dim})) * ${n.attrs.features} ** 0.5, requires_grad=False)`,
    ],
  ],
  expression: (n) => `${n.use('performer')}(${n.x()}, ${n.at(n.params.w ?? '')})`,
};

const evonorm = (helper: 'EvoNormB0' | 'EvoNormS0'): Translation<{ eps: number; apply: boolean; groups?: number }> => ({
  leaves: (n) => {
    const { eps, apply, groups } = n.attrs;
    const words = [channels(n.output), ...(groups === undefined ? [] : [groups]), eps, pythonBool(apply)];
    return [[owner(n.params.weight), `${n.use(helper)}(${words.join(', ')})`]];
  },
  expression: (n) => `${n.at(owner(n.params.weight))}(${n.x()})`,
});

/* eslint-disable @typescript-eslint/no-explicit-any -- translations of different attribute types live in one table */
export const translations: Readonly<Record<string, Translation<any>>> = {
  input: plain((x) => x),
  conv2d,
  mixed_conv2d: mixed,
  linear,
  batch_norm: normModule(
    (count, { eps }, rank) => `nn.BatchNorm${rank === 4 ? 2 : 1}d(${count}${eps === 1e-5 ? '' : `, eps=${eps}`})`,
    'second',
  ),
  layer_norm: normModule((count, { eps }) => `nn.LayerNorm(${count}, eps=${eps})`, 'last'),
  group_norm: normModule((count, { groups, eps }) => `nn.GroupNorm(${groups}, ${count}, eps=${eps})`, 'second'),
  evonorm_b0: evonorm('EvoNormB0'),
  evonorm_s0: evonorm('EvoNormS0'),
  relu: plain((x) => `F.relu(${x})`),
  relu6: plain((x) => `F.relu6(${x})`),
  hswish: plain((x) => `F.hardswish(${x})`),
  hsigmoid: plain((x) => `F.hardsigmoid(${x})`),
  swish: plain((x) => `F.silu(${x})`),
  sigmoid: plain((x) => `torch.sigmoid(${x})`),
  gelu: plain((x) => `F.gelu(${x})`),
  gelu_tanh: plain((x) => `F.gelu(${x}, approximate="tanh")`),
  tanh: plain((x) => `torch.tanh(${x})`),
  prelu,
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  scale_const: { expression: (n: TorchNode<{ factor: number }>) => `${n.x()} * ${n.attrs.factor}` },
  layer_scale: layerScale,
  mean,
  avg_pool2d: avgPool,
  max_pool2d: maxPool,
  blur_pool: blurPool,
  resize,
  unfold,
  reshape,
  concat,
  slice,
  select,
  transpose,
  softmax: { expression: (n) => `${n.x()}.softmax(${n.output.length === 4 ? 1 : -1})` },
  prepend_token: prependToken,
  position_embedding: positionEmbedding,
  attention,
  performer_attention: performer,
};
