// Teaches a linear head on a net's pooled features: standardise, softmax regression with weight decay, accuracy on what was held out.
import { probabilities } from '../../../graph/tasks/classify/labels.ts';

/** Features recorded for one class, in the order of recording; all of one length. */
export interface TaughtClass {
  readonly name: string;
  readonly features: readonly Float32Array[];
}

/** A head: `logits[k] = bias[k] + Σ weight[k, d] · features[d]`. */
export interface Head {
  readonly classes: readonly string[];
  readonly features: number;
  /** `[classes, features]`. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

export interface TeachProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean cross-entropy of the training part. */
  readonly loss: number;
}

export interface Taught {
  readonly head: Head;
  /** Share of the held-out samples that the head gets right. */
  readonly heldOutAccuracy: number;
  readonly heldOut: number;
  readonly trainedOn: number;
  /** Held-out samples, `[truth, answer]`, row by row. */
  readonly confusion: readonly (readonly number[])[];
}

/** Samples that a class needs: four to learn from and one to hold out. */
export const fewestSamples = 5;
const steps = 200;
const decay = 1e-3;
const momentum = 0.9;

/** Why these classes cannot be taught yet, in a sentence; undefined when they can. */
export function teachProblem(
  classes: readonly { readonly name: string; readonly count: number }[],
): string | undefined {
  if (classes.length < 2) return 'A head needs two classes or more to tell apart.';
  const few = classes.find(({ count }) => count < fewestSamples);
  if (few) return `"${few.name}" has ${few.count} of the ${fewestSamples} samples that a class needs.`;
  return undefined;
}

/**
 * Trains step by step: the caller takes the next value when it has time, and stops by not taking it. The last fifth of every class is
 * held out: neighbouring camera frames look alike, so a random split would flatter. Throws RangeError where {@link teachProblem} has a sentence.
 */
export function* teachHead(classes: readonly TaughtClass[]): Generator<TeachProgress, Taught> {
  const problem = teachProblem(classes.map(({ name, features }) => ({ name, count: features.length })));
  if (problem) throw new RangeError(problem);
  const { train, heldOut } = split(classes);
  const size = train[0]?.features.length as number;
  const { mean, scale } = spreadOf(train, size);
  const xs = train.map(({ features }) =>
    features.map((value, d) => (value - (mean[d] as number)) * (scale[d] as number)),
  );
  const count = classes.length;
  const weight = new Float64Array(count * size);
  const bias = new Float64Array(count);
  const weightSpeed = new Float64Array(count * size);
  const biasSpeed = new Float64Array(count);
  // The features' scale is 1, so a sample's squared length is their number: the step that is stable for softmax regression.
  const rate = 1 / size;
  // Every class weighs the same, however many samples it has.
  const share = classes.map((_, k) => 1 / (count * train.filter((sample) => sample.truth === k).length));
  for (let step = 1; step <= steps; step++) {
    const weightGradient = Float64Array.from(weight, (w) => decay * w);
    const biasGradient = new Float64Array(count);
    let loss = 0;
    train.forEach(({ truth }, i) => {
      const x = xs[i] as Float32Array;
      const p = probabilities(logitsOf(x, weight, bias));
      loss -= (share[truth] as number) * Math.log(Math.max(1e-300, p[truth] as number));
      for (let k = 0; k < count; k++) {
        const slope = (share[truth] as number) * ((p[k] as number) - (k === truth ? 1 : 0));
        biasGradient[k] = (biasGradient[k] as number) + slope;
        for (let d = 0; d < size; d++)
          weightGradient[k * size + d] = (weightGradient[k * size + d] as number) + slope * (x[d] as number);
      }
    });
    descend(weight, weightSpeed, weightGradient, rate);
    descend(bias, biasSpeed, biasGradient, 0.5);
    yield { step, steps, loss };
  }
  const head = unstandardise(classes, size, weight, bias, mean, scale);
  const confusion = classes.map(() => classes.map(() => 0));
  for (const { truth, features } of heldOut) {
    const row = confusion[truth] as number[];
    const answer = largest(headLogits(head, features));
    row[answer] = (row[answer] as number) + 1;
  }
  const right = confusion.reduce((sum, row, k) => sum + (row[k] as number), 0);
  return { head, heldOutAccuracy: right / heldOut.length, heldOut: heldOut.length, trainedOn: train.length, confusion };
}

/** The head's logits for one picture's features. Throws RangeError when they are of another net. */
export function headLogits({ classes, features: size, weight, bias }: Head, features: Float32Array): Float32Array {
  if (features.length !== size)
    throw new RangeError(`the head reads ${size} features, this net has ${features.length}`);
  return Float32Array.from(classes, (_, k) => {
    let sum = bias[k] as number;
    for (let d = 0; d < size; d++) sum += (weight[k * size + d] as number) * (features[d] as number);
    return sum;
  });
}

interface Sample {
  readonly truth: number;
  readonly features: Float32Array;
}

/** Of a class's samples, the index of the first one that is held out. */
export const heldOutFrom = (count: number): number => count - Math.max(1, Math.floor(count / 5));

function split(classes: readonly TaughtClass[]): { train: Sample[]; heldOut: Sample[] } {
  const train: Sample[] = [];
  const heldOut: Sample[] = [];
  classes.forEach(({ features }, truth) => {
    const kept = heldOutFrom(features.length);
    features.forEach((values, i) => (i < kept ? train : heldOut).push({ truth, features: values }));
  });
  return { train, heldOut };
}

function spreadOf(samples: readonly Sample[], size: number): { mean: Float64Array; scale: Float64Array } {
  const mean = new Float64Array(size);
  const scale = new Float64Array(size);
  for (const { features } of samples)
    for (let d = 0; d < size; d++) mean[d] = (mean[d] as number) + (features[d] as number) / samples.length;
  for (const { features } of samples)
    for (let d = 0; d < size; d++)
      scale[d] = (scale[d] as number) + ((features[d] as number) - (mean[d] as number)) ** 2 / samples.length;
  // A feature that never changes tells nothing: it stays at zero.
  return { mean, scale: scale.map((variance) => (variance > 1e-12 ? 1 / Math.sqrt(variance) : 0)) };
}

function logitsOf(x: Float32Array, weight: Float64Array, bias: Float64Array): Float64Array {
  return bias.map((sum, k) => {
    for (let d = 0; d < x.length; d++) sum += (weight[k * x.length + d] as number) * (x[d] as number);
    return sum;
  });
}

function descend(values: Float64Array, speed: Float64Array, gradient: Float64Array, rate: number): void {
  for (let i = 0; i < values.length; i++) {
    speed[i] = momentum * (speed[i] as number) - rate * (gradient[i] as number);
    values[i] = (values[i] as number) + (speed[i] as number);
  }
}

/** Folds mean and scale into the head, so that it reads plain features. */
function unstandardise(
  classes: readonly TaughtClass[],
  size: number,
  weight: Float64Array,
  bias: Float64Array,
  mean: Float64Array,
  scale: Float64Array,
): Head {
  const plain = new Float32Array(weight.length);
  const shifted = Float64Array.from(bias);
  for (let k = 0; k < classes.length; k++)
    for (let d = 0; d < size; d++) {
      const w = (weight[k * size + d] as number) * (scale[d] as number);
      plain[k * size + d] = w;
      shifted[k] = (shifted[k] as number) - w * (mean[d] as number);
    }
  return { classes: classes.map(({ name }) => name), features: size, weight: plain, bias: Float32Array.from(shifted) };
}

const largest = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
};
