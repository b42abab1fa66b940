// From any sample rate to the net's: band-limited interpolation with a Kaiser-windowed sinc (Smith, Digital Audio Resampling, CCRMA).

/** Zero crossings of the sinc on either side, and the window's shape: the stop band is 80 dB down. */
const crossings = 32;
const beta = 8;
/** Share of the lower rate's band that passes; the rest is the filter's slope. */
const passed = 0.94;

/** Modified Bessel function of the first kind, order 0, by its series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** Samples of `from` Hz at `to` Hz, both whole numbers. */
export function resampleSound(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const shared = divisor(from, to);
  const [up, down] = [to / shared, from / shared];
  const cutoff = Math.min(1, up / down) * passed;
  const reach = Math.ceil(crossings / cutoff);
  const width = 2 * reach + 1;
  // The filter at each of the `up` places between two samples where an output may lie.
  const phases = Float64Array.from({ length: up * width }, (_, i) => {
    const distance = (i % width) - reach - Math.floor(i / width) / up;
    const x = distance * cutoff;
    const share = distance / (reach + 1);
    const window = bessel(beta * Math.sqrt(Math.max(0, 1 - share * share))) / bessel(beta);
    return cutoff * window * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
  });
  return Float32Array.from({ length: Math.floor((samples.length * up) / down) }, (_, i) => {
    const [centre, phase] = [Math.floor((i * down) / up), (i * down) % up];
    let sum = 0;
    const first = Math.max(0, reach - centre);
    const last = Math.min(width, samples.length - centre + reach);
    for (let k = first; k < last; k++)
      sum += (samples[centre + k - reach] as number) * (phases[phase * width + k] as number);
    return sum;
  });
}
