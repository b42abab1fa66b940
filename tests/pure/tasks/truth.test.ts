// Labelled folders: COCO's JSON, masks as PNG files have them, pairs of photos and masks, and what answers come to against them.
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodePicture } from '../../../src/cli/picture.ts';
import { cocoTruth, looksLikeCoco } from '../../../src/graph/tasks/truth/coco-file.ts';
import { Judge } from '../../../src/graph/tasks/truth/judge.ts';
import { inFront, maskOf, pairMasks } from '../../../src/graph/tasks/truth/mask-file.ts';
import { judgedCsv } from '../../../src/ui/views/try/tasks/judged-files.ts';

/** A PNG file of one byte a pixel: 0 grey, 3 an entry of a palette. */
function png(rows: readonly (readonly number[])[], kind: 0 | 3, palette: readonly number[] = []): Uint8Array {
  const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  const chunk = (type: string, data: readonly number[]): number[] => {
    const body = [...Buffer.from(type), ...data];
    return [...word(data.length), ...body, ...word(crc32(Uint8Array.from(body)))];
  };
  const pixels = deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])));
  return Uint8Array.from([
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...chunk('IHDR', [...word(rows[0]?.length ?? 0), ...word(rows.length), 8, kind, 0, 0, 0]),
    ...(kind === 3 ? chunk('PLTE', palette) : []),
    ...chunk('IDAT', [...pixels]),
    ...chunk('IEND', []),
  ]);
}
const read = async (bytes: Uint8Array) => [...maskOf(bytes, await decodePicture(bytes, 'mask.png')).mask];

describe('masks', () => {
  test('an entry of any palette, a shade of grey and VOC’s colours are the class', async () => {
    const rows = [
      [0, 1, 2],
      [2, 255, 0],
    ];
    const flat = rows.flat();
    // The colours of a palette mean nothing, black and white among them.
    const palette = Array.from({ length: 768 }, (_, i) =>
      i < 9 ? [255, 255, 255, 0, 0, 0, 9, 9, 9][i]! : (i * 7) % 256,
    );
    expect(await read(png(rows, 3, palette))).toEqual(flat);
    expect(await read(png(rows, 0))).toEqual(flat);
    // VOC: 1 aeroplane (128, 0, 0), 15 person (192, 128, 128), void (224, 224, 192).
    const voc = {
      width: 4,
      height: 1,
      data: Uint8ClampedArray.of(0, 0, 0, 255, 128, 0, 0, 255, 192, 128, 128, 255, 224, 224, 192, 255),
    };
    expect([...maskOf(new Uint8Array(32), voc).mask]).toEqual([0, 1, 15, 255]);
    const other = { width: 1, height: 1, data: Uint8ClampedArray.of(1, 2, 3, 255) };
    expect(() => maskOf(new Uint8Array(32), other)).toThrow('has the colour #010203, which is no class');
  });

  test('of two values the higher is in front, white too', () => {
    const front = (...mask: number[]) => [
      ...inFront({ width: mask.length, height: 1, mask: Uint8Array.from(mask) }).mask,
    ];
    expect([front(0, 255, 255), front(0, 1, 0), front(255, 255)]).toEqual([
      [0, 1, 1],
      [0, 1, 0],
      [1, 1],
    ]);
  });

  test('a photo’s mask has its name and another folder', () => {
    const voc = ['d/JPEGImages/a.jpg', 'd/JPEGImages/b.jpg', 'd/SegmentationClass/a.png'];
    expect([...pairMasks(voc)]).toEqual([['d/JPEGImages/a.jpg', 'd/SegmentationClass/a.png']]);
    expect([...pairMasks(['images/a.png', 'masks/a.png', 'x.png'])]).toEqual([['images/a.png', 'masks/a.png']]);
    expect([...pairMasks(['p/a.png', 'p/b.png'], ['q/a.png', 'q/b.jpg'])]).toEqual([['p/a.png', 'q/a.png']]);
  });
});

const coco = JSON.stringify({
  images: [
    { id: 7, file_name: 'train/a.jpg' },
    { id: 9, file_name: 'b.jpg' },
  ],
  categories: [
    { id: 44, name: 'Hot-Dog' },
    { id: 1, name: 'unicorn' },
  ],
  annotations: [
    { image_id: 7, category_id: 44, bbox: [10, 20, 30, 40], iscrowd: 1 },
    { image_id: 7, category_id: 1, bbox: [0, 0, 1, 1] },
  ],
});

test('COCO’s categories are the net’s classes of the same name; what is none is told', () => {
  const truth = cocoTruth(coco, ['person', 'hot dog']);
  expect(truth.of('/photos/a.jpg')).toEqual([{ class: 1, box: [10, 20, 30, 40], area: 1200, crowd: true }]);
  expect([truth.of('b.jpg'), truth.of('c.jpg'), truth.unknown]).toEqual([[], undefined, ['unicorn']]);
  expect([looksLikeCoco(coco), looksLikeCoco('{"a": 1}')]).toEqual([true, false]);
  expect(() => cocoTruth('{"images": 3}', [])).toThrow('is not COCO’s JSON of boxes: images: ');
  expect(() => cocoTruth('{', [])).toThrow('is no JSON');
});

describe('what answers come to', () => {
  const nothingElse = { pictures: 1, failed: [], notes: [], stopped: false };
  const back = { x: (fraction: number) => 200 * fraction, y: (fraction: number) => 100 * fraction };

  test('accuracy', () => {
    const judge = new Judge();
    for (const place of [0, 1, 4, 7]) {
      const top = Array.from({ length: 5 }, (_, i) => ({ index: i === place ? 3 : 10 + i, value: 0, probability: 0 }));
      judge.add({ kind: 'class', index: 3 }, { kind: 'classes', heads: [{ name: 'logits', top }] }, back);
    }
    expect(judge.verdict).toEqual({ metric: 'accuracy', top1: 0.25, top5: 0.75 });
    expect(judge.classes).toEqual([{ class: 3, n: 4, figures: { 'top-1': 0.25, 'top-5': 0.75 } }]);
  });

  test('boxes in pixels of the picture: one of two found makes half', () => {
    const judge = new Judge();
    const boxes = [0, 60].map((left) => ({ class: 2, box: [left, 20, 40, 40] as const, area: 1600 }));
    const found = { class: 2, score: 0.9, box: [0, 0.2, 0.2, 0.6] as const, anchor: 0 };
    judge.add({ kind: 'boxes', boxes }, { kind: 'boxes', boxes: [found], best: 0.9 }, back);
    const { verdict } = judge;
    if (verdict?.metric !== 'mAP') throw new Error('no figures');
    // 51 of the 101 recalls.
    expect(verdict.figures.AP).toBeCloseTo(51 / 101, 9);
    expect(verdict.figures.AR100).toBe(0.5);
    const { AP, AP50, AP75, AR100 } = verdict.figures;
    expect(judge.classes).toEqual([{ class: 2, n: 2, figures: { AP, AP50, AP75, AR100 } }]);
    const table = judgedCsv({ judged: 1, verdict, classes: judge.classes, ...nothingElse }, () => 'cat, "tabby"');
    expect(table.split('\r\n').map((line) => line.split(',').slice(0, 4).join())).toEqual([
      'class,label,n,counted in',
      ',all,1,pictures',
      '2,"cat, ""tabby""",2',
      '',
    ]);
  });

  test('masks at the truth’s size, all pictures together, void left out', () => {
    const judge = new Judge();
    // The net saw the right half of a 4×2 picture, twice as fine in height.
    const half = { x: (fraction: number) => 2 + 2 * fraction, y: (fraction: number) => 2 * fraction };
    const answer = {
      kind: 'mask',
      width: 2,
      height: 4,
      mask: Uint16Array.of(0, 1, 0, 1, 1, 1, 1, 1),
      classes: 3,
    } as const;
    const mask = Uint8Array.of(255, 255, 0, 1, 255, 0, 1, 2);
    judge.add({ kind: 'mask', mask: { width: 4, height: 2, mask } }, answer, half);
    // What lies beside the part that the net saw is as its edge.
    expect(judge.classes.map(({ n, figures }) => [n, figures['IoU']])).toEqual([
      [2, 1 / 2],
      [2, 2 / 4],
      [1, 0],
    ]);
    expect(judge.verdict).toMatchObject({ metric: 'mIoU', iou: [1 / 2, 2 / 4, 0], pixelAccuracy: 3 / 5 });
  });
});
