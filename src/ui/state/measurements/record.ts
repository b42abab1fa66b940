// One measurement of one net as plain data: what the tables, charts and exports of the Profile pane are views of.
import * as v from 'valibot';

const count = v.pipe(v.number(), v.finite(), v.minValue(0));
const word = v.pipe(v.string(), v.maxLength(200));
const spread = v.object({
  medianMs: count,
  p90Ms: count,
  runs: count,
  variation: v.optional(count),
  /** 95 % interval of the median. */
  interval: v.optional(v.tuple([count, count])),
});

const dispatch = v.object({
  /** Kernel variant. */
  kernel: word,
  /** Graph nodes that the dispatch computes. */
  from: v.array(word),
  workgroups: v.optional(v.tuple([count, count, count])),
  macs: count,
  /** Read and written, by the plan. */
  bytes: count,
  /** Median, in a pass of its own; the mean where the clock's step is coarse for it. */
  ms: count,
  /** 95 % interval of `ms`. */
  interval: v.optional(v.tuple([count, count])),
  /** In the round that took the median time, from the begin of the first pass. */
  span: v.optional(v.object({ startMs: count, endMs: count })),
});
export type RunDispatch = v.InferOutput<typeof dispatch>;

export const runRecord = v.object({
  net: word,
  /** `netHash` of the document. */
  hash: v.string(),
  /** Channels, height, width. */
  input: v.array(count),
  weights: v.literal('random'),
  precision: v.picklist(['f32', 'f16']),
  adapter: v.object({
    vendor: word,
    architecture: word,
    device: v.optional(word, ''),
    description: word,
    /** A CPU pretending to be a GPU. */
    software: v.boolean(),
  }),
  browser: word,
  /** Of this page. */
  version: word,
  /** ISO 8601; absent in recorded profiles that ship with the page. */
  at: v.optional(word),
  cold: v.object({ compileMs: count, uploadMs: count, firstRunMs: count }),
  /** Input in JS to logits in JS, one in flight. */
  warm: spread,
  /** One pass with all dispatches, begin to end. */
  gpu: spread,
  /** True where the adapter has no timestamps: wall clocks over repeats. */
  estimated: v.boolean(),
  /** What spoiled the runs: workers/engine/disturbances.ts. */
  disturbed: v.optional(v.array(word)),
  /** Resolution of the timestamps, nanoseconds. */
  tickNs: v.optional(count),
  dispatches: v.array(dispatch),
});
export type RunRecord = v.InferOutput<typeof runRecord>;

/** What `bottleneck profile --json` prints, as far as the page reads it. */
const printed = v.object({
  net: word,
  input: v.array(count),
  adapter: runRecord.entries.adapter,
  precision: runRecord.entries.precision,
  cold: runRecord.entries.cold,
  warm: spread,
  gpuMs: count,
  estimated: v.boolean(),
  layers: v.array(v.object({ nodes: v.array(word), kernel: word, ms: count, gmacPerS: count, gbPerS: count })),
});

/** Reads the command line's JSON of the net with this `netHash`. Throws ValiError when it is something else. */
export function fromCommandLine(json: unknown, hash: string): RunRecord {
  const { layers, gpuMs, ...rest } = v.parse(printed, json);
  return {
    ...rest,
    hash,
    weights: 'random',
    browser: 'Dawn in Node',
    version: '',
    gpu: { medianMs: gpuMs, p90Ms: gpuMs, runs: rest.warm.runs },
    dispatches: layers.map(({ nodes, kernel, ms, gmacPerS, gbPerS }) => ({
      kernel,
      from: nodes,
      macs: Math.round(gmacPerS * ms * 1e6),
      bytes: Math.round(gbPerS * ms * 1e6),
      ms,
    })),
  };
}

/** Σ of the dispatches, each timed in a pass of its own, milliseconds. */
export const sumOfDispatches = ({ dispatches }: Pick<RunRecord, 'dispatches'>): number =>
  dispatches.reduce((sum, { ms }) => sum + ms, 0);

/** Whole net minus Σ of its dispatches, milliseconds: negative where passes of their own cost time. */
export const residual = (record: Pick<RunRecord, 'dispatches' | 'gpu'>): number =>
  record.gpu.medianMs - sumOfDispatches(record);
