// The two papers about integers: integer-only inference (Jacob et al.) and the workflow of NVIDIA.
import { abstractOf, labelled, onArxiv, paperOf, type Paper } from '../claim.ts';

const jacob = '1712.05877';
const workflow = '2004.09602';

export const integerOnly: Paper = {
  id: 'integer-only',
  title: 'Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference',
  ...onArxiv(jacob),
  claims: [
    {
      id: 'size',
      says: 'Weights of 8 bits make the file four times smaller.',
      figure: '4 times smaller',
      source: paperOf(jacob, '§1'),
      test: {
        kind: 'elsewhere',
        view: 'quantize',
        verb: 'quantize mobilenetv2_100 --weights FILE',
        why: 'Quantize calibrates with pictures of yours, states both sizes and writes the file.',
      },
    },
    {
      id: 'speed',
      says: 'Integer nets are faster than floats of the same accuracy.',
      figure: 'faster',
      device: 'Snapdragon 835 and 821, one core',
      source: abstractOf(jacob),
      test: {
        kind: 'elsewhere',
        view: 'quantize',
        verb: 'quantize mobilenetv2_100 --weights FILE',
        why: 'An integer net needs ranges, hence weights and pictures; Quantize times it beside the floats in turns. dot4I8Packed decides.',
      },
    },
    {
      id: 'training',
      says: 'MobileNetV2 loses 0.4 points when rounded, none when trained with rounding (72.78, 72.39, 72.79 %).',
      figure: '72.78 → 72.39 / 72.79 %',
      source: {
        where: 'TensorFlow Model Garden, quantization-aware training README',
        url: 'https://github.com/tensorflow/models/tree/master/official/projects/qat/vision',
        basis: 'read',
      },
      test: {
        kind: 'elsewhere',
        view: 'train',
        verb: 'study qat',
        why: `The study compares both on a toy. ${labelled}`,
      },
    },
  ],
};

export const integerWorkflow: Paper = {
  id: 'integer-workflow',
  title: 'Integer Quantization for Deep Learning Inference: Principles and Empirical Evaluation',
  ...onArxiv(workflow),
  claims: [
    {
      id: 'within-one',
      says: 'Every net comes within 1 % of its floats, with a few layers left in floats or with training.',
      figure: '≤ 1 % lost',
      source: abstractOf(workflow),
      test: {
        kind: 'elsewhere',
        view: 'quantize',
        verb: 'quantize mobilenetv2_100 --weights FILE --images DIR',
        why: `Quantize compares the calibrators, ranks the layers by sensitivity and leaves the worst in floats; it measures agreement with the floats. ${labelled}`,
      },
    },
    {
      id: 'speed',
      says: 'Integers give 16 times the arithmetic of floats and a fourth of the bytes.',
      figure: '16 times the arithmetic',
      device: 'Turing, tensor cores',
      source: paperOf(workflow, 'Table 1'),
      test: {
        kind: 'none',
        why: 'WebGPU reaches no tensor cores for integers; Profile, Device measures the peaks that it does reach: f32, f16 and dot4I8Packed.',
      },
    },
    {
      id: 'per-tensor',
      says: 'With one scale a tensor EfficientNet-B0 falls to 12.93 %.',
      figure: '76.85 → 12.93 %',
      source: paperOf(workflow, 'Table 5'),
      test: {
        kind: 'elsewhere',
        view: 'quantize',
        verb: 'quantize efficientnet_b0 --weights FILE',
        why: 'The comparison of one scale a tensor with one a channel stands in Quantize as agreement with the floats.',
      },
    },
  ],
};
