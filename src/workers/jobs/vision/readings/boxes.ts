// Boxes of a detector on the GPU: what is above the threshold comes back decoded, at most 8 kB a frame; suppression is left to the CPU.
import type { PlanTensor } from '../../../../graph/plan/plan.ts';
import { answerOf, shareOf } from '../../../../graph/tasks/detect/read-boxes.ts';
import { detectorOf } from '../../../../graph/tasks/detect/settings.ts';
import type { TaskNet } from '../../../../graph/tasks/task.ts';
import { boxesWgsl } from './boxes-wgsl.ts';
import type { GpuReading, ReadAnswer } from './reading.ts';
import { below, group, headWords, ofRank, rank } from './wgsl.ts';

/** Read back a frame, bytes. */
const most = 8192;

export function boxesReading(net: TaskNet, codes: PlanTensor, logits: PlanTensor): GpuReading | undefined {
  const detector = detectorOf(net);
  if (!detector) return undefined;
  const { softmax, code, background } = detector;
  const anchors = detector.anchors.length / 4;
  if (codes.shape[1] !== anchors || logits.shape[1] !== anchors) return undefined;
  const classes = detector.logits - Number(background);
  const stride = 2 + code;
  const capacity = Math.floor((most / 4 - headWords) / stride);

  function read(result: Uint32Array<ArrayBuffer>, asked: { readonly score: number }): ReadAnswer {
    const [count = 0, highest = 0, unsound = 0] = result;
    const values = new Float32Array(result.buffer, result.byteOffset, result.length);
    const records = Array.from({ length: Math.min(count, capacity) }, (_, i) => headWords + i * stride);
    const anchorAt = (record: number): number => Math.floor((result[record] as number) / classes);
    const found = [...new Set(records.map(anchorAt))].sort((a, b) => a - b);
    const rows = new Map(found.map((anchor, row) => [anchor, row]));
    const boxes = new Float64Array(4 * found.length);
    const points = new Float64Array((code - 4) * found.length);
    const scores = new Float64Array(classes * found.length);
    for (const record of records) {
      const row = rows.get(anchorAt(record)) as number;
      const score = values[record + 1] as number;
      scores[row * classes + ((result[record] as number) % classes)] = softmax ? score : shareOf(score);
      boxes.set(values.subarray(record + 2, record + 6), 4 * row);
      points.set(values.subarray(record + 6, record + stride), (code - 4) * row);
    }
    const top = highest === 0 ? -Infinity : ofRank(highest);
    const best = softmax ? Math.max(0, top) : shareOf(top);
    const all = { boxes, scores, classes, best, anchors: found, ...(code > 4 && { points }) };
    return {
      unsound,
      answer: (settings) => (count > capacity || settings.score < asked.score ? undefined : answerOf(all, settings)),
    };
  }

  return {
    wgsl: boxesWgsl(detector, { stride, capacity }),
    outputs: 2,
    workgroups: Math.ceil(anchors / group),
    table: Float32Array.from(detector.anchors),
    resultBytes: 4 * (headWords + capacity * stride),
    words: ({ score }) => Uint32Array.of(rank(below(softmax ? score : Math.log(score / (1 - score)))), 0, 0, 0),
    read,
  };
}
