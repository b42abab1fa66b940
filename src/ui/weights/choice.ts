// Which weights the net on the page can have: those that ship, those that its authors published, those of a file, or made-up ones.
import { embeddedNet } from '../../graph/weights/embedded.ts';
import type { Architecture } from '../../graph/architecture.ts';
import type { Preprocessing } from '../../graph/pictures/preprocess.ts';
import { likenessOf } from '../../graph/presets/edited.ts';
import { resolvePreset } from '../../graph/presets/resolve.ts';
import { shippedModelOf } from '../../graph/presets/shipped.ts';
import { configTexts } from './configs.ts';
import { largestFile } from '../../workers/weights/hub.ts';
import type { NetRequest, StoredWeights, WeightsRef } from '../../workers/jobs/vision/protocol.ts';

/** What the page remembers of a choice; a file is kept so that a new worker can be given it again. */
export type WeightsChoice =
  | Exclude<WeightsRef, { kind: 'file' }>
  | {
      readonly kind: 'file';
      readonly file: File;
      /** Those that came in the model file that is the net. */
      readonly own?: true;
      /** What describes it: config.json, preprocessor_config.json. */
      readonly configs?: readonly File[];
    };

/** A weights file's bytes. Throws Error with a sentence when it is too large or cannot be read. */
export async function weightsBytes(file: File): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > largestFile) throw new Error(`"${file.name}" is larger than 1 GB, which this page does not load.`);
  const bytes = await file.arrayBuffer().catch(() => undefined);
  if (!bytes) throw new Error(`"${file.name}" cannot be read any more; drop it again.`);
  return new Uint8Array(bytes);
}

/** The choice as a worker takes it: a file with its bytes, but for the one that it was `sent` last. Throws as {@link weightsBytes}. */
export async function weightsReference(choice: WeightsChoice, sent?: File): Promise<WeightsRef> {
  if (choice.kind !== 'file') return choice;
  const { file, configs } = choice;
  return {
    kind: 'file',
    name: file.name,
    ...(configs && { configs: await configTexts(configs) }),
    ...(file !== sent && { bytes: await weightsBytes(file) }),
  };
}

/** Address of a shipped model's description. */
/** Address of the description of a model that ships. */
export const embeddedUrl = (model: string): string => new URL(`models/${model}.json`, document.baseURI).href;

export interface Published {
  /** `timm/mobilenetv2_100.ra_in1k`. */
  readonly hubId: string;
  readonly preprocessing: Partial<Preprocessing>;
  /** ImageNet top-1 in percent as PyTorch Image Models measures it. */
  readonly top1?: number;
}

/** The published checkpoint of the net that a document is, by its name and content: another input size leaves its weights fitting. */
export function publishedFor(name: string, architecture: Architecture): Published | undefined {
  const { preset, is } = likenessOf(name, architecture) ?? {};
  if (!preset?.exact || is === 'edited') return undefined;
  const { hubId, preprocessing = {}, top1Timm } = preset.checkpoint ?? {};
  return hubId === undefined ? undefined : { hubId, preprocessing, ...(top1Timm !== undefined && { top1: top1Timm }) };
}

/** The weights that ship and belong to this net, at any input size. */
export function embeddedChoice(architecture: Architecture): WeightsChoice | undefined {
  const model = shippedModelOf(architecture);
  return model === undefined ? undefined : { kind: 'embedded', url: embeddedUrl(model) };
}

/** The classifier whose backbone nets with several exits can have. */
export const backboneChoice = (): WeightsChoice => ({ kind: 'embedded', url: embeddedUrl('mobilenetv2_torchvision') });

/** The net that finds the face which a net of landmarks is shown. */
export function faceFinder(): NonNullable<NetRequest['finder']> {
  const own = resolvePreset('blazeface');
  if ('problem' in own) throw new Error(own.problem);
  return { net: { name: own.name, text: own.text }, weights: { kind: 'embedded', url: embeddedUrl('blazeface') } };
}

/** True for the net that Try opens where the one on the page has no weights. */
export const isDefaultNet = (architecture: Architecture): boolean => shippedModelOf(architecture) === embeddedNet;

/** Text of the net that Try opens where the one on the page has no weights. */
export function embeddedText(): string {
  const own = resolvePreset(embeddedNet);
  if ('problem' in own) throw new Error(own.problem);
  return own.text;
}

/** The choice that needs no question: weights that are here and belong to this net. Where others are published too, those that ship are offered. */
export function obviousChoice(
  architecture: Architecture,
  published: Published | undefined,
  stored: readonly StoredWeights[],
): WeightsChoice | undefined {
  if (!published || isDefaultNet(architecture)) return embeddedChoice(architecture);
  const kept = stored.find(({ hubId }) => hubId === published.hubId);
  return kept && { kind: 'stored', id: kept.id };
}

/** What the weights are called. */
export const nameOf = (choice: WeightsChoice): string => {
  if (choice.kind === 'file') return choice.file.name;
  if (choice.kind === 'stored') return choice.id.replace('--', '/');
  return choice.kind === 'embedded'
    ? (choice.url.split('/').at(-1) ?? '').replace(/json$/, 'safetensors')
    : 'made-up weights';
};

/** The weights came in a model file, or ship with another net than the one of this name: nobody asked for them here. */
export const isOfAnother = (choice: WeightsChoice | undefined, net: string): boolean =>
  choice?.kind === 'file'
    ? choice.own === true
    : choice?.kind === 'embedded' && nameOf(choice) !== `${net}.safetensors`;
