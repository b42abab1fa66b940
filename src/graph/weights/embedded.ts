// What public/models/*.json says about a model that ships with the page: where it comes from, its hash, how pictures are prepared for it.
import * as v from 'valibot';
import { interpolations } from '../pictures/resample.ts';
import type { Preprocessing } from '../pictures/preprocess.ts';
import { contentHash } from './content-hash.ts';
import type { Params } from '../ir/graph.ts';

/** The net whose weights ship. */
export const embeddedNet = 'tf_efficientnet_lite0';

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
  labels: fileName,
  /** ImageNet top-1 in percent, as its authors give it. */
  top1Published: v.number(),
  preprocessing: v.object({
    size: v.number(),
    crop: v.number(),
    interpolation: v.picklist(interpolations),
    mean: three,
    std: three,
  }),
});
export type EmbeddedModel = v.InferOutput<typeof schema>;

/** Throws ValiError when the file is no such description: it is part of the program. */
export const parseEmbeddedModel = (text: string): EmbeddedModel => v.parse(schema, JSON.parse(text));

/** What the shipped weights are by their values, and how pictures are prepared for them: as their authors and timm do. */
export const shipped = {
  file: `${embeddedNet}.safetensors`,
  /** Values of all parameters, running statistics included. */
  values: 4_694_024,
  content: '0ed4e2d951238a40',
  preprocessing: { crop: 0.875, interpolation: 'bicubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
} as const satisfies { preprocessing: Preprocessing } & Record<string, unknown>;

/** The shipped weights' preparation where these are the same values, in whatever file they came. */
export function shippedPreparation(params: Params): { preprocessing: Preprocessing; from: string } | undefined {
  let values = 0;
  for (const tensor of params.values()) values += tensor.length;
  if (values !== shipped.values || contentHash(params) !== shipped.content) return undefined;
  return { preprocessing: shipped.preprocessing, from: shipped.file };
}
