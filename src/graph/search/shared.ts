// A search in a link: the space, how it was searched, and its front, so that the receiver sees the same nets and measures them on a device of their own.
import * as v from 'valibot';
import type { Genotype } from './genes.ts';
import { methodNames, type MethodName } from './methods/index.ts';
import { costNames, type CostName } from './space/problem.ts';

/** Members of a front that a link carries at most. */
export const mostShared = 24;

export interface SharedMember {
  readonly genotype: Genotype;
  readonly cost: number;
  readonly quality: number;
  /** Median, smallest and largest of the sender's measurements of the whole net. */
  readonly ms?: readonly [number, number, number] | undefined;
}

export interface SharedSearch {
  readonly name: string;
  readonly spaceText: string;
  readonly method: MethodName;
  readonly seed: number;
  readonly evaluations: number;
  readonly objective: CostName;
  readonly limits: Partial<Record<CostName, number>>;
  readonly source: 'prior' | 'trained';
  /** Adapter of {@link SharedMember.ms}. */
  readonly adapter?: string | undefined;
  readonly front: readonly SharedMember[];
}

const finite = v.pipe(v.number(), v.finite(), v.minValue(-1e15), v.maxValue(1e15));
const positive = v.pipe(finite, v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e9));
const line = (most: number) =>
  v.pipe(
    v.string(),
    v.maxLength(most),
    v.check((text) => !/[<>\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.test(text), 'must be a plain line'),
  );

const schema = v.strictObject({
  v: v.literal(1),
  name: line(80),
  space: v.pipe(v.string(), v.maxLength(12_000)),
  method: v.picklist(methodNames),
  seed: count,
  evaluations: v.pipe(count, v.maxValue(100_000)),
  objective: v.picklist(costNames),
  limits: v.pipe(
    v.custom<object>((limits) => typeof limits === 'object' && !Array.isArray(limits)),
    v.strictObject({
      ms: v.optional(positive),
      macs: v.optional(positive),
      params: v.optional(positive),
      peak: v.optional(positive),
    }),
  ),
  source: v.picklist(['prior', 'trained']),
  adapter: v.optional(line(120)),
  front: v.pipe(
    v.array(
      v.strictObject({
        /** Two digits in base 36 for each choice. */
        g: v.pipe(v.string(), v.regex(/^(?:[0-9a-z]{2}){0,512}$/)),
        c: positive,
        q: finite,
        ms: v.optional(v.strictTuple([positive, positive, positive])),
      }),
    ),
    v.maxLength(mostShared),
  ),
});

const digits = (genotype: Genotype): string => genotype.map((i) => i.toString(36).padStart(2, '0')).join('');
const short = (value: number): number => Number(value.toPrecision(5));

/** As the text that a link carries. Members beyond {@link mostShared} are left out, spread over the front. */
export function writeShared(search: SharedSearch): string {
  const { name, spaceText, method, seed, evaluations, objective, limits, source, adapter, front } = search;
  const count = Math.min(mostShared, front.length);
  const chosen = Array.from({ length: count }, (_, i) => Math.round((i * (front.length - 1)) / Math.max(1, count - 1)));
  return JSON.stringify({
    v: 1,
    name,
    space: spaceText,
    method,
    seed,
    evaluations,
    objective,
    limits,
    source,
    ...(adapter !== undefined && { adapter: adapter.slice(0, 120) }),
    front: chosen.map((i) => {
      const { genotype, cost, quality, ms } = front[i]!;
      return { g: digits(genotype), c: short(cost), q: short(quality), ...(ms && { ms: ms.map(short) }) };
    }),
  });
}

/** Undefined for whatever is no search: the text came from somebody else. */
export function readShared(text: string): SharedSearch | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, json, { abortEarly: true });
  if (!parsed.success) return undefined;
  const { v: _, space, front, limits, ...rest } = parsed.output;
  return {
    ...rest,
    spaceText: space,
    limits: Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)),
    front: front.map(({ g, c, q, ms }) => ({
      genotype: (g.match(/../g) ?? []).map((pair) => parseInt(pair, 36)),
      cost: c,
      quality: q,
      ...(ms && { ms }),
    })),
  };
}
