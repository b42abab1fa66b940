// What the ONNX and PyTorch forms of norms share: statistics over axes or groups, the affine part, the module that owns the parameters.
import type { OnnxContext, PytorchForm } from '../forms.ts';
import type { Shape } from '../op.ts';
import { alongChannel, channelFirst } from './channel-first.ts';
import { overChannels, owner } from './simple-forms.ts';

/** Centred values and their variance over `axes` of the input, or of the input in another shape. */
export function normal(
  { builder, inputs }: OnnxContext,
  axes: readonly number[],
  shape?: readonly number[],
): { variance: string; centred: string } {
  const input = shape ? builder.reshape(inputs[0] as string, shape) : (inputs[0] as string);
  const mu = builder.add('ReduceMean', [input, builder.integers(axes)], { keepdims: 1 });
  const centred = builder.add('Sub', [input, mu]);
  const variance = builder.add('ReduceMean', [builder.add('Mul', [centred, centred]), builder.integers(axes)], {
    keepdims: 1,
  });
  return { variance, centred };
}

/** value · weight + bias along the channel: the node's result. */
export function writeAffine(context: OnnxContext, value: string): void {
  const { builder, outputShape, output } = context;
  const shape = alongChannel(outputShape);
  builder.add(
    'Add',
    [builder.add('Mul', [value, context.param('weight', shape)]), context.param('bias', shape)],
    {},
    output,
  );
}

export const deviation = ({ builder }: OnnxContext, variance: string, eps: number): string =>
  builder.add('Sqrt', [builder.add('Add', [variance, builder.scalar(eps)])]);

/** `[N, groups, C/groups · H · W]` of a map. */
export const groupedShape = (shape: Shape, groups: number): readonly number[] => {
  const [batch, ...rest] = shape;
  return [batch as number, groups, rest.reduce((a, b) => a * b, 1) / groups];
};
export const grouped = (context: OnnxContext, groups: number) =>
  normal(context, [2], groupedShape(context.outputShape, groups));
export const ungrouped = ({ outputShape }: OnnxContext): readonly number[] => channelFirst(outputShape);

/** A norm's PyTorch module over channels that stand last or second. */
export const normModule = <A>(
  call: (channels: number, attrs: A, rank: number) => string,
  expects: 'last' | 'second',
): PytorchForm<A> => ({
  leaves: (n) => [[owner(n.params.weight), call(n.inputs[0]?.at(-1) ?? 0, n.attrs, n.inputs[0]?.length ?? 0)]],
  expression: (n) => overChannels(n.at(owner(n.params.weight)), n.x(), n.output.length, expects),
  nests: 'both',
});
