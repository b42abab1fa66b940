// A text as a QR code's outline: pure, so that what is drawn can be decoded in a test.
import { correction, generate } from 'lean-qr';

/** Bytes in the largest code, version 40, at the lowest level of error correction (ISO/IEC 18004, table 7). */
export const mostQrBytes = 2953;
/** Light modules that a code needs around it (ISO/IEC 18004, 6.3.8). */
const QUIET = 4;

export interface QrDrawing {
  /** Modules a side, with the quiet zone. */
  readonly size: number;
  /** An SVG path over the dark modules, one unit each: a rectangle a run. */
  readonly path: string;
}

/** undefined when the text is too long for any code. */
export function qrDrawing(text: string): QrDrawing | undefined {
  if (new TextEncoder().encode(text).length > mostQrBytes) return undefined;
  // What is left over in the smallest code that fits goes into error correction.
  const code = generate(text, { minCorrectionLevel: correction.L, maxCorrectionLevel: correction.M });
  const runs: string[] = [];
  for (let y = 0; y < code.size; y++)
    for (let x = 0; x < code.size; x++) {
      const from = x;
      while (code.get(x, y)) x++;
      if (x > from) runs.push(`M${from + QUIET} ${y + QUIET}h${x - from}v1h${from - x}z`);
    }
  return { size: code.size + 2 * QUIET, path: runs.join('') };
}

/** The code as a file, 8 units a module. */
export const qrSvg = ({ size, path }: QrDrawing): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${8 * size}" height="${8 * size}" viewBox="0 0 ${size} ${size}"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>\n`;
