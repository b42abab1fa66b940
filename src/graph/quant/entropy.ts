// Entropy calibration (NVIDIA's): the clipping threshold whose quantised distribution tells least apart from the original one.

/** Levels of a magnitude: half of a byte's, as the method is defined for signed bytes. */
const levels = 128;

/**
 * Number of bins to keep (≥ `levels`), of a histogram of magnitudes. For each candidate: P is the histogram with everything beyond the
 * threshold in its last bin; Q is P without that mass, merged to `levels` bins and spread evenly over its bins that are not empty; the
 * least Kullback–Leibler divergence of P from Q wins. Zeros (bin 0 of a ReLU's output) would drown the rest, so bin 0 counts as bin 1.
 */
export function entropyThreshold(histogram: Float64Array): number {
  const counts = histogram.slice();
  if (counts.length > 1) counts[0] = counts[1]!;
  let beyond = counts.reduce((sum, count) => sum + count, 0);
  for (let i = 0; i < Math.min(levels, counts.length); i++) beyond -= counts[i]!;
  let best = counts.length;
  let least = Infinity;
  for (let kept = Math.min(levels, counts.length); kept <= counts.length; kept++) {
    const divergence = divergenceAt(counts, kept, Math.max(0, beyond));
    if (divergence < least) {
      least = divergence;
      best = kept;
    }
    if (kept < counts.length) beyond -= counts[kept]!;
  }
  return best;
}

function divergenceAt(counts: Float64Array, kept: number, beyond: number): number {
  let total = beyond;
  for (let i = 0; i < kept; i++) total += counts[i]!;
  if (total <= 0) return Infinity;
  const sumQ = total - beyond;
  if (sumQ <= 0) return Infinity;
  let divergence = 0;
  for (let level = 0; level < levels; level++) {
    const from = Math.floor((level * kept) / levels);
    const to = Math.floor(((level + 1) * kept) / levels);
    let mass = 0;
    let filled = 0;
    for (let i = from; i < to; i++) {
      mass += counts[i]!;
      if (counts[i]! > 0 || (i === kept - 1 && beyond > 0)) filled++;
    }
    // Mass of P in bins where Q has none is as bad as it gets.
    for (let i = from; i < to; i++) {
      const p = (counts[i]! + (i === kept - 1 ? beyond : 0)) / total;
      if (p <= 0) continue;
      const q = mass / filled / sumQ;
      if (q <= 0) return Infinity;
      divergence += p * Math.log(p / q);
    }
  }
  return divergence;
}
