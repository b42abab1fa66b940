// What a search takes for quality: a fit on nets that were trained, or the order by size that says of itself that nothing was trained.
import * as v from 'valibot';
import type { Genotype } from '../../graph/search/genes.ts';
import { priorOf, priorSentence } from '../../graph/search/prior.ts';
import { reliabilityOf } from '../../graph/search/reliability.ts';
import { fitRidge, type Sample } from '../../graph/search/ridge.ts';
import { problemOfSpace, type SpaceNet } from '../../graph/search/space/problem.ts';
import type { Space } from '../../graph/search/space/space.ts';
import { readText } from '../files.ts';
import { NetError, UsageError } from '../verb.ts';

export interface Quality {
  of(net: SpaceNet, genotype: Genotype): number;
  readonly json: {
    readonly source: 'prior' | 'trained';
    readonly sentence: string;
    /** Estimated share of pairs at equal cost that are put in the right order; null where nothing was trained. */
    readonly reliability: number | null;
  };
}

const trainedSchema = v.pipe(
  v.array(
    v.object({
      genotype: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
      quality: v.pipe(v.number(), v.finite()),
    }),
  ),
  v.minLength(4, 'at least four nets are needed'),
);

/** Throws {@link UsageError} for a file that is none, {@link NetError} where the trainings cannot carry a search. */
export function qualityFrom(space: Space, path: string | undefined): Quality {
  if (path === undefined)
    return {
      of: ({ costs }) => priorOf(costs),
      json: { source: 'prior', sentence: priorSentence, reliability: null },
    };
  const samples = readTrained(space, path);
  const noise = noiseOf(samples);
  const predictor = fitRidge(space.genes, samples);
  const spread =
    Math.max(...samples.map(({ quality }) => quality)) - Math.min(...samples.map(({ quality }) => quality));
  const { share, enough, pairs } = reliabilityOf(predictor, samples, noise, 0.02 * spread);
  if (!enough || share === undefined)
    throw new NetError(
      `${path}: not enough trainings to search by: ${samples.length} nets, ${pairs} pairs of equal cost${share === undefined ? '' : `, of which ${(100 * share).toFixed(0)} in 100 come out in the right order`}. Train more nets, or the same ones longer.`,
    );
  return {
    of: ({ costs: { macs, params } }, genotype) => predictor.predict({ genotype, macs, params }),
    json: {
      source: 'trained',
      sentence: `From ${samples.length} trainings; of held-out pairs at equal cost it orders ${(100 * share).toFixed(0)} of 100 right.`,
      reliability: share,
    },
  };
}

function readTrained(space: Space, path: string): readonly Sample[] {
  let data: unknown;
  try {
    data = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is no JSON; it should be [{"genotype": […], "quality": X}, …].`);
  }
  const parsed = v.safeParse(trainedSchema, data);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new UsageError(`${path}: ${v.getDotPath(issue) ?? 'the list'}: ${issue.message}.`);
  }
  const problem = problemOfSpace(space, { objectives: ['macs'], limits: {}, quality: () => 0 });
  return parsed.output.map(({ genotype, quality }, i) => {
    const fits =
      genotype.length === space.genes.length && genotype.every((index, gene) => index < space.genes[gene]!.options);
    const net = fits ? problem.net(genotype) : undefined;
    if (!net) throw new UsageError(`${path}: entry ${i + 1}: its genotype is no net of this space.`);
    return { genotype, quality, macs: net.costs.macs, params: net.costs.params };
  });
}

/** Standard deviation of one training's result, from nets that were trained more than once; 0 where none was. */
function noiseOf(samples: readonly Sample[]): number {
  const groups = new Map<string, number[]>();
  for (const { genotype, quality } of samples) {
    const key = genotype.join();
    groups.set(key, [...(groups.get(key) ?? []), quality]);
  }
  let [squares, freedom] = [0, 0];
  for (const values of groups.values()) {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    squares += values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    freedom += values.length - 1;
  }
  return freedom > 0 ? Math.sqrt(squares / freedom) : 0;
}
