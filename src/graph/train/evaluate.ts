// How well weights do on held-out pictures: loss, accuracy, which classes are taken for which, and the pictures that go worst.
import type { InferredGraph } from '../ir/graph.ts';
import type { TrainBackend } from './backend.ts';
import { heldOutBatch } from './batch.ts';
import { logSoftmax } from './class-targets.ts';
import type { LabelledPictures, DataSplit } from './data/pictures.ts';

export interface WorstPicture {
  readonly index: number;
  readonly label: number;
  readonly answer: number;
  /** Cross-entropy. */
  readonly loss: number;
}

export interface HeldOutScore {
  readonly count: number;
  /** Mean cross-entropy. */
  readonly loss: number;
  /** Share of the pictures that get their class. */
  readonly accuracy: number;
  /** `[truth][answer]`. */
  readonly confusion: readonly (readonly number[])[];
  /** Wrong ones, the surest first. */
  readonly worst: readonly WorstPicture[];
}

const mostWorst = 12;

/** In inference mode. `batched`: the net for several inputs; the last batch is filled up with pictures that do not count. */
export async function evaluate(
  backend: TrainBackend,
  batched: InferredGraph,
  weights: ReadonlyMap<string, Float32Array>,
  pictures: LabelledPictures,
  part: DataSplit,
): Promise<HeldOutScore> {
  const [rows, columns] = batched.facts.get(batched.outputs[0] as string)?.shape as readonly [number, number];
  const count = pictures.counts[part];
  const confusion = Array.from({ length: columns }, () => new Array<number>(columns).fill(0));
  const wrong: WorstPicture[] = [];
  let [loss, right] = [0, 0];
  for (let from = 0; from < count; from += rows) {
    const { input, labels } = heldOutBatch(pictures, part, from, rows);
    const logits = await backend.infer(batched, weights, input);
    for (let row = 0; row < Math.min(rows, count - from); row++) {
      const log = logSoftmax(logits, row * columns, columns);
      const label = labels[row] as number;
      const answer = log.indexOf(log.reduce((a, b) => Math.max(a, b), -Infinity));
      const own = -(log[label] as number);
      loss += own;
      if (answer === label) right++;
      else wrong.push({ index: from + row, label, answer, loss: own });
      const counts = confusion[label];
      // Weights that are not finite answer nothing.
      if (counts && answer >= 0) counts[answer] = (counts[answer] as number) + 1;
    }
  }
  const worst = wrong.sort((a, b) => b.loss - a.loss).slice(0, mostWorst);
  return { count, loss: loss / count, accuracy: right / count, confusion, worst };
}
