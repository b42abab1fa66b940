// Entropy calibration (NVIDIA's): the clipping threshold whose quantized distribution tells least apart from the original one.

/** Levels of a magnitude: half of a byte's, as the method is defined for signed bytes. */
const levels = 128;

/** `prefix[i]` = Σ of the first i. */
function prefixSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i++) sums[i + 1] = sums[i]! + values[i]!;
  return sums;
}

/**
 * Number of bins to keep (≥ `levels`), of a histogram of magnitudes. For each candidate n: P is the first n bins with everything beyond
 * them in the last one; Q is P without that mass, merged to `levels` bins and spread evenly over its bins that P fills; the least
 * Kullback–Leibler divergence Σ p·ln(p/q) wins. Zeros (bin 0 of a ReLU's output) would drown the rest, so bin 0 counts as bin 1.
 */
export function entropyThreshold(histogram: Float64Array): number {
  const counts = histogram.slice();
  if (counts.length > 1) counts[0] = counts[1]!;
  const masses = prefixSums(counts);
  const filled = prefixSums(counts.map((count) => (count > 0 ? 1 : 0)));
  // Σ c·ln c: with it Σ p·ln p of any prefix needs no loop.
  const entropies = prefixSums(counts.map((count) => (count > 0 ? count * Math.log(count) : 0)));
  const total = masses[counts.length]!;
  let best = counts.length;
  let least = Infinity;
  for (let kept = Math.min(levels, counts.length); kept <= counts.length; kept++) {
    const inside = masses[kept]!;
    const beyond = total - inside;
    if (inside <= 0) continue;
    const last = counts[kept - 1]! + beyond;
    let divergence = entropies[kept - 1]! + (last > 0 ? last * Math.log(last) : 0) - total * Math.log(total);
    for (let level = 0; level < levels; level++) {
      const from = Math.floor((level * kept) / levels);
      const to = Math.floor(((level + 1) * kept) / levels);
      const mass = masses[to]! - masses[from]!;
      const own = to === kept ? mass + beyond : mass;
      if (own <= 0) continue;
      // The last bin takes what lies beyond, so P fills it even where the histogram does not.
      const bins = filled[to]! - filled[from]! + (to === kept && beyond > 0 && counts[kept - 1] === 0 ? 1 : 0);
      divergence -= own * Math.log(mass / bins / inside);
    }
    if (divergence / total < least) {
      least = divergence / total;
      best = kept;
    }
  }
  return best;
}
