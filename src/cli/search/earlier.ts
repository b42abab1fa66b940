// A search that was written by `search --out`, read to go on with it or to go through it again.
import * as v from 'valibot';
import { latencyTableSchema } from '../../graph/search/latency/table.ts';
import { costNames, type SpaceProblem } from '../../graph/search/space/problem.ts';
import type { JudgedNet } from '../../graph/search/search.ts';
import { readJsonFile } from '../json-file.ts';
import { UsageError } from '../verb.ts';

const genotype = v.array(v.pipe(v.number(), v.integer(), v.minValue(0)));
const finite = v.pipe(v.number(), v.finite());

const searchSchema = v.object({
  format: v.literal('bottleneck-search'),
  version: v.literal(1),
  spaceText: v.string(),
  method: v.string(),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  from: v.nullable(genotype),
  evaluations: v.pipe(v.number(), v.integer(), v.minValue(0)),
  limits: v.partial(
    v.object(
      Object.fromEntries(costNames.map((name) => [name, finite])) as Record<(typeof costNames)[number], typeof finite>,
    ),
  ),
  quality: v.object({ source: v.picklist(['prior', 'trained']), sentence: v.string() }),
  latency: v.nullable(
    v.object({
      table: latencyTableSchema,
      measures: v.boolean(),
      measured: v.array(latencyTableSchema.entries.entries),
    }),
  ),
  log: v.array(
    v.object({
      genotype,
      why: v.picklist(['random', 'seed', 'mutation', 'crossover']),
      generation: v.pipe(v.number(), v.integer(), v.minValue(0)),
      costs: v.array(finite),
      violation: v.pipe(v.number(), v.minValue(0)),
      quality: finite,
    }),
  ),
});

export type EarlierSearch = v.InferOutput<typeof searchSchema>;

/** Options that an earlier search has already decided. */
const decided = [
  'method',
  'seed',
  'from',
  'table',
  'max-ms',
  'max-mmacs',
  'max-mparams',
  'max-peak-mb',
  'precision',
  'for',
];

/** Throws {@link UsageError} where the file is no such search, is of another space, or an option says again what it says. */
export function readEarlier(
  option: string,
  path: string,
  space: { readonly text: string },
  word: (name: string) => string | undefined,
): EarlierSearch {
  const said = decided.find((name) => word(name) !== undefined);
  if (said) throw new UsageError(`--${said} is as ${path} says; leave it away with --${option}.`);
  const earlier = readJsonFile(path, { schema: searchSchema, what: 'search that can be gone on with', verb: 'search' });
  if (earlier.spaceText !== space.text)
    throw new UsageError(`${path} is a search of another space; give the space that it is of.`);
  return earlier;
}

/** Its log with the names of the nets. Throws {@link UsageError} where a genotype is no net of the space. */
export function logOf({ log }: EarlierSearch, problem: SpaceProblem, path: string): readonly JudgedNet[] {
  return log.map((net, i) => {
    const fits =
      net.genotype.length === problem.genes.length &&
      net.genotype.every((option, gene) => option < problem.genes[gene]!.options);
    const found = fits ? problem.cost(net.genotype) : undefined;
    if (!found) throw new UsageError(`${path}: log.${i}: its genotype is no net of this space.`);
    return { ...net, key: found.key };
  });
}
