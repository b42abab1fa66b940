// What other programs write beside weights about the pictures they were trained on: timm's config.json, transformers' preprocessor_config.json, metadata of the file.
import * as v from 'valibot';
import type { Fit, Preprocessing } from '../pictures/preprocess.ts';
import { labelsIn } from './label-texts.ts';

export interface ReadConfig {
  readonly preprocessing: Partial<Preprocessing>;
  /** One a class, where the file names them. */
  readonly labels?: readonly string[];
  /** A resampling that this program does not have, by name. */
  readonly otherInterpolation?: string;
}

const finite = v.pipe(v.number(), v.finite());
const three = v.union([
  v.pipe(v.tuple([finite, finite, finite]), v.readonly()),
  v.pipe(
    v.union([
      finite,
      v.pipe(
        v.tuple([finite]),
        v.transform(([value]) => value),
      ),
    ]),
    v.transform((value) => [value, value, value] as const),
  ),
]);
const positive = v.pipe(
  three,
  v.check((values) => values.every((value) => value > 0), 'a standard deviation is above zero'),
);
const share = v.pipe(finite, v.minValue(0.1), v.maxValue(1));

/** A field of a foreign file counts where it is what it should be, and is as if absent where it is not. */
const field = <T>(schema: v.GenericSchema<unknown, T>) => v.optional(v.fallback(v.optional(schema), undefined));
const timm = v.object({
  mean: field(three),
  std: field(positive),
  crop_pct: field(share),
  interpolation: field(v.string()),
  crop_mode: field(v.string()),
  label_names: field(v.array(v.string())),
});
/** timm's words for what becomes of a picture of other proportions. */
const cropModes: Readonly<Record<Fit, string>> = { crop: 'center', stretch: 'squash', pad: 'border' };
const fitOf = (mode: string | undefined): Fit | undefined =>
  (Object.keys(cropModes) as Fit[]).find((fit) => cropModes[fit] === mode);
const edge = v.union([
  finite,
  v.pipe(
    v.object({ shortest_edge: finite }),
    v.transform(({ shortest_edge }) => shortest_edge),
  ),
  v.pipe(
    v.object({ height: finite }),
    v.transform(({ height }) => height),
  ),
]);
const transformers = v.object({
  image_mean: field(three),
  image_std: field(positive),
  size: field(edge),
  crop_size: field(edge),
  do_center_crop: field(v.boolean()),
  crop_pct: field(share),
  resample: field(v.number()),
});
const names = v.object({ id2label: field(v.record(v.string(), v.string())) });

/** Pillow's numbers of its filters. */
const pillow: Readonly<Record<number, string>> = {
  0: 'nearest',
  1: 'lanczos',
  2: 'bilinear',
  3: 'bicubic',
  4: 'box',
  5: 'hamming',
};

/** What a text says, `{}` where it is no JSON object or says nothing of pictures. Never throws. */
export function readPreparationConfig(text: string): ReadConfig {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return { preprocessing: {} };
  }
  if (typeof json !== 'object' || json === null) return { preprocessing: {} };
  const whole = json as Record<string, unknown>;
  const inner = typeof whole['pretrained_cfg'] === 'object' ? { ...whole, ...whole['pretrained_cfg'] } : whole;
  const own = v.parse(timm, inner);
  const other = v.parse(transformers, whole);
  const { id2label } = v.parse(names, whole);
  const filter = own.interpolation ?? pillow[other.resample ?? -1];
  const known = filter === 'bicubic' || filter === 'bilinear' ? filter : undefined;
  const mean = own.mean ?? other.image_mean;
  const std = own.std ?? other.image_std;
  const cut = other.crop_size !== undefined && other.size !== undefined && other.do_center_crop !== false;
  const crop = own.crop_pct ?? (cut ? Math.min(1, (other.crop_size ?? 1) / (other.size ?? 1)) : undefined);
  const fit = fitOf(own.crop_mode);
  const labels = own.label_names ?? (id2label && inOrder(id2label));
  return {
    preprocessing: {
      ...(mean && { mean }),
      ...(std && { std }),
      ...(crop !== undefined && crop >= 0.1 && { crop }),
      ...(known && { interpolation: known }),
      ...(fit && { fit }),
    },
    ...(labels && { labels }),
    ...(filter !== undefined && !known && { otherInterpolation: filter }),
  };
}

/** `{"0": "cat", "1": "dog"}` → the names by number; undefined where a number is missing. */
function inOrder(labels: Readonly<Record<string, string>>): readonly string[] | undefined {
  const list = Array.from({ length: Object.keys(labels).length }, (_, i) => labels[String(i)]);
  return list.length > 0 && list.every((label) => label !== undefined) ? list : undefined;
}

/** Metadata of a file of weights or of a model: what it says of pictures, and its names of classes. */
export function readPreparationMetadata(metadata: ReadonlyMap<string, string>): ReadConfig {
  const said = preparationIn(metadata);
  const labels = said.labels ?? labelsIn(metadata);
  return labels ? { ...said, labels } : said;
}

/** JSON under `pretrained_cfg` or `config`, or the fields by themselves (`mean` = `0.5,0.5,0.5`). */
function preparationIn(metadata: ReadonlyMap<string, string>): ReadConfig {
  for (const key of ['pretrained_cfg', 'config', 'preprocessing', 'data_config']) {
    const found = readPreparationConfig(metadata.get(key) ?? '');
    if (Object.keys(found.preprocessing).length > 0) return found;
  }
  const numbers = (text: string | undefined): unknown =>
    text === undefined
      ? undefined
      : text
          .replace(/[[\]()]/g, '')
          .split(/[,\s]+/)
          .filter((part) => part !== '')
          .map(Number);
  const one = (text: string | undefined): unknown => (text === undefined ? undefined : Number(text));
  return readPreparationConfig(
    JSON.stringify({
      mean: numbers(metadata.get('mean')),
      std: numbers(metadata.get('std')),
      crop_pct: one(metadata.get('crop_pct') ?? metadata.get('crop')),
      interpolation: metadata.get('interpolation'),
    }),
  );
}

/** Metadata for a file of weights that {@link readPreparationMetadata} reads back; no preparation where mean or std are not known. */
export function preparationMetadata(
  { mean, std, crop, interpolation, fit }: Partial<Preprocessing>,
  labels?: readonly string[],
): Readonly<Record<string, string>> {
  const named: Record<string, string> = labels ? { label_names: JSON.stringify(labels) } : {};
  if (!mean || !std) return named;
  const said = { mean, std, crop_pct: crop, interpolation, crop_mode: fit && cropModes[fit] };
  return { ...named, preprocessing: JSON.stringify(said) };
}
