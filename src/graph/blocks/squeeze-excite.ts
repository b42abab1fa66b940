// The channel gate between depthwise and projection: squeeze-excite (arXiv 1709.01507), or coordinate attention in its place.
import { activationNames, type ActivationName } from '../architecture.ts';
import type { Argument, Arguments, BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { coordinateAttention } from './coordinate-attention.ts';
import { activation, activationOf, numberOf } from './parts.ts';
import { roundChannels, roundHalfEven } from './rounding.ts';

/** Arguments of a block that can carry a gate. */
export const gateArguments: readonly Argument[] = [
  {
    key: 'se',
    label: 'squeeze-excite ratio',
    kind: 'number',
    min: 0,
    max: 1,
    doc: 'Squeezed channels as a fraction of the family’s base (block input, or expanded width in V3).',
  },
  {
    key: 'gate',
    label: 'SE gate',
    kind: 'word',
    words: activationNames,
    doc: 'Function of the gate; sigmoid, or hsigmoid in V3.',
  },
  {
    key: 'seact',
    label: 'SE activation',
    kind: 'word',
    words: activationNames,
    doc: 'Activation between the gate’s two layers; the block’s own, or relu in V3.',
  },
  {
    key: 'seround',
    label: 'SE rounding',
    kind: 'int',
    min: 1,
    max: 64,
    doc: 'Squeezed channels are rounded to a multiple of this.',
  },
  {
    key: 'ca',
    label: 'coordinate attention',
    kind: 'int',
    min: 1,
    max: 256,
    doc: 'Coordinate attention with this reduction in SE’s place (arXiv 2103.02907).',
  },
];

/**
 * Gates the current map by the line's `se` or `ca`, or does nothing. `block` is the block's module path,
 * `inputChannels` the channels that enter the block.
 */
export function gate(
  builder: GraphBuilder,
  context: BlockContext,
  args: Arguments,
  block: string,
  inputChannels: number,
): void {
  const reduction = numberOf(args, 'ca');
  if (reduction > 0) coordinateAttention(builder, context, `${block}.ca`, reduction);
  const ratio = numberOf(args, 'se');
  if (ratio > 0 && reduction === 0) squeezeExcite(builder, context, args, `${block}.se`, ratio, inputChannels);
}

function squeezeExcite(
  builder: GraphBuilder,
  context: BlockContext,
  args: Arguments,
  name: string,
  ratio: number,
  inputChannels: number,
): void {
  const family = context.family.se;
  const from = builder.current;
  const channels = builder.channels();
  const wish = ratio * (family.of === 'input' ? inputChannels : channels);
  const divisor = numberOf(args, 'seround', family.divisor);
  const squeezed = Math.max(1, divisor === 1 ? roundHalfEven(wish) : roundChannels(wish, { divisor, limit: 0.9 }));
  const pointwise = { kernel: [1, 1], bias: true };
  builder.add(`${name}.mean`, 'mean', { axes: [1, 2], keepDims: true });
  builder.add(`${name}.conv_reduce`, 'conv2d', { ...pointwise, out: squeezed });
  activation(
    builder,
    `${name}.act1`,
    (args.seact as ActivationName | undefined) ?? family.act ?? activationOf(args, context),
  );
  builder.add(`${name}.conv_expand`, 'conv2d', { ...pointwise, out: channels });
  activation(builder, `${name}.gate`, (args.gate as ActivationName | undefined) ?? family.gate);
  builder.add(name, 'mul', {}, [from, builder.current]);
}
