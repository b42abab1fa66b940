// EfficientNet: one dimension scaled alone against all three, at the same work.
import { abstractOf, labelled, onArxiv, paperOf, type Paper } from '../claim.ts';

const arxiv = '1905.11946';
const table7 = paperOf(arxiv, 'Table 7');
const compound = { title: 'compound: depth 1.4, width 1.2, 291 px', net: 'efficientnet_b0+depth=1.4+width=1.2@291' };
/** Alone to 1.8 G MACs as they are counted here, within 3 %; the paper’s depth 4, width 2 and 448 px are 1.5 to 1.6 by this count. */
const alone = [
  ['depth', 'depth', 'efficientnet_b0+depth=4.4', '79.0'],
  ['width', 'width', 'efficientnet_b0+width=2.2', '78.9'],
  ['resolution', 'resolution', 'efficientnet_b0@480', '79.1'],
] as const;

export const efficientnet: Paper = {
  id: 'efficientnet',
  title: 'EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks',
  ...onArxiv(arxiv),
  claims: [
    ...alone.map(([id, title, net, top1]) => ({
      id: `compound-${id}`,
      says: `At 1.8 billion MACs scaling all three dimensions gives 81.1 %, ${title} alone ${top1} %.`,
      figure: 'as much work, hence time alike',
      source: table7,
      test: {
        kind: 'pair',
        a: { title: `${title} alone, ${net.slice(15).replace(/[+@=]/g, ' ').trim()}`, net },
        b: compound,
        says: 'alike',
        ratio: 1,
      } as const,
      why: 'The paper compares MACs. Equal MACs are no equal times: depth adds launches, resolution adds bytes, width fills the device.',
    })),
    {
      id: 'compound-work',
      says: 'The compound net takes 1.8 billion MACs.',
      figure: '1.8 G MACs',
      source: table7,
      test: { kind: 'count', of: 'macs', b: compound, printed: 1.8e9 },
      why: 'Channels are rounded to eights and repeats up; the paper counts as its TensorFlow code does.',
    },
    {
      id: 'growth',
      says: 'One step of φ, α · β² · γ² with 1.2, 1.1 and 1.15, is 1.92 times the work.',
      figure: '1.92 times the MACs',
      source: paperOf(arxiv, '§3.3'),
      test: {
        kind: 'count',
        of: 'macs',
        a: { title: 'B0', net: 'efficientnet_b0' },
        b: { title: 'φ = 1 by the formula', net: 'efficientnet_b0+depth=1.2+width=1.1@258' },
        printed: 1.92,
      },
      why: 'Before rounding it is 1.920; with repeats rounded up and channels to eights it is more. The published coefficients are rounded, too.',
    },
    {
      id: 'b7',
      says: 'B7 is 8.4 times smaller and 6.1 times faster than the best net before it.',
      figure: '8.4 times smaller, 6.1 times faster',
      device: 'Intel Xeon E5-2690, one core',
      source: abstractOf(arxiv),
      test: {
        kind: 'none',
        why: 'The net before it is GPipe’s AmoebaNet with 557 million parameters, which no file here holds and 500 million, the limit of a text, excludes.',
      },
    },
    {
      id: 'top1',
      says: 'Top-1 of B0 to B7 is 77.1 to 84.3 %.',
      figure: '77.1 … 84.3 %',
      source: abstractOf(arxiv),
      test: { kind: 'none', why: labelled },
    },
  ],
};
