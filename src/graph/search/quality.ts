// What a search takes for quality: a fit on nets that were trained, or the order by size that says of itself that nothing was trained.
import * as v from 'valibot';
import type { Genotype } from './genes.ts';
import { priorOf, priorSentence } from './prior.ts';
import { reliabilityOf } from './reliability.ts';
import { fitRidge, type Sample } from './ridge.ts';
import { problemOfSpace, type SpaceNet } from './space/problem.ts';
import type { Space } from './space/space.ts';

export interface Quality {
  of(net: SpaceNet, genotype: Genotype): number;
  readonly json: QualityFacts;
}

export interface QualityFacts {
  readonly source: 'prior' | 'trained';
  readonly sentence: string;
  /** Estimated share of pairs at equal cost that are put in the right order; null where nothing was trained. */
  readonly reliability: number | null;
  /** Standard deviation of what the fit says of nets that it has not seen, in the trainings' unit; null where nothing was trained. */
  readonly sd: number | null;
}

/** What a file of trainings holds. */
export const trainedSchema = v.pipe(
  v.array(
    v.object({
      genotype: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
      quality: v.pipe(v.number(), v.finite()),
    }),
  ),
  v.minLength(4, 'at least four nets are needed'),
);
export type Training = v.InferOutput<typeof trainedSchema>[number];

/** Why trainings cannot carry a search, as a sentence without its end. */
export class TrainingsError extends Error {}

export const priorQuality: Quality = {
  of: ({ costs }) => priorOf(costs),
  json: { source: 'prior', sentence: priorSentence, reliability: null, sd: null },
};

/** Throws {@link TrainingsError} where they are of another space, too few, or too noisy. */
export function trainedQuality(space: Space, trainings: readonly Training[]): Quality {
  const samples = samplesOf(space, trainings);
  const noise = noiseOf(samples);
  const predictor = fitRidge(space.genes, samples);
  const spread =
    Math.max(...samples.map(({ quality }) => quality)) - Math.min(...samples.map(({ quality }) => quality));
  const { share, enough, pairs } = reliabilityOf(predictor, samples, noise, 0.02 * spread);
  if (!enough || share === undefined)
    throw new TrainingsError(
      `not enough trainings to search by: ${samples.length} nets, ${pairs} pairs of equal cost${share === undefined ? '' : `, of which ${(100 * share).toFixed(0)} in 100 come out in the right order`}. Train more nets, or the same ones longer`,
    );
  const sd = Math.sqrt(
    samples.reduce((sum, { quality }, i) => sum + (quality - predictor.heldOut[i]!) ** 2, 0) / samples.length,
  );
  return {
    of: ({ costs: { macs, params } }, genotype) => predictor.predict({ genotype, macs, params }),
    json: {
      source: 'trained',
      sentence: `From ${samples.length} trainings; of held-out pairs at equal cost it orders ${(100 * share).toFixed(0)} of 100 right.`,
      reliability: share,
      sd,
    },
  };
}

function samplesOf(space: Space, trainings: readonly Training[]): readonly Sample[] {
  const problem = problemOfSpace(space, { objectives: ['macs'], limits: {}, quality: () => 0 });
  return trainings.map(({ genotype, quality }, i) => {
    const fits =
      genotype.length === space.genes.length && genotype.every((index, gene) => index < space.genes[gene]!.options);
    const net = fits ? problem.net(genotype) : undefined;
    if (!net) throw new TrainingsError(`entry ${i + 1}: its genotype is no net of this space`);
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
