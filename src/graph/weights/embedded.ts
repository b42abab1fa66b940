// What public/models/*.json says about a model that ships with the page: where it comes from, its hash, how pictures are prepared for it.
import * as v from 'valibot';
import { interpolations } from '../pictures/resample.ts';

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
