// Masks as pictures, as Pascal VOC and its followers have them: a palette's entry, a shade of grey or VOC's colour is the class of a pixel.
import type { Picture } from '../../pictures/resample.ts';
import { voidClass } from '../segment/classes.ts';

/** The colour of class n: its bits dealt out to red, green and blue from the highest down (VOC's devkit, `VOClabelcolormap`). */
function vocColour(index: number): number {
  let colour = 0;
  for (let bit = 0, rest = index; bit < 8; bit++, rest >>= 3)
    for (let channel = 0; channel < 3; channel++) colour |= ((rest >> channel) & 1) << (8 * (2 - channel) + 7 - bit);
  return colour;
}
const vocIndex = new Map(Array.from({ length: 256 }, (_, index) => [vocColour(index), index]));

const chunkStart = 8;
const typeAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** What a PNG file says of its samples: bits each, and its palette's colours. */
function pngSamples(bytes: Uint8Array): { readonly depth: number; readonly palette?: ReadonlyMap<number, number> } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const depth = bytes[24] ?? 8;
  for (let at = chunkStart; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const type = typeAt(bytes, at + 4);
    if (type === 'IDAT') break;
    if (type === 'PLTE') {
      const palette = new Map<number, number>();
      for (let i = 0; i < length / 3; i++) {
        const from = at + 8 + 3 * i;
        const colour =
          ((bytes[from] as number) << 16) | ((bytes[from + 1] as number) << 8) | (bytes[from + 2] as number);
        if (!palette.has(colour)) palette.set(colour, i);
      }
      return { depth, palette };
    }
    at += 12 + length;
  }
  return { depth };
}

export interface TrueMask {
  readonly width: number;
  readonly height: number;
  /** Class of each pixel; {@link voidClass} where the truth leaves it open. */
  readonly mask: Uint8Array;
}

/** `bytes`: the PNG file that `picture` was decoded from. Throws Error with the end of a sentence: `has a colour that …`. */
export function maskOf(bytes: Uint8Array, { width, height, data }: Picture): TrueMask {
  const { depth, palette } = pngSamples(bytes);
  const mask = new Uint8Array(width * height);
  const colourAt = (i: number): number =>
    ((data[4 * i] as number) << 16) | ((data[4 * i + 1] as number) << 8) | (data[4 * i + 2] as number);
  const grey = (colour: number): boolean => colour % 0x010101 === 0;
  let shades = !palette;
  for (let i = 0; shades && i < mask.length; i++) shades = grey(colourAt(i));
  // A decoder spreads fewer bits over the whole range.
  const step = depth < 8 ? 255 / (2 ** depth - 1) : 1;
  for (let i = 0; i < mask.length; i++) {
    const colour = colourAt(i);
    const index = shades ? Math.round((colour & 255) / step) : (palette ?? vocIndex).get(colour);
    if (index === undefined)
      throw new Error(
        `has the colour #${colour.toString(16).padStart(6, '0')}, which is no class: masks are PNG files with a palette, in grey with a class a shade, or in the colours of Pascal VOC`,
      );
    mask[i] = index;
  }
  return { width, height, mask };
}

/** A mask with two values, such as black and white: what is not the lower one is in front. */
export function inFront({ mask, ...size }: TrueMask): TrueMask {
  const known = mask.filter((value) => value !== voidClass);
  // White is 255, which is void elsewhere: then the mask has nothing but black beside it.
  const background = known.length > 0 ? known.reduce((a, b) => Math.min(a, b), 255) : 0;
  return { ...size, mask: mask.map((value) => Number(value !== background)) };
}

const stemOf = (path: string): string => (path.split(/[/\\]/).at(-1) ?? '').replace(/\.[^.]*$/, '');
const folderOf = (path: string): string => path.split(/[/\\]/).slice(0, -1).join('/');
const ofMasks = /mask|segment|label|annot|\bgt|truth/i;
const isPng = (path: string): boolean => /\.png$/i.test(path);

/**
 * Photo → its mask, a PNG file of the same name: one of `masks`, or one in another folder, called by masks where both are PNG, or one beside
 * a photo of another kind.
 */
export function pairMasks(paths: readonly string[], masks?: readonly string[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (masks) {
    const known = new Set(masks);
    const byStem = new Map(masks.filter(isPng).map((mask) => [stemOf(mask), mask]));
    for (const path of paths) {
      const mask = byStem.get(stemOf(path));
      if (mask !== undefined && !known.has(path)) pairs.set(path, mask);
    }
    return pairs;
  }
  const byStem = new Map<string, string[]>();
  for (const path of paths) byStem.set(stemOf(path), [...(byStem.get(stemOf(path)) ?? []), path]);
  for (const same of byStem.values()) {
    const pngs = same.filter(isPng);
    const mask = pngs.length === 1 ? pngs[0] : pngs.find((path) => ofMasks.test(folderOf(path)));
    const photo = same.find((path) => path !== mask && !ofMasks.test(folderOf(path)));
    if (mask !== undefined && photo !== undefined) pairs.set(photo, mask);
  }
  return pairs;
}
