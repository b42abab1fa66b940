// What many answers are worth against their truths: accuracy of classes, COCO's figures of boxes, mean intersection over union of masks.
import type { ToPicture } from '../../pictures/preprocess.ts';
import { cocoFigures, type CocoFigures, type FoundBox, type TrueBox } from '../detect/coco-map.ts';
import { MaskCounts, type MaskFigures } from '../segment/classes.ts';
import type { AnswerSettings, Task, TaskAnswer } from '../task.ts';
import { inFront, type TrueMask } from './mask-file.ts';

export type Truth =
  | { readonly kind: 'class'; readonly index: number }
  | { readonly kind: 'boxes'; readonly boxes: readonly Omit<TrueBox, 'image'>[] }
  | { readonly kind: 'mask'; readonly mask: TrueMask };

export type Judgement =
  | { readonly metric: 'accuracy'; readonly top1: number; readonly top5: number }
  | { readonly metric: 'mAP'; readonly figures: CocoFigures }
  | ({ readonly metric: 'mIoU' } & MaskFigures);

/** What one class comes to. */
export interface ClassResult {
  readonly class: number;
  /** Of the truths: pictures of a class, boxes, or pixels of masks. */
  readonly n: number;
  /** Shares by name: `top-1`, `AP50`, `IoU`. */
  readonly figures: Readonly<Record<string, number>>;
}

/** How answers are judged of a task; undefined where no truth is read for it. */
export const truthOf = ({ kind }: Pick<Task, 'kind'>): Truth['kind'] | undefined =>
  (({ classify: 'class', exits: 'class', detect: 'boxes', face: 'boxes', segment: 'mask', matte: 'mask' }) as const)[
    kind as 'classify'
  ];

/** COCO's figures want every box, however unsure: precision at high recall is theirs. */
export const judgedSettings = (task: Pick<Task, 'kind' | 'settings'>): AnswerSettings =>
  truthOf(task) === 'boxes' ? { ...task.settings, score: 0.01, most: 100 } : { ...task.settings, most: 5 };

export class Judge {
  judged = 0;
  #right = { top1: 0, top5: 0 };
  readonly #ranks = new Map<number, number[]>();
  readonly #truth: TrueBox[] = [];
  readonly #found: FoundBox[] = [];
  #masks: MaskCounts | undefined;

  /** `back`: from the net's input to pixels of the picture. */
  add(truth: Truth, answer: TaskAnswer, back: ToPicture): void {
    const image = this.judged++;
    if (truth.kind === 'class' && answer.kind === 'classes') {
      const place = answer.heads.at(-1)?.top.findIndex(({ index }) => index === truth.index) ?? -1;
      this.#right.top1 += Number(place === 0);
      this.#right.top5 += Number(place >= 0 && place < 5);
      const places = this.#ranks.get(truth.index);
      if (places) places.push(place);
      else this.#ranks.set(truth.index, [place]);
    } else if (truth.kind === 'boxes' && answer.kind === 'boxes') {
      for (const box of truth.boxes) this.#truth.push({ ...box, image });
      for (const { class: index, score, box } of answer.boxes) {
        const [left, top, right, bottom] = [back.x(box[0]), back.y(box[1]), back.x(box[2]), back.y(box[3])];
        this.#found.push({ image, class: index, score, box: [left, top, right - left, bottom - top] });
      }
    } else if (truth.kind === 'mask' && (answer.kind === 'mask' || answer.kind === 'matte')) {
      const wanted = answer.kind === 'matte' ? inFront(truth.mask) : truth.mask;
      this.#masks ??= new MaskCounts(answer.kind === 'matte' ? 2 : answer.classes);
      this.#masks.add(wanted.mask, atTruth(answer, wanted, back));
    } else this.judged--;
  }

  /** Classes that the truths have, in order. */
  get classes(): readonly ClassResult[] {
    if (this.#masks) {
      const { pixels, figures } = this.#masks;
      return figures.iou.flatMap((iou, index) =>
        iou === null ? [] : [{ class: index, n: pixels[index] as number, figures: { IoU: iou } }],
      );
    }
    const boxClasses = new Set(this.#truth.map((box) => box.class));
    const results = [
      ...[...this.#ranks].map(([index, places]) => {
        const share = (most: number): number =>
          places.filter((place) => place >= 0 && place < most).length / places.length;
        return { class: index, n: places.length, figures: { 'top-1': share(1), 'top-5': share(5) } };
      }),
      ...[...boxClasses].map((index) => {
        const boxes = this.#truth.filter((box) => box.class === index);
        const found = this.#found.filter((box) => box.class === index);
        const { AP, AP50, AP75, AR100 } = cocoFigures(boxes, found);
        return { class: index, n: boxes.length, figures: { AP, AP50, AP75, AR100 } };
      }),
    ];
    return results.sort((a, b) => a.class - b.class);
  }

  /** Undefined before an answer was judged. */
  get verdict(): Judgement | undefined {
    const { judged } = this;
    if (judged === 0) return undefined;
    if (this.#masks) return { metric: 'mIoU', ...this.#masks.figures };
    if (this.#truth.length + this.#found.length > 0)
      return { metric: 'mAP', figures: cocoFigures(this.#truth, this.#found) };
    return { metric: 'accuracy', top1: this.#right.top1 / judged, top5: this.#right.top5 / judged };
  }
}

/** The net's mask at every pixel of the truth's, which lies on the picture. */
function atTruth(
  answer: Extract<TaskAnswer, { kind: 'mask' | 'matte' }>,
  { width, height }: TrueMask,
  back: ToPicture,
): Uint16Array {
  const place = (length: number, side: number, at: (fraction: number) => number): Int32Array => {
    const [from, to] = [at(0), at(1)];
    return Int32Array.from({ length }, (_, i) =>
      Math.max(0, Math.min(side - 1, Math.floor(((i + 0.5 - from) / (to - from)) * side))),
    );
  };
  const columns = place(width, answer.width, (fraction) => back.x(fraction));
  const rows = place(height, answer.height, (fraction) => back.y(fraction));
  const found = new Uint16Array(width * height);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to++) {
      const at = (rows[y] as number) * answer.width + (columns[x] as number);
      found[to] = answer.kind === 'mask' ? (answer.mask[at] as number) : Number((answer.share[at] as number) >= 0.5);
    }
  return found;
}
