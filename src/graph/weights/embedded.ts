// Models that ship with the page: what public/models/*.json says of each (source, hash, labels), and which net each is of.
import * as v from 'valibot';
import { interpolations } from '../pictures/resample.ts';
import type { Preprocessing } from '../pictures/preprocess.ts';
import { contentHash } from './content-hash.ts';
import type { Params } from '../ir/graph.ts';

/** The net that Try opens where the one on the page has no weights. */
export const embeddedNet = 'tf_efficientnet_lite0';

/** Net → the model in public/models that has its weights. Two nets that differ in strides alone share one. */
export const shippedModels: Readonly<Record<string, string>> = {
  tf_efficientnet_lite0: 'tf_efficientnet_lite0',
  mobilenetv2_100: 'mobilenetv2_torchvision',
  ssdlite_mobilenetv2_coco: 'ssdlite_mobilenetv2_coco',
  deeplabv3_mobilenetv2_os8: 'deeplabv3_mobilenetv2_os8',
  deeplabv3_mobilenetv2_same: 'deeplabv3_mobilenetv2_os8',
  selfie: 'selfie',
  blazeface: 'blazeface',
  face_mesh: 'face_mesh',
  face68: 'face68',
  yamnet: 'yamnet',
};

const three = v.pipe(v.array(v.number()), v.length(3)) as unknown as v.GenericSchema<readonly [number, number, number]>;
const fileName = v.pipe(v.string(), v.regex(/^[\w.-]+$/));

const schema = v.object({
  net: v.string(),
  file: fileName,
  bytes: v.pipe(v.number(), v.integer()),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  precision: v.picklist(['f16', 'f32']),
  source: v.string(),
  licence: v.string(),
  licenceFile: fileName,
  /** Absent where the net names nothing. */
  labels: v.optional(fileName),
  /** ImageNet top-1 in percent, as its authors give it. */
  top1Published: v.optional(v.number()),
  /** Where the net's own text does not say it. */
  preprocessing: v.optional(
    v.object({
      size: v.number(),
      crop: v.number(),
      interpolation: v.picklist(interpolations),
      mean: three,
      std: three,
    }),
  ),
});
export type EmbeddedModel = v.InferOutput<typeof schema>;

/** Throws ValiError when the file is no such description: it is part of the program. */
export const parseEmbeddedModel = (text: string): EmbeddedModel => v.parse(schema, JSON.parse(text));

/** What shipped classifiers are by their values, and how pictures are prepared for them: as their published top-1 was measured. */
const shipped: readonly {
  readonly file: string;
  /** Values of all parameters, running statistics included. */
  readonly values: number;
  readonly content: string;
  readonly preprocessing: Preprocessing;
}[] = [
  {
    file: 'tf_efficientnet_lite0.safetensors',
    values: 4_694_024,
    content: '0ed4e2d951238a40',
    preprocessing: { crop: 0.875, interpolation: 'bicubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  },
  {
    file: 'mobilenetv2_torchvision.safetensors',
    values: 3_538_984,
    content: '4144a401b34f7d16',
    preprocessing: {
      crop: 0.875,
      interpolation: 'bilinear',
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
  },
];

/** A shipped model's preparation where these are the same values, in whatever file they came. */
export function shippedPreparation(params: Params): { preprocessing: Preprocessing; from: string } | undefined {
  let values = 0;
  for (const tensor of params.values()) values += tensor.length;
  const candidates = shipped.filter((model) => model.values === values);
  const content = candidates.length > 0 ? contentHash(params) : undefined;
  const found = candidates.find((model) => model.content === content);
  return found && { preprocessing: found.preprocessing, from: found.file };
}
