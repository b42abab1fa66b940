// Plain convolution: the stem, a stage of its own (timm's `cn`), or the head, by where the line stands.
import { defineBlock } from './block.ts';
import { activation, activationOf, common, convNormAct, numberOf, residual, strideOf } from './parts.ts';

export const conv = defineBlock({
  word: 'conv',
  doc: 'Convolution, norm, activation; first line = stem, around `pool` = head, elsewhere a stage.',
  source: 'MobileNets, arXiv 1704.04861 table 1',
  place: 'stage',
  args: [
    common.kernel,
    common.stride,
    common.dilation,
    common.channels,
    common.groups,
    common.act,
    { key: 'nonorm', label: 'no norm', kind: 'flag', doc: 'No norm after the convolution (MobileNetV3’s head).' },
    { key: 'bias', label: 'bias', kind: 'flag', doc: 'The convolution has a bias.' },
    common.antialias,
    {
      key: 'skip',
      label: 'skip',
      kind: 'flag',
      doc: 'Residual where shapes agree; a plain convolution has none by default.',
    },
  ],
  expand(builder, args, context) {
    const from = builder.current;
    const { place, family, name } = context;
    // timm: conv_stem, bn1 | blocks.i.j.conv, .bn1 | conv_head, and bn2, norm_head or (without a norm) act2.
    const names = {
      stem: { conv: 'conv_stem', norm: 'bn1', act: 'act1', aa: 'aa', skip: 'add_stem' },
      stage: { conv: `${name}.conv`, norm: `${name}.bn1`, act: `${name}.act1`, aa: `${name}.aa`, skip: `${name}.add` },
      head: { conv: 'conv_head', norm: family.headNorm, act: 'act2', aa: 'aa_head', skip: 'add_head' },
    }[place === 'stem' || place === 'head' ? place : 'stage'];
    // A net of one's own may have several stems or heads: the second is conv_head_1.
    const own = (id: string) => (name !== '' || context.index === 0 ? id : `${id}_${context.index}`);
    const act = activationOf(args, context);
    // Without a norm, and for a part's learned slopes, the activation is a module of its own.
    const outside = args.nonorm === true || (context.inPart && act === 'prelu');
    convNormAct(builder, context, {
      conv: own(names.conv),
      norm: args.nonorm ? undefined : own(names.norm),
      out: numberOf(args, 'c'),
      kernel: numberOf(args, 'k', 3),
      stride: strideOf(args),
      dilation: numberOf(args, 'd', 1),
      groups: numberOf(args, 'g', 1),
      bias: args.bias === true,
      act: outside ? 'none' : act,
      aa: { id: own(names.aa), kind: args.aa as string | undefined },
    });
    if (outside) activation(builder, own(names.act), act);
    if (args.skip) residual(builder, own(names.skip), from, args);
  },
});
