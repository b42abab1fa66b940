// Pieces that the forms of many ops are made of: one ONNX node, one Python call, tuples, padding, modules over the channels.
import type { OnnxAttribute, OnnxForm, PytorchForm, WindowAxis } from '../forms.ts';
import type { Shape } from '../op.ts';
import { padAxis, type Padding } from './padding.ts';

/** One ONNX node of the same meaning. */
export const onnxNode = (op: string, attributes: Readonly<Record<string, OnnxAttribute>> = {}): OnnxForm => ({
  write: ({ builder, inputs, output }) => void builder.add(op, inputs, attributes, output),
});

/** A call around the only input. */
export const pythonCall = (call: (x: string) => string): PytorchForm => ({
  expression: (node) => call(node.x()),
  nests: 'both',
});

export const tuple = (values: readonly unknown[]): string => `(${values.join(', ')})`;
/** `3` where both are 3, else `(3, 5)`. */
export const both = ([y, x]: readonly [number, number]): string => (y === x ? String(y) : tuple([y, x]));
export const pythonBool = (value: boolean): string => (value ? 'True' : 'False');
/** The module that owns a parameter: `blocks.0.conv` of `blocks.0.conv.weight`. */
export const owner = (path: string | undefined): string => (path ?? '').replace(/\.[^.]+$/, '');

/** Padding before and after rows and columns; `whole` where PyTorch's own symmetric padding says the same. */
export function pythonPads(
  padding: Padding,
  input: Shape,
  kernel: readonly number[],
  stride: readonly number[],
  dilation = [1, 1],
) {
  const axis = (index: 0 | 1) =>
    padAxis(padding, index, input[index + 1] ?? 0, kernel[index] ?? 1, stride[index] ?? 1, dilation[index] ?? 1);
  const [top, bottom] = axis(0);
  const [left, right] = axis(1);
  return {
    whole: top === bottom && left === right ? ([top, left] as const) : undefined,
    sides: tuple([left, right, top, bottom]),
  };
}

/** `padding=…` of a window whose padding is symmetric and not 0. */
export const paddingWord = (whole: readonly [number, number] | undefined): string =>
  whole?.some((side) => side !== 0) ? `, padding=${both(whole)}` : '';

/** A module over the channels, which PyTorch expects last (`'last'`) or at place 1 (`'second'`). */
export function overChannels(module: string, x: string, rank: number, expects: 'last' | 'second'): string {
  if (expects === 'last')
    return rank === 4 ? `${module}(${x}.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)` : `${module}(${x})`;
  return rank === 3 ? `${module}(${x}.transpose(1, 2)).transpose(1, 2)` : `${module}(${x})`;
}

type Pair = readonly [number, number];

/** Rows and columns of a sliding window, in input elements. */
export const slidingWindow = (
  kernel: Pair,
  stride: Pair,
  dilation: Pair = [1, 1],
): readonly [WindowAxis, WindowAxis] => {
  const axis = (index: 0 | 1): WindowAxis => ({
    kernel: (kernel[index] - 1) * dilation[index] + 1,
    stride: stride[index],
  });
  return [axis(0), axis(1)];
};

/** Everything that the input sees anywhere. */
export const wholeWindow: readonly [WindowAxis, WindowAxis] = [
  { kernel: 'all', stride: 1 },
  { kernel: 'all', stride: 1 },
];

/** ` ↓2` behind the label of what subsamples. */
export const reduction = ([stride]: Pair): string => (stride > 1 ? ` ↓${stride}` : '');
