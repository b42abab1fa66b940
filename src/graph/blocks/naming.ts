// What the reference implementations of a family agree on and no single line says: module names, where the head begins, how an SE gate is sized.
import type { ActivationName } from '../architecture.ts';

export interface NetFamily {
  readonly name: string;
  /** One sentence for the documentation row. */
  readonly doc: string;
  /** Name of a stage, as it stands in front of its parameters and in the list of checkpoints. */
  stageName(stage: number): string;
  /** Module path of a block of a stage. */
  blockName(stage: number, index: number): string;
  /** True: the net has no stages, so blocks count through all lines and each ends a stage of its own (T2T-ViT's `blocks.i`). */
  readonly blockIsStage?: true;
  /** True: shapes of some parameters follow the picture's size (attention bias tables, positions), so their number does too. */
  readonly sizedParameters?: true;
  /** True: a `conv` line directly above `pool` is the head (`conv_head`, `bn2`). False: it is a stage of its own. */
  readonly headBeforePool: boolean;
  /** Name of the head convolution's norm. */
  readonly headNorm: 'bn2' | 'norm_head';
  /** Defaults of squeeze-excite; a line may override each of them. */
  readonly se: {
    /** Channels that the ratio multiplies: those of the block's input or those that are gated. */
    readonly of: 'input' | 'expanded';
    /** The squeezed channels are rounded to a multiple of this (1 = to the nearest integer). */
    readonly divisor: number;
    readonly gate: ActivationName;
    /** Activation between the two layers; undefined = the block's own. */
    readonly act?: ActivationName;
  };
}

const blocks = {
  stageName: (stage: number) => `blocks.${stage}`,
  blockName: (stage: number, index: number) => `blocks.${stage}.${index}`,
};
const nested = {
  stageName: (stage: number) => `stages.${stage}`,
  blockName: (stage: number, index: number) => `stages.${stage}.blocks.${index}`,
};
const efficientnetSe = { of: 'input', divisor: 1, gate: 'sigmoid' } as const;
const mobilenetv3Se = { of: 'expanded', divisor: 8, gate: 'hsigmoid', act: 'relu' } as const;

const plain: NetFamily = {
  name: 'plain',
  doc: 'A net of one’s own, with EfficientNet’s names.',
  ...blocks,
  headBeforePool: true,
  headNorm: 'bn2',
  se: efficientnetSe,
};

const list: readonly NetFamily[] = [
  {
    name: 'efficientnet',
    doc: 'MobileNetV2, MnasNet, EfficientNet, MixNet: head convolution, then pool.',
    ...blocks,
    headBeforePool: true,
    headNorm: 'bn2',
    se: efficientnetSe,
  },
  {
    name: 'mobilenetv1',
    doc: 'MobileNetV1, FD-MobileNet: as EfficientNet, usually without a head convolution.',
    ...blocks,
    headBeforePool: true,
    headNorm: 'bn2',
    se: efficientnetSe,
  },
  {
    name: 'mobilenetv3',
    doc: 'MobileNetV3: pool, then a head convolution with bias and no norm.',
    ...blocks,
    headBeforePool: false,
    headNorm: 'norm_head',
    se: mobilenetv3Se,
  },
  {
    name: 'mobilenetv4',
    doc: 'MobileNetV4: pool, then a head convolution with norm.',
    ...blocks,
    headBeforePool: false,
    headNorm: 'norm_head',
    se: mobilenetv3Se,
  },
  {
    name: 'mobiledet',
    doc: 'MobileDet backbones: no head; SE of the expanded width.',
    ...blocks,
    headBeforePool: false,
    headNorm: 'norm_head',
    se: { of: 'expanded', divisor: 8, gate: 'sigmoid' },
  },
  {
    name: 'efficientformer',
    doc: 'EfficientFormer: stages of 4-D and 3-D meta blocks, two averaged heads.',
    ...nested,
    sizedParameters: true,
    headBeforePool: false,
    headNorm: 'norm_head',
    se: efficientnetSe,
  },
  {
    name: 'efficientformerv2',
    doc: 'EfficientFormerV2: stages of FFN and attention blocks, two averaged heads.',
    ...nested,
    sizedParameters: true,
    headBeforePool: false,
    headNorm: 'norm_head',
    se: efficientnetSe,
  },
  {
    name: 't2t',
    doc: 'T2T-ViT: soft split, token layers, transformer blocks.',
    stageName: (stage) => `blocks.${stage}`,
    blockName: (_stage, index) => `blocks.${index}`,
    blockIsStage: true,
    sizedParameters: true,
    headBeforePool: false,
    headNorm: 'norm_head',
    se: efficientnetSe,
  },
  plain,
];

export const families: ReadonlyMap<string, NetFamily> = new Map(list.map((family) => [family.name, family]));

/** The family of that name, or the plain one. */
export const familyNamed = (name: string): NetFamily => families.get(name) ?? plain;
