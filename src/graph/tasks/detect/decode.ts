// Box codes → boxes, by the coders that the nets were trained with.
import type { Anchors } from './anchors.ts';

/** Four numbers a box, in fractions of the net's input: top, left, bottom, right. */
export type Boxes = Float64Array;

export interface DecodedBoxes {
  readonly boxes: Boxes;
  /** Points a box, x and y in turn, in fractions of the net's input. */
  readonly points?: Float64Array;
}

/** `faster_rcnn_box_coder` with its usual scales 10, 10, 5, 5; torchvision's BoxCoder has the same weights, x before y, and this cap. */
export const [placeScale, sizeScale] = [10, 5] as const;
export const torchvisionCap = Math.log(1000 / 16);

function ssdBoxes(
  codes: ArrayLike<number>,
  anchors: Anchors,
  order: readonly [number, number, number, number],
  cap: number,
): Boxes {
  const boxes = new Float64Array(anchors.length);
  const [ty, tx, th, tw] = order;
  for (let i = 0; i < anchors.length; i += 4) {
    const [h, w] = [anchors[i + 2] as number, anchors[i + 3] as number];
    const cy = ((codes[i + ty] as number) / placeScale) * h + (anchors[i] as number);
    const cx = ((codes[i + tx] as number) / placeScale) * w + (anchors[i + 1] as number);
    const height = Math.exp(Math.min(cap, (codes[i + th] as number) / sizeScale)) * h;
    const width = Math.exp(Math.min(cap, (codes[i + tw] as number) / sizeScale)) * w;
    boxes[i] = cy - height / 2;
    boxes[i + 1] = cx - width / 2;
    boxes[i + 2] = cy + height / 2;
    boxes[i + 3] = cx + width / 2;
  }
  return boxes;
}

/** TensorFlow's order: y, x, height, width. */
export const tensorflowBoxes = (codes: ArrayLike<number>, anchors: Anchors): Boxes =>
  ssdBoxes(codes, anchors, [0, 1, 2, 3], Infinity);

/** torchvision's order: x, y, width, height. */
export const torchvisionBoxes = (codes: ArrayLike<number>, anchors: Anchors): Boxes =>
  ssdBoxes(codes, anchors, [1, 0, 3, 2], torchvisionCap);

/** MediaPipe's: `code` values an anchor in pixels of an input of `size`; centre x and y, width, height, then points. */
export function blazeBoxes(codes: ArrayLike<number>, anchors: Anchors, code: number, size: number): DecodedBoxes {
  const count = anchors.length / 4;
  const boxes = new Float64Array(anchors.length);
  const values = code - 4;
  const points = new Float64Array(count * values);
  for (let i = 0; i < count; i++) {
    const [ay, ax] = [anchors[4 * i] as number, anchors[4 * i + 1] as number];
    const at = (k: number): number => (codes[i * code + k] as number) / size;
    const [cx, cy, w, h] = [at(0) + ax, at(1) + ay, at(2), at(3)];
    boxes.set([cy - h / 2, cx - w / 2, cy + h / 2, cx + w / 2], 4 * i);
    for (let k = 0; k < values; k++) points[i * values + k] = at(4 + k) + (k % 2 === 0 ? ax : ay);
  }
  return { boxes, points };
}
