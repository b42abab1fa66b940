// Lines that change a map's height and width without weights: resize, sliding maximum and average.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock, type Argument, type Block } from './block.ts';
import { common, numberOf, strideOf } from './parts.ts';

export const resize = defineBlock({
  word: 'resize',
  doc: 'Bilinear resize to the size of another result (`to`), or by a whole factor (`s`).',
  source: 'LR-ASPP, MobileNetV3, arXiv 1905.02244 §6.4',
  place: 'join',
  args: [
    {
      ...common.stride,
      label: 'factor',
      max: 32,
      doc: 'Height and width are multiplied by this; default: `to` says the size.',
    },
    {
      key: 'to',
      label: 'size of',
      kind: 'word',
      doc: 'Takes height and width of this result; `input` is the picture.',
    },
    {
      key: 'align',
      label: 'align corners',
      kind: 'flag',
      doc: 'Corner pixels keep their place; default: half-pixel centres.',
    },
  ],
  expand(builder, args, context) {
    const alignCorners = args.align === true;
    const factor = strideOf(args);
    if (typeof args.to !== 'string') {
      builder.add(context.name, 'resize', { scale: factor, alignCorners });
      return;
    }
    if (factor !== 1) throw new ShapeError('a size and a factor are given', 'say `to` or `s`, not both');
    const shape = builder.shape(context.named(args.to));
    if (shape.length !== 4) throw new ShapeError(`"${args.to}" is no map and has no height and width`, 'name a map');
    builder.add(context.name, 'resize', { size: [shape[1], shape[2]], alignCorners });
  },
});

const padding: Argument = {
  key: 'p',
  label: 'padding',
  kind: 'int',
  default: 0,
  min: 0,
  max: 15,
  doc: 'Pixels of padding on every side.',
};

const sliding = (word: string, doc: string, source: string, op: 'max_pool2d' | 'avg_pool2d'): Block =>
  defineBlock({
    word,
    doc,
    source,
    place: 'join',
    args: [{ ...common.kernel, default: 2, doc: 'Size of the window in pixels.' }, common.stride, padding],
    expand(builder, args, context) {
      const [size, stride] = [numberOf(args, 'k', 2), strideOf(args)];
      builder.add(context.name, op, { kernel: [size, size], stride: [stride, stride], padding: numberOf(args, 'p') });
    },
  });

export const maxpool = sliding(
  'maxpool',
  'Sliding maximum over k×k pixels.',
  'AlexNet; ResNet’s stem, arXiv 1512.03385 table 1',
  'max_pool2d',
);
export const avgpool = sliding(
  'avgpool',
  'Sliding average over k×k pixels.',
  'LeNet-5; DenseNet, arXiv 1608.06993 §3',
  'avg_pool2d',
);
