// Box and class predictors over several maps: SSD (arXiv 1512.02325 §2.1) and SSDLite (arXiv 1801.04381 §6.2).
import { ShapeError } from '../../gpu-kernels/op.ts';
import { defineBlock, type Argument, type Arguments, type BlockContext } from './block.ts';
import type { GraphBuilder } from '../ir/builder.ts';
import { ssdDefaults } from '../tasks/detect/ssd-defaults.ts';
import { activationOf, common, convNormAct, numberOf, numbersOf } from './parts.ts';

const scale = (key: string, label: string, fallback: number, doc: string): Argument => ({
  key,
  label,
  kind: 'number',
  min: 0,
  max: 2,
  default: fallback,
  doc,
});
const flag = (key: string, label: string, doc: string): Argument => ({ key, label, kind: 'flag', doc });

/** Anchors a place of each map: those that `an` lists, else one a ratio, its inverse, 1, and 1 between scales. */
export function anchorCounts(args: Arguments, maps: number): readonly number[] {
  const listed = numbersOf(args, 'an', []);
  const usual = 2 + 2 * numbersOf(args, 'r', ssdDefaults.ratios).length;
  return Array.from({ length: maps }, (_, map) =>
    listed.length > 0 ? (listed[map] ?? (listed.at(-1) as number)) : args.reduced && map === 0 ? 3 : usual,
  );
}

export const ssd = defineBlock({
  word: 'ssd',
  doc: 'Boxes [anchors × code] and scores [anchors × n] of every map that `from` names; order: map, row, column, anchor.',
  source: 'SSD, arXiv 1512.02325 §2.1; SSDLite, arXiv 1801.04381 §6.2',
  place: 'stage',
  readsSeveral: true,
  results: ['boxes', 'scores'],
  args: [
    { ...common.kernel, doc: '1: a 1×1 convolution; 3: depthwise 3×3 and 1×1, or with `dense` one 3×3 convolution.' },
    {
      key: 'n',
      label: 'logits',
      kind: 'int',
      required: true,
      min: 1,
      max: 1024,
      doc: 'Logits of an anchor, background included where there is one.',
    },
    {
      key: 'code',
      label: 'box values',
      kind: 'int',
      default: ssdDefaults.code,
      min: 4,
      max: 64,
      doc: 'Values of a box, points included.',
    },
    {
      key: 'r',
      label: 'aspect ratios',
      kind: 'ints',
      default: ssdDefaults.ratios,
      min: 2,
      max: 9,
      doc: 'Beside 1: each and its inverse.',
    },
    {
      key: 'an',
      label: 'anchors',
      kind: 'ints',
      min: 1,
      max: 64,
      doc: 'Anchors a place of each map, instead of the ratios’.',
    },
    scale(
      'lo',
      'smallest scale',
      ssdDefaults.lo,
      'Anchors of the first map, as a fraction of the picture; only decoding reads it.',
    ),
    scale('hi', 'largest scale', ssdDefaults.hi, 'Anchors of the last map; only decoding reads it.'),
    {
      key: 'anchors',
      label: 'anchor rule',
      kind: 'word',
      words: ['tf', 'torch'],
      default: 'tf',
      doc: 'Order and sizes of the anchors as in TensorFlow or torchvision; only decoding reads it.',
    },
    flag('reduced', 'reduced first map', 'Three anchors on the first map.'),
    flag('dense', 'dense predictors', 'One k×k convolution instead of depthwise and 1×1.'),
    flag(
      'softmax',
      'softmax',
      'Scores by softmax over an anchor’s logits, not a sigmoid each; only decoding reads it.',
    ),
    common.act,
  ],
  expand(builder, args, context) {
    const { inputs, name, outNames } = context;
    const listed = numbersOf(args, 'an', []).length;
    if (listed > 1 && listed !== inputs.length)
      throw new ShapeError(`an lists ${listed} maps and from names ${inputs.length}`, 'give one number a map');
    const anchors = anchorCounts(args, inputs.length);
    const values = { box: numberOf(args, 'code', ssdDefaults.code), cls: numberOf(args, 'n') };
    const [boxes, scores] = (['box', 'cls'] as const).map((kind) => {
      const parts = inputs.map((map, i) => {
        if (builder.shape(map).length !== 4) throw new ShapeError(`it reads maps, and input ${i + 1} is none`);
        builder.current = map;
        predictor(builder, args, context, `${name}.${kind}.${i}`, (anchors[i] as number) * values[kind]);
        const [, height = 0, width = 0, channels = 0] = builder.shape();
        const count = (height * width * channels) / values[kind];
        return builder.add(`${name}.${kind}.${i}.rows`, 'reshape', { to: 'shape', shape: [1, count, values[kind]] });
      });
      return parts.length === 1 ? (parts[0] as string) : builder.add(`${name}.${kind}`, 'concat', { axis: 1 }, parts);
    });
    builder.output(outNames[0] ?? 'boxes', boxes);
    builder.output(outNames[1] ?? 'scores', scores);
  },
});

function predictor(builder: GraphBuilder, args: Arguments, context: BlockContext, module: string, out: number): void {
  const kernel = numberOf(args, 'k', 3);
  if (args.dense) {
    convNormAct(builder, context, { conv: `${module}.conv`, out, kernel, bias: true });
    return;
  }
  if (kernel > 1) {
    const channels = builder.channels();
    const names = { conv: `${module}.conv_dw`, norm: `${module}.bn1` };
    convNormAct(builder, context, {
      ...names,
      out: channels,
      kernel,
      groups: 'depthwise',
      act: activationOf(args, context),
    });
  }
  convNormAct(builder, context, { conv: `${module}.conv_pw`, out, kernel: 1, bias: true });
}
