// What a paper says in numbers, as data: where it stands, and the test that this device can make of it, or why none can be made here.

/** A place where a figure stands, and whether anybody looked there. */
export interface Source {
  /** `Abstract`, `Authors’ README`. */
  readonly where: string;
  readonly url: string;
  /** `read` there; `recalled`, not looked up again; `counted` by rebuilding the net. */
  readonly basis: 'read' | 'recalled' | 'counted';
}

/** A net of a comparison: one by its name with knobs, or a text; swaps as the verb `ablate` writes them. */
export interface Side {
  readonly title: string;
  readonly net?: string;
  readonly text?: string;
  readonly swaps?: readonly string[];
}

/** Two nets timed in interleaved pairs. */
export interface PairTest {
  readonly kind: 'pair';
  readonly a: Side;
  readonly b: Side;
  /** What the paper says of b beside a. */
  readonly says: 'faster' | 'slower' | 'alike';
  /** Time of b ÷ time of a, where the paper gives it. */
  readonly ratio?: number;
}

/** Something that is counted from the net itself, on any device alike. */
export interface CountTest {
  readonly kind: 'count';
  readonly of: 'params' | 'macs';
  readonly b: Side;
  /** With it the count of b is divided by that of a. */
  readonly a?: Side;
  /** As printed: a number, or b ÷ a. */
  readonly printed: number;
  /** Of `printed`, where it is a single one. */
  readonly digits?: 1;
}

/** Another view or verb is the place of the test. */
interface ElsewhereTest {
  readonly kind: 'elsewhere';
  readonly view: 'quantize' | 'train' | 'search' | 'try';
  readonly verb: string;
  readonly why: string;
}

/** It cannot be tested here. */
interface NoTest {
  readonly kind: 'none';
  readonly why: string;
}

export interface Claim {
  readonly id: string;
  /** A sentence. */
  readonly says: string;
  /** The paper’s number, as printed, with its unit. */
  readonly figure: string;
  /** What the paper measured it on. */
  readonly device?: string;
  readonly source: Source;
  readonly test: PairTest | CountTest | ElsewhereTest | NoTest;
  /** Why this device’s figure may be another one. */
  readonly why?: string;
}

export interface Paper {
  /** `mobilenetv4`: what the verb `claims` takes. */
  readonly id: string;
  readonly title: string;
  readonly arxiv?: string;
  /** Of further papers whose nets stand with this one’s. */
  readonly also?: readonly string[];
  readonly url: string;
  readonly claims: readonly Claim[];
}

export const onArxiv = (arxiv: string) => ({ arxiv, url: `https://arxiv.org/abs/${arxiv}` });
export const abstractOf = (arxiv: string, basis: Source['basis'] = 'read'): Source => ({
  where: 'Abstract',
  url: `https://arxiv.org/abs/${arxiv}`,
  basis,
});
export const paperOf = (arxiv: string, where: string, basis: Source['basis'] = 'recalled'): Source => ({
  where,
  url: `https://arxiv.org/pdf/${arxiv}`,
  basis,
});

export const labelled =
  'Accuracy takes the labelled pictures of its data set, which do not ship; Try, Batch and the verb evaluate judge a net on a folder of your own.';
export const training =
  'Training on ImageNet takes days on many GPUs; a page trains small nets, and the verb study repeats the comparison on a toy.';
export const otherCode =
  'Other hardware and other code: here every layer is a WebGPU kernel, and neighbours are fused, which favours some blocks.';
