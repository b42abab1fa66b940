// Detection against pycocotools and numpy (make-vectors.py): anchors, boxes, suppression, COCO's figures. TASK_VECTORS=DIR holds another
// folder of such files against the same code.
import { expect, test } from 'vitest';
import { fnv1a, mulberry32 } from '../../../src/graph/random.ts';
import {
  blazeAnchors,
  tensorflowAnchors,
  torchvisionAnchors,
  type MapSizes,
} from '../../../src/graph/tasks/detect/anchors.ts';
import { cocoFigures } from '../../../src/graph/tasks/detect/coco-map.ts';
import { blazeBoxes, tensorflowBoxes, torchvisionBoxes } from '../../../src/graph/tasks/detect/decode.ts';
import { clipped, suppress } from '../../../src/graph/tasks/detect/nms.ts';
import { near, readVectors, type Rows } from './vectors.ts';

interface AnchorCase {
  readonly rule: 'tf' | 'torch';
  readonly maps: MapSizes;
  readonly lo: number;
  readonly hi: number;
  readonly ratios: readonly number[];
  readonly reduced: boolean;
  readonly count: number;
  readonly sum: readonly number[];
  readonly at: Readonly<Record<string, readonly number[]>>;
}

test('anchors', () => {
  for (const one of readVectors<readonly AnchorCase[]>('anchors')) {
    const anchors = one.rule === 'tf' ? tensorflowAnchors(one.maps, one) : torchvisionAnchors(one.maps, one);
    // torchvision's figures are centre x, y, width, height.
    const order = one.rule === 'tf' ? [0, 1, 2, 3] : [1, 0, 3, 2];
    const at = (i: number): number[] => order.map((k) => anchors[4 * i + k] as number);
    expect(anchors.length / 4).toBe(one.count);
    const sum = [0, 1, 2, 3].map((k) => Array.from({ length: one.count }, (_, i) => at(i)[k] as number));
    near(
      sum.map((values) => values.reduce((a, b) => a + b, 0)),
      one.sum,
      1e-6,
    );
    for (const [i, wanted] of Object.entries(one.at)) near(at(Number(i)), wanted, 1e-6);
  }
});

interface DecodeFile {
  readonly anchors_cy_cx_h_w: Rows;
  readonly encodings_ty_tx_th_tw: Rows;
  readonly boxes_ymin_xmin_ymax_xmax: Rows;
  readonly torch_order: { readonly clamp: number };
  readonly blaze?: {
    readonly map: readonly [number, number];
    readonly anchors: number;
    readonly size: number;
    readonly codes: Rows;
    readonly boxes_ymin_xmin_ymax_xmax: Rows;
    readonly points: Rows;
  };
}

test('boxes from codes', () => {
  const file = readVectors<DecodeFile>('decode');
  const anchors = Float64Array.from(file.anchors_cy_cx_h_w.flat());
  const codes = file.encodings_ty_tx_th_tw;
  // Seven decimals of anchor and code are given.
  near(tensorflowBoxes(codes.flat(), anchors), file.boxes_ymin_xmin_ymax_xmax.flat(), 1e-6);
  const swapped = codes.flatMap(([ty, tx, th, tw]) => [tx, ty, tw, th] as number[]);
  near(torchvisionBoxes(swapped, anchors), file.boxes_ymin_xmin_ymax_xmax.flat(), 1e-6);
  const [, , capped] = torchvisionBoxes([0, 0, 0, 1e6], Float64Array.of(0, 0, 1, 1)).map(Math.log);
  expect(capped).toBeCloseTo(file.torch_order.clamp - Math.LN2, 9);
  if (!file.blaze) return;
  const { blaze } = file;
  const places = blazeAnchors([blaze.map], [blaze.anchors]);
  const decoded = blazeBoxes(blaze.codes.flat(), places, 8, blaze.size);
  near(decoded.boxes, blaze.boxes_ymin_xmin_ymax_xmax.flat(), 1e-6);
  near(decoded.points ?? [], blaze.points.flat(), 1e-6);
});

interface NmsCase {
  readonly boxes: Rows;
  readonly scores: Rows;
  readonly iou: number;
  readonly score: number;
  readonly per_class: number;
  readonly total: number;
  readonly keep: Rows;
}

test('non-maximum suppression', () => {
  for (const one of readVectors<{ readonly cases: readonly NmsCase[] }>('nms').cases) {
    const boxes = clipped(Float64Array.from(one.boxes.flat()));
    const settings = { iou: one.iou, score: one.score, perClass: one.per_class, total: one.total };
    const kept = suppress(boxes, one.scores.flat(), (one.scores[0] as readonly number[]).length, settings);
    expect(kept.map(({ class: c, score, anchor }) => [c, score, anchor])).toEqual(one.keep);
  }
});

interface MapCase {
  readonly ground_truth: readonly {
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: [number, number, number, number];
    readonly area: number;
    readonly iscrowd: number;
  }[];
  readonly detections: readonly (Pick<MapCase['ground_truth'][number], 'image_id' | 'category_id' | 'bbox'> & {
    readonly score: number;
  })[];
  readonly stats: Readonly<Record<string, number>>;
}

test('COCO’s twelve figures', () => {
  for (const { ground_truth, detections, stats } of readVectors<{ readonly cases: readonly MapCase[] }>('map').cases) {
    const found = cocoFigures(
      ground_truth.map((one) => ({
        image: one.image_id,
        class: one.category_id,
        box: one.bbox,
        area: one.area,
        crowd: one.iscrowd === 1,
      })),
      detections.map((one) => ({
        image: one.image_id,
        class: one.category_id,
        box: one.bbox,
        score: one.score,
      })),
    );
    expect(Object.keys(found)).toEqual(Object.keys(stats));
    near(Object.values(found), Object.values(stats), 1e-6);
  }
});

test('1,917 anchors of 90 classes take a millisecond alone on a core', () => {
  const maps = [19, 10, 5, 3, 2, 1].map((side) => [side, side] as const);
  const anchors = tensorflowAnchors(maps, { lo: 0.2, hi: 0.95, ratios: [1, 2, 0.5, 3, 0.3333], reduced: true });
  const boxes = clipped(tensorflowBoxes(new Float32Array(anchors.length), anchors));
  const next = mulberry32(fnv1a('nms'));
  // As detectors answer: one score in a thousand counts.
  const scores = Float32Array.from({ length: 1917 * 90 }, () => (next() < 0.001 ? 0.3 + 0.7 * next() : 0.3 * next()));
  const times = Array.from({ length: 60 }, () => {
    const started = performance.now();
    expect(suppress(boxes, scores, 90, { iou: 0.6, score: 0.3 }).length).toBeGreaterThan(50);
    return performance.now() - started;
  });
  // The best of many, 0.3 ms on an idle core; beside other work caches are shared, and a core gives a third of its speed.
  expect(Math.min(...times)).toBeLessThan(3);
});
