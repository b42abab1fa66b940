// A colour for every class, the same in boxes, masks and legends: hues far apart for neighbours, light enough to lie on photographs.

/** The golden angle: hues of following indices never come close. */
const step = 137.508;

/** Red, green, blue, 0…255. */
export function classRgb(index: number): readonly [number, number, number] {
  const hue = (200 + index * step) % 360;
  const lightness = 0.6 + 0.07 * (index % 3);
  const chroma = (1 - Math.abs(2 * lightness - 1)) * 0.85;
  const at = (shift: number): number => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (lightness - (chroma / 2) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [at(0), at(8), at(4)];
}

export const classColour = (index: number): string => `rgb(${classRgb(index).join(' ')})`;
