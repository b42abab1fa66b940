// Names of nets as links and file systems can carry them.
import { linkLimits } from '../../graph/link/link.ts';

// What a link refuses in a name (markup, controls, characters that are invisible or turn the direction of text): see link.ts.
const refused = /[<>\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** A name on one line without markup and hidden characters, at most 80 characters; `untitled` when nothing is left. */
export function cleanName(name: string): string {
  const clean = name.replace(/\s+/g, ' ').replace(refused, '').trim();
  return cut(clean, linkLimits.nameCharacters) || 'untitled';
}

/** `MobileNetV2 (mine)` → `MobileNetV2-mine.arch`: letters, digits and a few signs that every file system takes. */
export function fileName(name: string, extension: string): string {
  const stem = name.replace(/[^\p{L}\p{N}._+@=-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '');
  return `${stem || 'net'}.${extension}`;
}

/** The name of a file without its folder and ending, as the name of a net. */
export const nameOfFile = (file: string): string =>
  cleanName(file.replace(/^.*[\\/]/, '').replace(/\.(arch|txt|onnx|tflite)$/i, ''));

/** A model file among dropped ones is the page's, wherever it falls. */
export const namesModel = (files: FileList): boolean => [...files].some(({ name }) => /\.(onnx|tflite)$/i.test(name));

/** Cuts at a whole character: half a surrogate pair is no text. */
function cut(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
}
