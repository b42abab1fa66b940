// BlazeFace's block: a separable convolution with a skip that is pooled where the map shrinks and padded where it widens.
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock } from './block.ts';
import { activation, activationOf, common, numberOf, strideOf } from './parts.ts';

export const blaze = defineBlock({
  word: 'blaze',
  doc: 'Depthwise k×k, 1×1, plus the input (maximum of 2×2 with s2; zero channels appended), activation; no norms.',
  source: 'BlazeFace, arXiv 1907.05047 §3.1 and §3.3',
  place: 'stage',
  args: [common.kernel, { ...common.stride, max: 2 }, common.channels, common.act],
  expand(builder, args, context) {
    const { name } = context;
    const from = builder.current;
    const [kernel, stride, out] = [numberOf(args, 'k', 3), strideOf(args), numberOf(args, 'c')];
    const channels = builder.channels();
    if (out < channels)
      throw new ShapeError(
        `it cannot narrow ${channels} channels to ${out}: its skip only adds zeros`,
        `use c${channels}`,
      );
    const sizes = { kernel: [kernel, kernel], stride: [stride, stride], padding: 'same', bias: true };
    builder.add(`${name}.conv_dw`, 'conv2d', { ...sizes, out: channels, groups: channels });
    const branch = builder.add(`${name}.conv_pw`, 'conv2d', { out, kernel: [1, 1], bias: true });
    let skip = from;
    if (stride === 2)
      skip = builder.add(`${name}.pool`, 'max_pool2d', { kernel: [2, 2], stride: [2, 2], ceilMode: true }, [skip]);
    if (out > channels) skip = builder.add(`${name}.pad`, 'pad_channels', { channels: out }, [skip]);
    builder.add(`${name}.add`, 'add', {}, [branch, skip]);
    activation(builder, `${name}.act`, activationOf(args, context));
  },
});
