// What the papers say of single nets besides their accuracy: size, work and latency with the device it was measured on. As printed, rounded as there.

export interface PaperFigures {
  /** Parameters and multiply-accumulates, as the paper prints them. */
  readonly params?: number;
  readonly macs?: number;
  readonly latency?: { readonly ms: number; readonly device: string };
  /** Why size or work are not what is counted here, where that is known. */
  readonly why?: string;
}

const pixel1 = 'Pixel 1, one large core';
const iphone12 = 'iPhone 12, Core ML';
const publishedCode =
  'The authors’ published code builds a larger net than the paper’s table; timm and this page follow the code.';
const bothHeads =
  'Counted here with all trainable parameters, those of both heads too; the paper does not say what it counts.';

/** By preset. Each figure stands in the claims of the preset's file. */
export const paperFigures: Readonly<Record<string, PaperFigures>> = {
  mobilenetv2_100: {
    params: 3.4e6,
    macs: 300e6,
    latency: { ms: 75, device: pixel1 },
    why: 'Counted here with the classifier’s biases and every scale and shift of the batch norms.',
  },
  semnasnet_100: { latency: { ms: 78, device: pixel1 } },
  mobilenetv4_conv_small: { params: 3.8e6, macs: 0.2e9 },
  mobilenetv4_conv_medium: { params: 9.2e6, macs: 1.0e9, why: publishedCode },
  mobilenetv4_conv_large: { params: 31.0e6, macs: 5.9e9, why: publishedCode },
  mobilenetv4_hybrid_medium: { params: 10.5e6, macs: 1.2e9, why: publishedCode },
  mobilenetv4_hybrid_large: { params: 35.9e6, macs: 7.2e9, why: publishedCode },
  efficientformer_l1: { params: 12.3e6, macs: 1.3e9, latency: { ms: 1.6, device: iphone12 } },
  efficientformer_l3: { params: 31.4e6, macs: 3.9e9, latency: { ms: 3.0, device: iphone12 } },
  efficientformer_l7: { params: 82.2e6, macs: 10.1e9, latency: { ms: 7.0, device: iphone12 } },
  efficientformerv2_s0: { params: 3.5e6, macs: 0.4e9, latency: { ms: 0.9, device: iphone12 }, why: bothHeads },
  efficientformerv2_s1: { params: 6.1e6, macs: 0.65e9, latency: { ms: 1.1, device: iphone12 }, why: bothHeads },
  efficientformerv2_s2: { params: 12.6e6, macs: 1.25e9, latency: { ms: 1.6, device: iphone12 } },
  efficientformerv2_l: { params: 26.1e6, macs: 2.56e9, latency: { ms: 2.7, device: iphone12 } },
  fd_mobilenet_1x: { macs: 144e6 },
  'fd_mobilenet_0.5x': { macs: 40e6 },
  'fd_mobilenet_0.25x': { macs: 12e6 },
  t2t_vit_7: { params: 4.3e6, macs: 1.1e9 },
  t2t_vit_10: { params: 5.9e6, macs: 1.5e9 },
  t2t_vit_12: { params: 6.9e6, macs: 1.8e9 },
  t2t_vit_14: { params: 21.5e6, macs: 4.8e9 },
  t2t_vit_19: { params: 39.2e6, macs: 8.5e9 },
  t2t_vit_24: { params: 64.1e6, macs: 13.8e9 },
  t2t_vit_t_14: { params: 21.5e6, macs: 6.1e9 },
  t2t_vit_t_19: { params: 39.2e6, macs: 9.8e9 },
  t2t_vit_t_24: { params: 64.1e6, macs: 15.0e9 },
};

/** Where a paper can be read, from how the preset files cite it. */
export function paperLink(paper: string): string | undefined {
  const [, arxiv] = /arXiv (\d{4}\.\d{4,5})/.exec(paper) ?? [];
  if (arxiv !== undefined) return `https://arxiv.org/abs/${arxiv}`;
  return paper.startsWith('EfficientNet-Lite')
    ? 'https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite'
    : undefined;
}
