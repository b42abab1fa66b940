// Names of a classifier's answers, and the probabilities that the logits stand for.

/** Number of classes of ImageNet-1k. */
export const imagenetClasses = 1000;

/** ImageNet's names for a net of so many outputs: TensorFlow's nets have a background before the thousand. Undefined for other counts. */
export function imagenetNames(labels: readonly string[], outputs: number): readonly string[] | undefined {
  if (outputs === imagenetClasses) return labels;
  return outputs === imagenetClasses + 1 ? ['background', ...labels] : undefined;
}

/** One label a line, in the order of the classes. Throws RangeError when there are not `classes` of them. */
export function parseLabels(text: string, classes?: number): readonly string[] {
  const labels = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (classes !== undefined && labels.length !== classes) {
    throw new RangeError(`the list has ${labels.length} labels, the net has ${classes} classes`);
  }
  return labels;
}

/** The first of a label's synonyms: `tench, Tinca tinca` → `tench`. */
export const shortLabel = (label: string): string => label.split(',', 1)[0] as string;

/** Softmax in float64: sums to one. All NaN when a logit is NaN. */
export function probabilities(logits: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i] as number);
  const result = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = result.reduce((total, value) => total + value, 0);
  return result.map((value) => value / sum);
}

export interface Answer {
  /** Class index, from 0. */
  readonly index: number;
  readonly probability: number;
}

/** The `count` most probable classes, the most probable first; of equal ones the lower index. */
export function topAnswers(logits: ArrayLike<number>, count: number): readonly Answer[] {
  const all = probabilities(logits);
  const order = Array.from(all.keys()).sort((a, b) => (all[b] as number) - (all[a] as number) || a - b);
  return order.slice(0, count).map((index) => ({ index, probability: all[index] as number }));
}

/**
 * True when a checkpoint says of itself that it was trained on ImageNet-1k: a file or hub id in PyTorch Image Models' manner
 * (`mobilenetv2_100.ra_in1k`), or metadata that names it. The number of classes alone says nothing.
 */
export function saysImagenet(names: Iterable<string>): boolean {
  for (const name of names)
    if (/(^|[^a-z0-9])(in1k|imagenet[-_ ]?1k|ilsvrc[-_ ]?2012)([^a-z0-9]|$)/i.test(name)) return true;
  return false;
}
