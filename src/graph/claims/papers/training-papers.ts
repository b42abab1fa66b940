// Papers whose claim is a way to train: landmarks by two teachers, and a data set that carries its teachers’ answers.
import { abstractOf, labelled, onArxiv, paperOf, training, type Paper } from '../claim.ts';

const landmarks = '2111.07047';
const reinforcement = '2303.08983';
const teacher = { title: 'the teacher, EfficientNet-B3, 136 outputs', net: 'efficientnet_b3+classes=136@224' };
const student = { title: 'the student, MobileNetV2', net: 'landmarks68_mobilenetv2' };

export const landmarkDistillation: Paper = {
  id: 'landmark-distillation',
  title: 'Facial Landmark Points Detection Using Knowledge Distillation-Based Neural Networks',
  ...onArxiv(landmarks),
  claims: [
    {
      id: 'student-time',
      says: 'The student runs much faster than its teachers.',
      figure: 'faster; no ratio read',
      source: abstractOf(landmarks),
      test: { kind: 'pair', a: teacher, b: student, says: 'faster' },
    },
    {
      id: 'student-size',
      says: 'The student for 68 points has 2.4 million parameters.',
      figure: '2.398 M parameters',
      source: { where: 'Counted from the authors’ code', url: 'https://github.com/aliprf/KD-Loss', basis: 'counted' },
      test: { kind: 'count', of: 'params', b: student, printed: 2.398e6 },
    },
    {
      id: 'error',
      says: 'It finds points better than the same student without teachers.',
      figure: 'no value could be read',
      source: abstractOf(landmarks),
      test: {
        kind: 'none',
        why: `300W, COFW and WFLW are licensed to researchers, and no error could be read in a source. ${training}`,
      },
    },
  ],
};

export const datasetReinforcement: Paper = {
  id: 'dataset-reinforcement',
  title: 'Reinforce Data, Multiply Impact: Improved Model Accuracy and Robustness with Dataset Reinforcement',
  ...onArxiv(reinforcement),
  claims: [
    {
      id: 'resnet',
      says: 'ResNet-50 gains 1.7 points on ImageNet; its calibration error falls by 9.9 %.',
      figure: '+1.7, −9.9 %',
      source: abstractOf(reinforcement),
      test: { kind: 'none', why: `${training} ${labelled}` },
    },
    {
      id: 'mobilenets',
      says: 'MobileNetV3-Large rises from 74.9 to 77.2 %, MobileNetV2 from 73.7 to 74.5; MobileNetV2 0.25 loses 0.3.',
      figure: '+2.3 / +0.8 / −0.3',
      source: { where: 'Authors’ README', url: 'https://github.com/apple/ml-dr', basis: 'read' },
      test: {
        kind: 'elsewhere',
        view: 'train',
        verb: 'study reinforcement',
        why: 'The study compares labels, a teacher at every step and stored answers on a toy; no gain is promised for tiny nets.',
      },
    },
    {
      id: 'free',
      says: 'Training takes no more time than without, since the teacher’s answers are stored.',
      figure: 'no overhead',
      source: paperOf(reinforcement, '§3', 'read'),
      test: {
        kind: 'elsewhere',
        view: 'train',
        verb: 'study reinforcement',
        why: 'The study states the time of a step with labels, with stored answers and with a teacher that runs.',
      },
    },
  ],
};
