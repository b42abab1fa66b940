// What the net saw, as a picture to draw: the bytes that an answer brings along.

/** Undefined where the bytes are of another input size `[height, width]`. */
export function seenPixels(
  rgb: Uint8ClampedArray | undefined,
  [height, width]: readonly [number, number],
): ImageData | undefined {
  if (rgb?.length !== width * height * 3) return undefined;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) data[i * 4 + c] = rgb[i * 3 + c] as number;
  return new ImageData(data, width, height);
}
