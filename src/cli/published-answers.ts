// Files of published answers: what other programs found with published weights on named photos and sounds, as `verify-real` reads them.
import * as v from 'valibot';

const four = v.tuple([v.number(), v.number(), v.number(), v.number()]);
const point = v.array(v.number());
const size = v.tuple([v.number(), v.number()]);

/** Label, score, and top, left, bottom, right in fractions of the picture. */
const detection = v.tuple([v.string(), v.number(), four]);
const detections = v.object({ detections: v.array(detection) });
export type Detection = v.InferOutput<typeof detection>;

const detectPhoto = v.object({
  size,
  sha256_of_300x300_rgb: v.string(),
  coco: v.optional(detections),
  blazeface: v.optional(
    v.object({ best: v.number(), box_x_y_w_h: v.optional(four), points: v.optional(v.array(point)) }),
  ),
  mesh: v.optional(
    v.object({
      crop: four,
      presence: v.number(),
      /** Place among x, y, z of all points, and its value in pixels of the crop. */
      points: v.array(v.tuple([v.number(), v.number()])),
    }),
  ),
});
const landmarksPhoto = v.object({ crop: four, points: v.array(point), sha256_rgb: v.string() });
const segmentPhoto = v.object({
  size,
  sha256_rgb: v.string(),
  fractions: v.record(v.string(), v.number()),
  grid: v.array(v.array(v.number())),
});
const clip = v.object({
  samples: v.number(),
  windows: v.number(),
  top5: v.array(v.tuple([v.string(), v.number()])),
  top1_of_window: v.array(v.string()),
});

const photos = <T extends v.GenericSchema>(schema: T) => v.object({ photos: v.record(v.string(), schema) });

export type PublishedAnswers =
  | { readonly kind: 'detect'; readonly photos: Readonly<Record<string, v.InferOutput<typeof detectPhoto>>> }
  | { readonly kind: 'landmarks'; readonly photos: Readonly<Record<string, v.InferOutput<typeof landmarksPhoto>>> }
  | {
      readonly kind: 'segment';
      /** Photo → stride and size (`os8_513`) → answer. */
      readonly photos: Readonly<Record<string, Readonly<Record<string, v.InferOutput<typeof segmentPhoto>>>>>;
    }
  | { readonly kind: 'sounds'; readonly clips: Readonly<Record<string, v.InferOutput<typeof clip>>> };

export type DetectAnswers = v.InferOutput<typeof detectPhoto>;
export type LandmarkAnswers = v.InferOutput<typeof landmarksPhoto>;
export type SegmentAnswers = v.InferOutput<typeof segmentPhoto>;
export type SoundAnswers = v.InferOutput<typeof clip>;

/** What a file holds, by its fields; undefined where it is no such file. */
export function readPublished(text: string): PublishedAnswers | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const sounds = v.safeParse(v.object({ clips: v.record(v.string(), clip) }), data);
  if (sounds.success) return { kind: 'sounds', ...sounds.output };
  const detect = v.safeParse(photos(detectPhoto), data);
  if (detect.success) return { kind: 'detect', ...detect.output };
  const landmarks = v.safeParse(photos(landmarksPhoto), data);
  if (landmarks.success) return { kind: 'landmarks', ...landmarks.output };
  const segment = v.safeParse(photos(v.record(v.string(), segmentPhoto)), data);
  return segment.success ? { kind: 'segment', ...segment.output } : undefined;
}
