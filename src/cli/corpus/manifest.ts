// What a row of an import corpus's manifest holds; read with a schema, since the file is foreign.
import * as v from 'valibot';

const numbers = v.array(v.number());
/** JSON has no infinities: a statistic that is none is null or text. */
const loose = v.nullish(v.union([v.number(), v.string()]));

const value = v.object({
  name: v.nullish(v.string()),
  index: v.nullish(v.number()),
  dtype: v.string(),
  shape: numbers,
  std: loose,
  sum: loose,
  argmax: v.nullish(v.number()),
  quant: v.nullish(v.object({ scale: numbers, zero_point: numbers })),
  probes: v.array(v.tuple([v.number(), v.union([v.number(), v.string(), v.boolean(), v.null()])])),
});
export type Expected = v.InferOutput<typeof value>;

const spread = v.nullish(v.object({ max_abs: loose, mean_abs: loose }));

const row = v.object({
  id: v.string(),
  file: v.string(),
  place: v.string(),
  format: v.picklist(['onnx', 'tflite']),
  kind: v.string(),
  tier: v.number(),
  range: v.nullish(v.tuple([v.number(), v.number()])),
  extended: v.nullish(v.record(v.string(), v.number())),
  outside: v.nullish(v.record(v.string(), v.number())),
  partial: v.nullish(v.string()),
  oracle_error: v.nullish(v.string()),
  feeds: v.nullish(v.record(v.string(), v.union([v.number(), numbers]))),
  inputs: v.nullish(v.array(v.object({ name: v.string(), dtype: v.string(), shape: numbers }))),
  cases: v.nullish(
    v.array(
      v.object({
        kind: v.string(),
        outputs: v.array(value),
        tensors: v.nullish(v.array(value)),
        default: v.nullish(v.object({ outputs: v.nullish(v.array(value)), tensors: v.nullish(v.array(value)) })),
        spread: v.nullish(v.array(spread)),
      }),
    ),
  ),
});
export type ManifestRow = v.InferOutput<typeof row>;
export type Case = NonNullable<ManifestRow['cases']>[number];

/** Rows of a manifest's text. Throws with the place of the first entry that is not as the contract says. */
export function parseManifest(text: string): readonly ManifestRow[] {
  const parsed = v.safeParse(v.array(row), JSON.parse(text));
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  throw new Error(`${v.getDotPath(issue) ?? 'the manifest'}: ${issue.message}`);
}
