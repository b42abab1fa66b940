// Wav2Small: emotion in speech with 72 thousand parameters.
import { abstractOf, onArxiv, otherCode, type Paper } from '../claim.ts';

const arxiv = '2408.13920';
const small = { title: 'Wav2Small', net: 'wav2small_72k' };
const v4 = { title: 'MobileNetV4-S, the larger student', net: 'mobilenetv4_small_adv' };
const card = {
  where: 'The students’ card',
  url: 'https://huggingface.co/dkounadis/wav2small',
  basis: 'read',
} as const;

export const wav2small: Paper = {
  id: 'wav2small',
  title: 'Wav2Small: Distilling Wav2Vec2 to 72K parameters for Low-Resource Speech emotion recognition',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'size',
      says: 'Wav2Small has 72 thousand parameters.',
      figure: '72 K parameters',
      source: abstractOf(arxiv),
      test: { kind: 'count', of: 'params', b: small, printed: 72e3 },
      why: '67,395 are trained; with the two fixed Fourier kernels, which are no parameters here, it is 71,619.',
    },
    {
      id: 'student',
      says: 'The MobileNetV4-S student has 3.12 million parameters.',
      figure: '3.12 M parameters',
      source: abstractOf(arxiv),
      test: { kind: 'count', of: 'params', b: v4, printed: 3.12e6 },
      why: 'A plain MobileNetV4-S with one input channel and three outputs has 2.496 million; the paper does not say what it adds.',
    },
    {
      id: 'time',
      says: 'MobileNetV4-S takes 7 ms for ten seconds of sound, Wav2Vec2 670 ms.',
      figure: '7 for 670 ms',
      device: 'a laptop’s CPU',
      source: card,
      test: {
        kind: 'none',
        why: 'Wav2Vec2 has 164 million parameters and convolutions over a wave that no block of this family makes; the student’s own time is measured in Profile.',
      },
    },
    {
      id: 'smaller-faster',
      says: 'Wav2Small is the lighter of the two students.',
      figure: 'faster; no time printed',
      source: abstractOf(arxiv),
      test: { kind: 'pair', a: v4, b: small, says: 'faster' },
      why: `Parameters are no time: Wav2Small keeps the whole length of the sound through its layers, MobileNetV4 halves it five times. ${otherCode}`,
    },
    {
      id: 'valence',
      says: 'Its teacher reaches a concordance of 0.676 for valence.',
      figure: 'CCC 0.676',
      source: abstractOf(arxiv),
      test: {
        kind: 'none',
        why: 'MSP-Podcast is licensed to institutions. Concordance itself is tested: the verb study concordance trains on drawn voices.',
      },
    },
  ],
};
