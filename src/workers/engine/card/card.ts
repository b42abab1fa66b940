// A result as others quote it: what ran, where, how it was timed, and a hash of all that, so that a changed card is refused.
import * as v from 'valibot';
import type { InferredGraph } from '../../../graph/ir/graph.ts';
import { graphParams } from '../../../graph/weights/weights.ts';

const count = v.pipe(v.number(), v.finite(), v.minValue(0));
const word = v.pipe(v.string(), v.maxLength(200));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const times = v.strictObject({
  medianMs: count,
  p90Ms: count,
  runs: count,
  /** 95 % interval of the median; null after a single run. */
  interval: v.nullable(v.tuple([count, count])),
});

const content = v.strictObject({
  format: v.literal('bottleneck-card'),
  version: v.literal(1),
  net: v.strictObject({
    name: word,
    /** `netHash` of the canonical text. */
    hash: word,
    /** Channels, height, width. */
    input: v.array(count),
    params: count,
    macs: count,
  }),
  /** Of the weights' names and shapes where they are made up, else of the file. */
  weights: v.strictObject({ kind: v.picklist(['made up', 'file']), sha256 }),
  adapter: v.strictObject({
    vendor: word,
    architecture: word,
    description: word,
    /** A CPU pretending to be a GPU. */
    software: v.boolean(),
  }),
  /** A browser, or Dawn in Node. */
  runtime: word,
  /** Of Bottleneck. */
  program: word,
  settings: v.strictObject({ precision: v.picklist(['f32', 'f16']), batch: count, dispatches: count }),
  /** `tickNs`: the clock's own step; null where there are no timestamps and times are differences of wall clocks. */
  clock: v.strictObject({ tickNs: v.nullable(count), estimated: v.boolean() }),
  /** ISO 8601. */
  at: word,
  /** Input in JS to logits in JS, one in flight. */
  latency: times,
  /** One pass with all dispatches. */
  pass: times,
  /** What spoiled the runs; empty where nothing shows. */
  disturbed: v.array(word),
});
const sealed = v.strictObject({ ...content.entries, sha256 });
export type CardContent = v.InferOutput<typeof content>;
export type ResultCard = v.InferOutput<typeof sealed>;

/** A card that is refused: the message is a sentence's rest, without the full stop. */
export class CardError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CardError';
  }
}

export async function sha256Of(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What a card says of weights that are made up: their names and shapes. */
export async function madeUpWeights(graph: InferredGraph): Promise<CardContent['weights']> {
  const shapes = graphParams(graph).map(({ name, shape }) => `${name} ${shape.join('×')}`);
  return { kind: 'made up', sha256: await sha256Of(shapes.join('\n')) };
}

/** JSON with the keys in order, so that the same content has the same hash. */
function ordered(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(ordered).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${ordered(part)}`).join(',')}}`;
}

export async function sealCard(card: CardContent): Promise<ResultCard> {
  return { ...card, sha256: await sha256Of(ordered(card)) };
}

/** Reads a card. Rejects with {@link CardError} when it is none, and when it is not as it was made. */
export async function openCard(json: unknown): Promise<ResultCard> {
  const parsed = v.safeParse(sealed, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new CardError(`this is no result card: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`);
  }
  const { sha256: stated, ...rest } = parsed.output;
  if ((await sha256Of(ordered(rest))) !== stated)
    throw new CardError('this card was changed after it was made: its content is not what its hash says');
  return parsed.output;
}

interface CardComparison {
  /** Why their times are not ranked; empty where they are. */
  readonly unranked: readonly string[];
  /** What differs beside the times, in words. */
  readonly differs: readonly string[];
  /** b ÷ a of the latency; undefined where they are not ranked. */
  readonly ratio?: number;
  /** `none shown` where the intervals overlap. */
  readonly verdict?: 'a is faster' | 'b is faster' | 'none shown';
}

export function compareCards(a: ResultCard, b: ResultCard): CardComparison {
  const parts: readonly (readonly [string, (card: ResultCard) => string])[] = [
    ['net', ({ net }) => `${net.name} ${net.hash}`],
    ['input', ({ net }) => net.input.join('×')],
    ['weights', ({ weights }) => `${weights.kind} ${weights.sha256.slice(0, 12)}`],
    ['adapter', ({ adapter }) => adapter.description || adapter.vendor],
    ['runtime', ({ runtime }) => runtime],
    ['program', ({ program }) => program],
    ['precision', ({ settings }) => settings.precision],
    ['batch', ({ settings }) => String(settings.batch)],
  ];
  const differs = parts.filter(([, of]) => of(a) !== of(b)).map(([name, of]) => `${name}: ${of(a)} against ${of(b)}`);
  const unranked = [
    ...(a.adapter.software !== b.adapter.software
      ? ['one of them ran on a software adapter, whose times say nothing about a GPU']
      : []),
    ...[a, b].flatMap(({ disturbed, net }, i) =>
      disturbed.length > 0
        ? [`the runs of ${i === 0 ? 'a' : 'b'} (${net.name}) were disturbed: ${disturbed.join(', ')}`]
        : [],
    ),
    ...(a.latency.interval && b.latency.interval ? [] : ['one of them ran once only, so it has no interval']),
  ];
  if (unranked.length > 0 || !a.latency.interval || !b.latency.interval) return { unranked, differs };
  const verdict =
    a.latency.interval[1] < b.latency.interval[0]
      ? ('a is faster' as const)
      : b.latency.interval[1] < a.latency.interval[0]
        ? ('b is faster' as const)
        : ('none shown' as const);
  return { unranked, differs, ratio: b.latency.medianMs / a.latency.medianMs, verdict };
}
