// The words of the page, each in one sentence and with the paper that it comes from. Fetched when a word is first asked for.
import { arxiv, measuringWords, roofline, type GlossaryEntry } from './glossary-measuring.ts';

export type { GlossaryEntry } from './glossary-measuring.ts';

const mobilenetV1 = { source: 'MobileNets, 2017', link: arxiv('1704.04861') };
const mobilenetV2 = { source: 'MobileNetV2, 2018', link: arxiv('1801.04381') };
const mobilenetV3 = { source: 'MobileNetV3, 2019', link: arxiv('1905.02244') };
const mobilenetV4 = { source: 'MobileNetV4, 2024', link: arxiv('2404.10518') };
const efficientnet = { source: 'EfficientNet, 2019', link: arxiv('1905.11946') };
const integers = { source: 'Integer-arithmetic-only inference, 2017', link: arxiv('1712.05877') };
const whitePaper = { source: 'A white paper on quantization, 2021', link: arxiv('2106.08295') };

export const glossary = {
  ...measuringWords,
  params: {
    word: 'Params',
    means:
      'Trainable parameters: every weight, bias, scale and shift that training sets; four bytes each in 32-bit floats.',
    ...mobilenetV1,
  },
  macs: {
    word: 'MACs',
    means:
      'Multiply-accumulates: how often one number is multiplied and added for one picture. It is work, not time: memory often takes longer.',
    ...mobilenetV1,
  },
  peak: {
    word: 'Peak',
    means: 'The most bytes of activations that are alive at one moment; a device with less memory cannot run the net.',
    ...mobilenetV2,
  },
  bytes: {
    word: 'Bytes',
    means:
      'What has to be read from memory and written back; where this takes longer than the arithmetic, memory is the bottleneck.',
    ...roofline,
  },
  block: {
    word: 'Block',
    means: 'A few layers that nets repeat as a unit; one line of the text, and one card of the graph for each repeat.',
    ...mobilenetV2,
  },
  stage: {
    word: 'Stage',
    means:
      'Blocks in a row that work at one resolution; a stage usually begins with a stride of 2. Its number is the first one in the names of its parameters.',
    ...efficientnet,
  },
  stem: {
    word: 'Stem and head',
    means:
      'The stem is the first convolution, which halves the picture; the head turns the last map into class scores.',
    ...efficientnet,
  },
  depthwise: {
    word: 'Depthwise convolution',
    means: 'One small filter for each channel alone: little arithmetic, much memory traffic.',
    ...mobilenetV1,
  },
  pointwise: {
    word: 'Pointwise (1×1) convolution',
    means: 'Mixes the channels at every position by itself: most of the arithmetic of these nets.',
    ...mobilenetV1,
  },
  mbconv: {
    word: 'Inverted bottleneck (mbconv)',
    means: 'Widens the channels by 1×1, filters them depthwise, narrows them by 1×1: thin between blocks, wide inside.',
    ...mobilenetV2,
  },
  expansion: {
    word: 'Expansion (e)',
    means: 'How many times wider the channels are inside a block than at its entrance.',
    ...mobilenetV2,
  },
  uib: {
    word: 'Universal inverted bottleneck (uib)',
    means: 'An inverted bottleneck whose two depthwise filters can each be left out: four kinds of block in one.',
    ...mobilenetV4,
  },
  fused: {
    word: 'Fused inverted bottleneck',
    means:
      'One full convolution in place of the first 1×1 and the depthwise one: more arithmetic, but faster where maps are large.',
    source: 'EfficientNetV2, 2021',
    link: arxiv('2104.00298'),
  },
  skip: {
    word: 'Skip (residual)',
    means: 'A block’s input is added to its output, where both have one shape: so deep nets can be trained.',
    source: 'Deep residual learning, 2015',
    link: arxiv('1512.03385'),
  },
  se: {
    word: 'Squeeze-and-excitation (se)',
    means: 'Averages every channel over the map, and from that decides how much each channel counts.',
    source: 'Squeeze-and-excitation, 2017',
    link: arxiv('1709.01507'),
  },
  norm: {
    word: 'Batch norm',
    means:
      'Scales and shifts every channel by what training saw; before running it is folded into the weights and costs nothing.',
    source: 'Batch normalization, 2015',
    link: arxiv('1502.03167'),
  },
  activation: {
    word: 'Activation (relu6, hswish, …)',
    means: 'A function of each number alone, between layers; without it all layers together were one.',
    ...mobilenetV3,
  },
  stride: {
    word: 'Stride (s)',
    means:
      'Step of a filter in pixels: with 2 the map has half the height and half the width, and a quarter of the work follows.',
    ...mobilenetV1,
  },
  width: {
    word: 'Width multiplier',
    means: 'Multiplies the channels of every layer; work and parameters follow about its square.',
    ...mobilenetV1,
  },
  depth: {
    word: 'Depth multiplier',
    means: 'Multiplies how often each block is repeated.',
    ...efficientnet,
  },
  resolution: {
    word: 'Resolution',
    means: 'Height and width of the picture that the net reads; work follows its square, parameters stay.',
    ...mobilenetV1,
  },
  field: {
    word: 'Receptive field',
    means: 'The part of the picture that one number of a map depends on.',
    source: 'Computing receptive fields, 2019',
    link: 'https://distill.pub/2019/computing-receptive-fields/',
  },
  attention: {
    word: 'Attention',
    means: 'Every position asks all others, weighs what they hold by how well it fits, and adds it up.',
    source: 'Attention is all you need, 2017',
    link: arxiv('1706.03762'),
  },
  mqa: {
    word: 'Mobile MQA',
    means:
      'Attention in which all heads share one set of keys and values, made at half resolution: less memory to read.',
    ...mobilenetV4,
  },
  logits: {
    word: 'Logits',
    means: 'The scores that come out of the last layer; softmax turns them into percentages that add up to 100 %.',
    source: 'On calibration of modern networks, 2017',
    link: arxiv('1706.04599'),
  },
  top1: {
    word: 'Top-1',
    means:
      'How many of a test’s pictures get the right class as the first answer; for ImageNet, of 50,000 pictures in 1,000 classes.',
    source: 'ImageNet challenge, 2014',
    link: arxiv('1409.0575'),
  },
  map: {
    word: 'Feature map',
    means: 'One channel of a layer’s output, as a picture: bright where the net found what that channel looks for.',
    source: 'Visualizing convolutional networks, 2013',
    link: arxiv('1311.2901'),
  },
  fusion: {
    word: 'Fusion',
    means: 'Neighbouring layers in one kernel, so that what lies between them never goes through memory.',
    source: 'TVM, 2018',
    link: arxiv('1802.04799'),
  },
  int8: {
    word: 'Quantization (int8)',
    means:
      'Weights and activations as 8-bit integers in place of 32-bit floats: a quarter of the bytes, at the cost of some noise.',
    ...integers,
  },
  calibration: {
    word: 'Calibration',
    means: 'Running some pictures to see how large the numbers of each layer get, before they are cut into 256 steps.',
    ...integers,
  },
  agreement: {
    word: 'Same answer (agreement)',
    means: 'On how many pictures the integers give float32’s first answer; it is no accuracy, float32 errs too.',
    ...whitePaper,
  },
  signalToNoise: {
    word: 'Signal to noise (dB)',
    means:
      'How much larger the numbers are than what rounding them changed: 20 dB is noise of a tenth, 40 dB of a hundredth.',
    ...whitePaper,
  },
  sensitivity: {
    word: 'Sensitivity of a layer',
    means: 'What the answers lose when this layer alone is quantized; the few worst ones are worth keeping in float.',
    ...whitePaper,
  },
  taughtHead: {
    word: 'Linear head',
    means:
      'One linear layer that learns new classes from the features of a net that stays as it is; a few pictures of each class are enough.',
    source: 'How transferable are features, 2014',
    link: arxiv('1411.1792'),
  },
  baseline: {
    word: 'Baseline',
    means: 'A net that is put aside so that every later figure shows its difference from it.',
    ...mobilenetV2,
  },
} as const satisfies Readonly<Record<string, GlossaryEntry>>;
