// Turns decoded pixels as EXIF says, the same on every machine: browsers and libraries disagree on which kinds of files they turn.
import type { Orientation } from './facts.ts';
import type { Picture } from '../../pictures/resample.ts';

/** The picture as it is meant to be seen; one that lies right comes back as it is. */
export function turn(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 1) return picture;
  const { width, height } = picture;
  const data = picture.data.byteOffset % 4 === 0 ? picture.data : Uint8ClampedArray.from(picture.data);
  const source = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const exchanged = orientation >= 5;
  const [w, h] = exchanged ? [height, width] : [width, height];
  const turned = new Uint32Array(w * h);
  // Where the pixel (x, y) of the result lies in the source: one corner, and a step a column and a row.
  const [right, bottom] = [[2, 3, 7, 8].includes(orientation), [3, 4, 6, 7].includes(orientation)];
  const start = (right ? width - 1 : 0) + (bottom ? (height - 1) * width : 0);
  const [alongX, alongY] = [right ? -1 : 1, bottom ? -width : width];
  const [stepX, stepY] = exchanged ? [alongY, alongX] : [alongX, alongY];
  for (let y = 0, to = 0; y < h; y++)
    for (let x = 0, from = start + y * stepY; x < w; x++, from += stepX) turned[to++] = source[from] as number;
  return { width: w, height: h, data: new Uint8ClampedArray(turned.buffer) };
}
