// Concordance correlation (Lin 1989): how well predicted values of arousal, dominance or valence agree with the truth, over a whole set.

/** 2 cov / (var x + var y + (mean x − mean y)²), population moments. */
export function concordance(truth: ArrayLike<number>, prediction: ArrayLike<number>): number {
  const n = truth.length;
  let [meanX, meanY] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanX += (truth[i] as number) / n;
    meanY += (prediction[i] as number) / n;
  }
  let [both, varX, varY] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [(truth[i] as number) - meanX, (prediction[i] as number) - meanY];
    both += (x * y) / n;
    varX += (x * x) / n;
    varY += (y * y) / n;
  }
  return (2 * both) / (varX + varY + (meanX - meanY) ** 2);
}
