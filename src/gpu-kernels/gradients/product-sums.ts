// Float64 sums behind the gradients of convolutions and linear layers: taps of pixels scattered back, and outer products over pixels.

/** How a product reads its input: per output pixel and tap the offset of the first channel, −1 in the padding; channels split into groups. */
export interface Reads {
  /** `[pixels, taps]`. */
  readonly offsets: Int32Array;
  readonly taps: number;
  readonly groups: number;
  readonly groupIn: number;
  readonly groupOut: number;
}

/** Σ over output pixels and taps of dy · weight, by input element. `weights`: `[out][tap][groupIn]`. */
export function scatterBack(dy: ArrayLike<number>, weights: Float64Array, reads: Reads, length: number): Float64Array {
  const { offsets, taps, groups, groupIn, groupOut } = reads;
  const outs = groups * groupOut;
  const sums = new Float64Array(length);
  const pixels = offsets.length / taps;
  if (groupIn === 1 && groupOut === 1) {
    for (let at = 0; at < offsets.length; at++) {
      const offset = offsets[at] as number;
      if (offset < 0) continue;
      const [tap, row] = [at % taps, Math.floor(at / taps) * outs];
      for (let c = 0; c < outs; c++)
        sums[offset + c] = (sums[offset + c] as number) + (dy[row + c] as number) * (weights[c * taps + tap] as number);
    }
    return sums;
  }
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let tap = 0; tap < taps; tap++) {
      const offset = offsets[pixel * taps + tap] as number;
      if (offset < 0) continue;
      for (let group = 0; group < groups; group++) {
        const to = offset + group * groupIn;
        const end = (group + 1) * groupOut;
        for (let o = group * groupOut; o < end; o += 4) {
          // Beyond the last output the factor is 0, whatever row is read.
          const [o1, o2, o3] = [Math.min(o + 1, outs - 1), Math.min(o + 2, outs - 1), Math.min(o + 3, outs - 1)];
          const at = pixel * outs;
          const g0 = dy[at + o] as number;
          const g1 = o + 1 < end ? (dy[at + o1] as number) : 0;
          const g2 = o + 2 < end ? (dy[at + o2] as number) : 0;
          const g3 = o + 3 < end ? (dy[at + o3] as number) : 0;
          if (g0 === 0 && g1 === 0 && g2 === 0 && g3 === 0) continue;
          const w0 = (o * taps + tap) * groupIn;
          const w1 = (o1 * taps + tap) * groupIn;
          const w2 = (o2 * taps + tap) * groupIn;
          const w3 = (o3 * taps + tap) * groupIn;
          for (let c = 0; c < groupIn; c++)
            sums[to + c] =
              (sums[to + c] as number) +
              g0 * (weights[w0 + c] as number) +
              g1 * (weights[w1 + c] as number) +
              g2 * (weights[w2 + c] as number) +
              g3 * (weights[w3 + c] as number);
        }
      }
    }
  return sums;
}

/** Σ over output pixels of dy · x, by output channel, tap and input channel of the group: `[out][tap][groupIn]`. */
export function outerSums(x: ArrayLike<number>, dy: ArrayLike<number>, reads: Reads): Float64Array {
  const { offsets, taps, groups, groupIn, groupOut } = reads;
  const outs = groups * groupOut;
  const sums = new Float64Array(outs * taps * groupIn);
  const pixels = offsets.length / taps;
  if (groupIn === 1 && groupOut === 1) {
    for (let at = 0; at < offsets.length; at++) {
      const offset = offsets[at] as number;
      if (offset < 0) continue;
      const [tap, row] = [at % taps, Math.floor(at / taps) * outs];
      for (let c = 0; c < outs; c++)
        sums[c * taps + tap] = (sums[c * taps + tap] as number) + (dy[row + c] as number) * (x[offset + c] as number);
    }
    return sums;
  }
  // Four pixels at a time, so that a sum is touched once for four products; one in the padding or beyond the last counts 0 times.
  for (let pixel = 0; pixel < pixels; pixel += 4)
    for (let tap = 0; tap < taps; tap++) {
      const from = [0, 1, 2, 3].map((i) => (pixel + i < pixels ? (offsets[(pixel + i) * taps + tap] as number) : -1));
      const rows = from.map((offset, i) => (offset < 0 ? -1 : (pixel + i) * outs));
      const [r0, r1, r2, r3] = rows as [number, number, number, number];
      if (r0 < 0 && r1 < 0 && r2 < 0 && r3 < 0) continue;
      const [f0, f1, f2, f3] = from.map((offset) => Math.max(0, offset)) as [number, number, number, number];
      for (let o = 0; o < outs; o++) {
        const first = Math.floor(o / groupOut) * groupIn;
        const g0 = r0 < 0 ? 0 : (dy[r0 + o] as number);
        const g1 = r1 < 0 ? 0 : (dy[r1 + o] as number);
        const g2 = r2 < 0 ? 0 : (dy[r2 + o] as number);
        const g3 = r3 < 0 ? 0 : (dy[r3 + o] as number);
        if (g0 === 0 && g1 === 0 && g2 === 0 && g3 === 0) continue;
        const to = (o * taps + tap) * groupIn;
        for (let c = 0; c < groupIn; c++)
          sums[to + c] =
            (sums[to + c] as number) +
            g0 * (x[f0 + first + c] as number) +
            g1 * (x[f1 + first + c] as number) +
            g2 * (x[f2 + first + c] as number) +
            g3 * (x[f3 + first + c] as number);
      }
    }
  return sums;
}
