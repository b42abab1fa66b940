// What crosses the border while a labelled folder is judged.
import type { Picture, Preparation } from '../../../graph/pictures/preprocess.ts';
import type { FoundTruths } from '../../../graph/tasks/truth/folder-truth.ts';
import type { ClassResult, Judgement, Truth } from '../../../graph/tasks/truth/judge.ts';
import type { Outcome } from '../../border/protocol.ts';

/** A mask comes as the PNG file that it is and the pixels that it was decoded to. */
export type GivenTruth =
  | Exclude<Truth, { kind: 'mask' }>
  | { readonly kind: 'mask'; readonly name: string; readonly png: Uint8Array; readonly picture: Picture };

export interface GivenFolder {
  /** Of the pictures: photos, and masks where there are some. */
  readonly paths: readonly string[];
  readonly labels: readonly string[];
  /** Files that may be COCO's JSON. */
  readonly json: readonly { readonly path: string; readonly file: Blob }[];
}

export interface FolderVerdict {
  /** Pictures. */
  readonly judged: number;
  readonly verdict: Judgement;
  readonly classes: readonly ClassResult[];
}

export interface JudgeCalls {
  /** Which pictures of a folder have a truth for the open net, and which. */
  truths(ticket: number, folder: GivenFolder): Promise<Outcome<FoundTruths>>;
  /** Forgets what was judged. */
  startJudging(): void;
  /** Looks at a picture and holds the answer against its truth; milliseconds of the net. The bitmap is the worker's from now on. */
  judge(ticket: number, picture: ImageBitmap, preparation: Preparation, truth: GivenTruth): Promise<Outcome<number>>;
  /** What all of it comes to so far; undefined before the first answer. */
  verdict(): Promise<Outcome<FolderVerdict | undefined>>;
}
