// Shader text of a sliding window over a map: output pixel from a row index, then a guarded loop over the taps.
import type { Window } from '../families/window.ts';
import type { Shape } from '../op.ts';

/** Declares u32 `n`, `oy`, `ox` of the output pixel `row`. */
export function outputPixel(output: Shape, row = 'row'): string {
  const [batch, height, width] = output as [number, number, number, number];
  return `let ox = ${row} % ${width}u;
let oy = (${row} / ${width}u)${batch === 1 ? '' : ` % ${height}u`};
let n = ${batch === 1 ? '0u' : `${row} / ${height * width}u`};`;
}

/** `body` for every tap inside the input; it sees u32 `ky`, `kx` and `pixel`, the input's row index. Taps outside are skipped. */
export function forTaps(input: Shape, w: Window, body: string): string {
  const [, height, width] = input as [number, number, number, number];
  return `for (var ky = 0u; ky < ${w.kernel[0]}u; ky++) {
let iy = i32(oy * ${w.stride[0]}u + ky * ${w.dilation[0]}u) - ${w.pads[0]};
if (iy < 0 || iy >= ${height}) { continue; }
for (var kx = 0u; kx < ${w.kernel[1]}u; kx++) {
let ix = i32(ox * ${w.stride[1]}u + kx * ${w.dilation[1]}u) - ${w.pads[1]};
if (ix < 0 || ix >= ${width}) { continue; }
let pixel = (n * ${height}u + u32(iy)) * ${width}u + u32(ix);
${body}
}
}`;
}
