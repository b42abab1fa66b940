// The log-mel maps of following windows as one picture: time to the right, low tones below.
import type { HeardWindow } from '../../../../workers/jobs/vision/protocol.ts';
import { colourOf, rangeOf } from '../../../parts/colours.ts';
import type { Spectrogram } from './listening.svelte.ts';

/** A longer sound leaves columns out. */
const mostColumns = 1600;
const shades = 256;

/** `hop`: from one window to the next as a share of a window. Windows overlap: each gives its first frames, the last one all. */
export function spectrogramPixels(
  windows: readonly HeardWindow[],
  { frames, bands }: Pick<Spectrogram, 'frames' | 'bands'>,
  hop: number,
): ImageData {
  const own = Math.max(1, Math.min(frames, Math.round(frames * hop)));
  const all = own * (windows.length - 1) + frames;
  const columns = Math.min(mostColumns, all);
  const pixels = new ImageData(columns, bands);
  const words = new Uint32Array(pixels.data.buffer);
  let [min, max] = [Infinity, -Infinity];
  for (const { spectrogram } of windows) {
    if (!spectrogram) continue;
    const range = rangeOf(spectrogram, 0, spectrogram.length, 7);
    min = Math.min(min, range.min);
    max = Math.max(max, range.max);
  }
  const table = Uint32Array.from({ length: shades }, (_, i) => {
    const [r, g, b] = colourOf(i / (shades - 1), { min: 0, max: 1 });
    return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
  });
  const scale = max > min ? (shades - 1) / (max - min) : 0;
  for (let x = 0; x < columns; x++) {
    const frame = Math.floor((x * all) / columns);
    const index = Math.min(windows.length - 1, Math.floor(frame / own));
    const values = windows[index]?.spectrogram;
    if (!values) continue;
    const from = (frame - index * own) * bands;
    for (let band = 0; band < bands; band++) {
      const shade = ((values[from + band] as number) - min) * scale;
      words[(bands - 1 - band) * columns + x] = table[Math.max(0, Math.min(shades - 1, Math.round(shade)))] as number;
    }
  }
  return pixels;
}
