// The predictor of quality: ridge regression on the choices of a space, fitted on a few nets that were trained, with what it is worth printed beside it.
import type { Gene, Genotype } from './genes.ts';

/** A net that was trained: its choices, its two counts, and what it reached. */
export interface Sample {
  readonly genotype: Genotype;
  readonly macs: number;
  readonly params: number;
  readonly quality: number;
}

type Counts = Pick<Sample, 'genotype' | 'macs' | 'params'>;

/** log MACs, log parameters, then one column for each option of each gene. */
function features(genes: readonly Gene[], { genotype, macs, params }: Counts): number[] {
  const row = [Math.log(macs), Math.log(params)];
  for (const [i, { options }] of genes.entries())
    for (let option = 0; option < options; option++) row.push(genotype[i] === option ? 1 : 0);
  return row;
}

export interface Predictor {
  /** Predicted quality, in the samples' unit. */
  predict(net: Counts): number;
  /** What each sample would have been predicted had it not been among them. */
  readonly heldOut: readonly number[];
}

/** The penalty, and how much less it is for the two counts, which speak for every choice: what did best for 30 nets of two spaces of trained nets. */
const lambda = 30;
const countWeight = 6;
/** Makes the constant term practically free of the penalty. */
const intercept = 1e4;

/** Fits log MACs, log parameters and the choices (one-hot) to the samples' quality. Throws below 4 samples. */
export function fitRidge(genes: readonly Gene[], samples: readonly Sample[]): Predictor {
  if (samples.length < 4) throw new Error(`A predictor needs at least 4 trained nets, not ${samples.length}.`);
  const raw = samples.map((sample) => features(genes, sample));
  const columns = raw[0]!.map((_, j) => {
    const values = raw.map((row) => row[j]!);
    const { mean, deviation } = momentsOf(values);
    return { mean, scale: deviation > 1e-12 ? (j < 2 ? countWeight : 1) / deviation : 0 };
  });
  const standard = (row: readonly number[]): number[] =>
    row.map((value, j) => (value - columns[j]!.mean) * columns[j]!.scale);
  const rows = raw.map(standard);
  const { mean } = momentsOf(samples.map(({ quality }) => quality));

  // The dual form: weights = Xᵀ G⁻¹ y with G = X Xᵀ + λ; the error on sample i without it is (G⁻¹ y)ᵢ / (G⁻¹)ᵢᵢ (Rifkin and Lippert 2007, §3).
  const gram = rows.map((a, i) =>
    rows.map((b, j) => a.reduce((sum, value, k) => sum + value * b[k]!, intercept + (i === j ? lambda : 0))),
  );
  const inverse = invert(gram);
  const dual = inverse.map((row) => row.reduce((sum, value, j) => sum + value * (samples[j]!.quality - mean), 0));
  const constant = mean + intercept * dual.reduce((a, b) => a + b, 0);
  const weights = columns.map((_, j) => rows.reduce((sum, row, i) => sum + row[j]! * dual[i]!, 0));
  return {
    heldOut: dual.map((value, i) => samples[i]!.quality - value / inverse[i]![i]!),
    predict: (net) => standard(features(genes, net)).reduce((sum, value, j) => sum + value * weights[j]!, constant),
  };
}

/** Inverse of a symmetric positive definite matrix by Gauss and Jordan. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < size; i++) {
    const pivot = work[i]![i]!;
    work[i] = work[i]!.map((value) => value / pivot);
    for (let k = 0; k < size; k++) {
      const factor = work[k]![i]!;
      if (k === i || factor === 0) continue;
      const from = work[i]!;
      work[k] = work[k]!.map((value, j) => value - factor * from[j]!);
    }
  }
  return work.map((row) => row.slice(size));
}

/** Mean and standard deviation (of the population). */
function momentsOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, deviation: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) };
}
