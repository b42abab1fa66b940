// Puts pixels on a canvas of exactly their size; CSS scales it.
export const drawn =
  (pixels: ImageData) =>
  (canvas: HTMLCanvasElement): void => {
    if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
      [canvas.width, canvas.height] = [pixels.width, pixels.height];
    }
    canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  };
