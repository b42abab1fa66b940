// What every reader of a picture's header says: size, orientation, or the end of a sentence that begins with the file's name.

/** EXIF's numbers: 1 as it lies, 2 mirrored, 3 upside down, 4 upside down and mirrored, 5–8 the same with rows and columns exchanged. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export interface PictureFacts {
  /** Pixels, before {@link Orientation} is applied. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
}

export const cutShort = 'is cut short: its end is missing. Copy or download it again';
export const damaged = (how: string): string => `is damaged (${how}). Copy or download it again`;
