// From a detector's two outputs to boxes: scores, filter, decoding, suppression; classes count without the background.
import {
  sigmoid,
  type AnswerSettings,
  type AnsweredBox,
  type NetOutput,
  type TaskAnswer,
  type TaskNet,
} from '../task.ts';
import type { DecodedBoxes } from './decode.ts';
import { clipped, suppress } from './nms.ts';
import { detectorOf, type Detector } from './settings.ts';

/** MediaPipe cuts logits here; no sigmoid tells the difference, and none overflows. */
const farthest = 100;

export function readBoxes(net: TaskNet, outputs: readonly NetOutput[], settings: AnswerSettings): TaskAnswer {
  const detector = detectorOf(net);
  const [codes, logits] = outputs;
  if (!detector || !codes || !logits) return { kind: 'boxes', boxes: [], best: NaN };
  const decoded = detector.decode(codes.values);
  return answerOf({ ...decoded, ...probabilitiesOf(detector, logits.values, settings.score) }, settings);
}

interface ScoredBoxes extends DecodedBoxes, Scores {
  /** Which anchor each row is of, where not each anchor has one; they rise. */
  readonly anchors?: readonly number[];
}

/** Suppression, and of what is left the boxes that are wanted. */
export function answerOf(
  { boxes, points, scores, classes, best, anchors }: ScoredBoxes,
  { iou, score, most, only }: AnswerSettings,
): TaskAnswer {
  const seen = clipped(boxes);
  const wanted = only && new Set(only);
  const kept = suppress(seen, scores, classes, { iou, score, perClass: most, total: wanted ? Infinity : most })
    .filter((found) => wanted?.has(found.class) ?? true)
    .slice(0, most);
  const each = points ? points.length / (boxes.length / 4) : 0;
  return {
    kind: 'boxes',
    best,
    boxes: kept.map(({ class: c, score, anchor: row }): AnsweredBox => {
      const [top = NaN, left = NaN, bottom = NaN, right = NaN] = seen.subarray(4 * row, 4 * row + 4);
      const own = points?.subarray(row * each, (row + 1) * each);
      return {
        class: c,
        score,
        box: [left, top, right, bottom],
        anchor: anchors?.[row] ?? row,
        ...(own && {
          points: Array.from({ length: each / 2 }, (_, i) => [own[2 * i] as number, own[2 * i + 1] as number] as const),
        }),
      };
    }),
  };
}

/** The share that a logit says. */
export const shareOf = (logit: number): number => sigmoid(Math.max(-farthest, Math.min(farthest, logit)));

interface Scores {
  readonly scores: Float64Array;
  readonly classes: number;
  /** The highest score of all, above the threshold or not. */
  readonly best: number;
}

/** Without the background. Sigmoids below the threshold are left out: it is held against the logits. */
function probabilitiesOf(
  { logits: width, background, softmax }: Detector,
  logits: Float32Array,
  threshold: number,
): Scores {
  const first = background ? 1 : 0;
  const classes = width - first;
  const anchors = logits.length / width;
  const scores = new Float64Array(anchors * classes);
  let best = softmax ? 0 : -Infinity;
  const least = Math.log(threshold / (1 - threshold));
  for (let i = 0; i < anchors; i++) {
    const row = logits.subarray(i * width, (i + 1) * width);
    if (softmax) {
      const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
      const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      for (let c = 0; c < classes; c++) {
        const score = Math.exp((row[c + first] as number) - largest) / sum;
        scores[i * classes + c] = score;
        best = Math.max(best, score);
      }
    } else
      for (let c = 0; c < classes; c++) {
        const logit = row[c + first] as number;
        if (logit > best) best = logit;
        if (logit > least) scores[i * classes + c] = shareOf(logit);
      }
  }
  return { scores, classes, best: softmax ? best : shareOf(best) };
}
