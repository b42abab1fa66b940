// Lines that join what `from` names: channels behind each other, sums and products.
import { ShapeError } from '../../gpu-kernels/op.ts';
import type { OpName } from '../../gpu-kernels/ops/index.ts';
import { activationNames } from '../architecture.ts';
import { defineBlock, type Argument, type Block } from './block.ts';
import { activation } from './parts.ts';

/** An activation behind a line that has none of its own. */
export const actAfter: Argument = {
  key: 'act',
  label: 'activation',
  kind: 'word',
  words: activationNames,
  default: 'none',
  doc: 'Activation of the result.',
};

interface Join {
  readonly word: string;
  readonly doc: string;
  readonly source: string;
  /** Joins two values, one after another; absent: all channels at once. */
  readonly pairs?: OpName;
}

const join = ({ word, doc, source, pairs }: Join): Block =>
  defineBlock({
    word,
    doc,
    source,
    place: 'join',
    readsSeveral: true,
    args: [actAfter],
    expand(builder, args, { inputs, name }) {
      const [first, ...rest] = inputs;
      if (first === undefined || rest.length === 0)
        throw new ShapeError('it joins at least two results', 'name them, as in from=a,b');
      if (pairs === undefined) builder.add(name, 'concat', { axis: builder.shape(first).length - 1 }, inputs);
      else
        rest.reduce(
          (left, right, i) => builder.add(i === rest.length - 1 ? name : `${name}.${i}`, pairs, {}, [left, right]),
          first,
        );
      activation(builder, `${name}.act`, (args.act as 'none' | undefined) ?? 'none');
    },
  });

export const concat = join({
  word: 'concat',
  doc: 'Channels of several results of one size behind each other.',
  source: 'Inception, arXiv 1409.4842 §4; DeepLabv3, arXiv 1706.05587 §3.3',
});
export const sum = join({
  word: 'sum',
  doc: 'Sum of several results; sizes of 1 are repeated.',
  source: 'ResNet, arXiv 1512.03385 §3.2',
  pairs: 'add',
});
export const times = join({
  word: 'times',
  doc: 'Product of several results; sizes of 1 are repeated (a gate).',
  source: 'LR-ASPP, MobileNetV3, arXiv 1905.02244 §6.4',
  pairs: 'mul',
});
