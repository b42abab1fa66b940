// A picture made small enough to keep by the hundred: for samples whose pixels are gone once the net has seen them.

/** Pixels of a thumbnail's side. */
const side = 48;
let canvas: HTMLCanvasElement | undefined;

/** The centre square of a picture of that size, as a JPEG in a data URL of about 1 kB. */
export function thumbnail(source: CanvasImageSource, { width, height }: { width: number; height: number }): string {
  canvas ??= document.createElement('canvas');
  canvas.width = canvas.height = side;
  const square = Math.min(width, height);
  canvas
    .getContext('2d')
    ?.drawImage(source, (width - square) / 2, (height - square) / 2, square, square, 0, 0, side, side);
  return canvas.toDataURL('image/jpeg', 0.7);
}
