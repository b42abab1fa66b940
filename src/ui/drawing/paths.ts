// The lines between blocks: down a column, through the gutter into the next, round a block, and across to where a branch joins. Pixels at zoom 1.
import type { PlacedEdge, PlacedUnit, Rect } from './placed.ts';
import { sizes } from './sizes.ts';

type Path = Pick<PlacedEdge, 'path' | 'at'>;

export const straight = (from: Rect, to: Rect): Path => {
  const [x, toX] = [from.x + from.width / 2, to.x + to.width / 2];
  const y = from.y + from.height;
  const middle = (y + to.y) / 2;
  return { path: x === toX ? `M${x} ${y}V${to.y}` : `M${x} ${y}V${middle}H${toX}V${to.y}`, at: [x, middle] };
};

/**
 * From the last block of a column (from its sum, when it is residual) up through the gutter into the head of the next one, whose
 * band is at `band`; into the first column of a band through the lane above that band.
 */
export function elbow(from: PlacedUnit, to: Rect, band: number, begins: boolean): Path {
  const r = 8;
  const { residual } = from.unit;
  const startX = residual ? from.x + from.width / 2 + 5.5 : from.x + from.width;
  const startY = residual ? from.y + from.height + sizes.gapY / 2 - 4 : from.y + from.height / 2;
  const gutter = to.x - 24;
  const endX = to.x + to.width / 2;
  const top = band + sizes.header - 12;
  const into = `H${endX - r}Q${endX} ${top} ${endX} ${top + r}V${to.y}`;
  if (begins) {
    const lane = band - 26;
    const side = from.x + from.width + 14;
    const path = `M${startX} ${startY}H${side - r}Q${side} ${startY} ${side} ${startY + r}V${lane - r}Q${side} ${lane} ${side - r} ${lane}H${gutter + r}Q${gutter} ${lane} ${gutter} ${lane + r}V${top - r}Q${gutter} ${top} ${gutter + r} ${top}${into}`;
    return { path, at: [gutter, lane] };
  }
  const path = `M${startX} ${startY}H${gutter - r}Q${gutter} ${startY} ${gutter} ${startY - r}V${top + r}Q${gutter} ${top} ${gutter + r} ${top}${into}`;
  return { path, at: [gutter, (startY + top) / 2] };
}

/** From the edge above a block round its left side to the edge below it. */
export function skip(box: Rect): Path {
  const x = box.x + box.width / 2;
  const left = box.x - 14;
  const top = box.y - sizes.gapY / 2;
  const bottom = box.y + box.height + sizes.gapY / 2 - 4;
  const r = 8;
  const path = `M${x} ${top}H${left + r}Q${left} ${top} ${left} ${top + r}V${bottom - r}Q${left} ${bottom} ${left + r} ${bottom}H${x - 5}`;
  return { path, at: [x, bottom] };
}

export function curve(points: readonly (readonly [number, number])[]): Path {
  const [first, ...rest] = points;
  const middle = points[Math.floor(points.length / 2)] ?? [0, 0];
  if (!first) return { path: '', at: middle };
  let path = `M${first[0]} ${first[1]}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (!next) path += `L${point[0]} ${point[1]}`;
    else path += `Q${point[0]} ${point[1]} ${(point[0] + next[0]) / 2} ${(point[1] + next[1]) / 2}`;
  });
  return { path, at: middle };
}

/** From a block to one that does not follow it: down the side of a column, across to another column, or down to another band. */
export function branch(from: Rect, to: Rect): Path {
  const [startX, startY] = [from.x + from.width, from.y + from.height / 2];
  const endY = to.y + to.height / 2;
  if (to.x > startX) {
    const middle = (startX + to.x) / 2;
    return { path: `M${startX} ${startY}C${middle} ${startY} ${middle} ${endY} ${to.x} ${endY}`, at: [middle, endY] };
  }
  if (to.x === from.x && to.y > from.y) {
    const [endX, side] = [to.x + to.width, Math.max(startX, to.x + to.width) + 18];
    return { path: `M${startX} ${startY}C${side} ${startY} ${side} ${endY} ${endX} ${endY}`, at: [side, endY] };
  }
  const [x, y, toX] = [from.x + from.width / 2, from.y + from.height, to.x + to.width / 2];
  const middle = (y + to.y) / 2;
  return { path: `M${x} ${y}C${x} ${middle} ${toX} ${middle} ${toX} ${to.y}`, at: [toX, middle] };
}
