// T2T-ViT: the Performer in the token layers against exact softmax.
import { abstractOf, labelled, onArxiv, type Paper } from '../claim.ts';

const arxiv = '2101.11986';
const readme = {
  where: 'Authors’ README',
  url: 'https://github.com/yitu-opensource/T2T-ViT',
  basis: 'read',
} as const;
const exact = { title: 'T2T-ViT-t-14, exact softmax', net: 't2t_vit_t_14' };
const performer = { title: 'T2T-ViT-14, Performer', net: 't2t_vit_14' };

export const t2tVit: Paper = {
  id: 't2t-vit',
  title: 'Tokens-to-Token ViT: Training Vision Transformers from Scratch on ImageNet',
  ...onArxiv(arxiv),
  claims: [
    {
      id: 'performer',
      says: 'With the Performer in its token layers T2T-ViT-14 is the cheaper net.',
      figure: 'faster; 4.8 for 6.1 G MACs',
      source: readme,
      test: { kind: 'pair', a: exact, b: performer, says: 'faster' },
      why: 'Exact softmax over 3,136 tokens is streamed here without storing its matrix, so that memory is no part of its price.',
    },
    {
      id: 'performer-work',
      says: 'The Performer takes 4.8 G MACs for 6.1.',
      figure: '0.79 of the MACs',
      source: readme,
      test: { kind: 'count', of: 'macs', a: exact, b: performer, printed: 0.79 },
    },
    ...(
      [
        ['t2t_vit_7', 'T2T-ViT-7', 4.3],
        ['t2t_vit_14', 'T2T-ViT-14', 21.5],
        ['t2t_vit_24', 'T2T-ViT-24', 64.1],
      ] as const
    ).map(([net, title, millions]) => ({
      id: `params-${net.slice(8)}`,
      says: `${title} has ${millions} million parameters.`,
      figure: `${millions} M parameters`,
      source: readme,
      test: { kind: 'count', of: 'params', b: { title, net }, printed: millions * 1e6 } as const,
    })),
    {
      id: 'top1',
      says: 'Top-1 is 71.7 (7) to 82.3 % (24), 83.3 % at 384 px.',
      figure: '71.7 … 83.3 %',
      source: abstractOf(arxiv),
      test: { kind: 'none', why: labelled },
    },
  ],
};
