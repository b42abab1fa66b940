// Many photos of the user's own, kept for the life of the page: Try answers them one after another, Quantize can calibrate with them.
import { perSession } from '../state/per-session.svelte.ts';
import type { FoundFile } from './dropped.ts';
import { isPhoto } from './photo.ts';

export class Photos {
  files = $state.raw<readonly FoundFile[]>([]);

  /** Takes the photos among files; false when there is none. */
  add(files: readonly FoundFile[]): boolean {
    const photos = files.filter(({ file }) => isPhoto(file));
    this.files = [...this.files, ...photos];
    return photos.length > 0;
  }
  clear(): void {
    this.files = [];
  }
}

export const photosOf = perSession(() => new Photos());
