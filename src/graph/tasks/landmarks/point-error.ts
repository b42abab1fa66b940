// How far points are off: normalised mean error by the distance of the outer eye corners, failures and the area under the error curve.

/** x and y in turn. */
export type Points = ArrayLike<number>;

/** Mean distance of the points over the distance of the two `eyes` (indices of points) in the truth, percent. */
export function normalizedMeanError(truth: Points, points: Points, eyes: readonly [number, number]): number {
  const distance = (a: Points, i: number, b: Points, j: number): number =>
    Math.hypot((a[2 * i] as number) - (b[2 * j] as number), (a[2 * i + 1] as number) - (b[2 * j + 1] as number));
  let sum = 0;
  const count = truth.length / 2;
  for (let i = 0; i < count; i++) sum += distance(truth, i, points, i);
  return (100 * sum) / count / distance(truth, eyes[0], truth, eyes[1]);
}

/** A picture with a larger error counts as failed, percent. */
const failedAbove = 10;

/** Of the errors of many pictures, percent each. */
export function errorFigures(errors: readonly number[]): { mean: number; failureRate: number; auc: number } {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean: mean(errors),
    failureRate: mean(errors.map((error) => Number(error > failedAbove))),
    auc: mean(errors.map((error) => Math.max(0, 1 - error / failedAbove))),
  };
}
