// The frame that was answered and what is drawn over it on one canvas, as the page shows them: what a recorded video holds.
import { percent } from '../../../parts/format.ts';
import { classColour } from '../tasks/class-colour.ts';
import { maskPixels } from '../tasks/mask-pixels.ts';
import { across, type Drawn } from '../tasks/overlay.ts';

export interface VideoScene {
  /** The very frame, or the camera's picture. */
  readonly source: ImageData | HTMLVideoElement;
  readonly width: number;
  readonly height: number;
  readonly mirror: boolean;
  readonly task: Drawn;
  /** Below the picture's edge: the net, its time, a classifier's answer. */
  readonly caption: string;
}

type Context = CanvasRenderingContext2D;

/** Pixels that a canvas can scale and mirror. */
function plate(pixels: ImageData): OffscreenCanvas {
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return canvas;
}

/** Draws at `left`, pixels; the canvas has room for `width` × `height` there. */
export function drawScene(context: Context, scene: VideoScene, left = 0): void {
  const { source, width, height, mirror, task, caption } = scene;
  context.save();
  context.translate(left, 0);
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  context.save();
  if (mirror) context.transform(-1, 0, 0, 1, width, 0);
  context.drawImage(source instanceof ImageData ? plate(source) : source, 0, 0, width, height);
  drawMask(context, scene);
  context.restore();
  const unit = Math.max(10, Math.round(height / 32));
  context.font = `${unit}px sans-serif`;
  context.textBaseline = 'middle';
  if (task.answer?.kind === 'boxes') drawBoxes(context, scene, unit);
  if (task.answer?.kind === 'points' && !task.absent) drawPoints(context, scene, unit);
  label(context, caption, { x: 0, y: height - 1.5 * unit, unit, back: 'rgb(0 0 0 / 70%)', ink: '#fff' });
  context.restore();
}

function label(
  context: Context,
  text: string,
  { x, y, unit, back, ink }: { x: number; y: number; unit: number; back: string; ink: string },
): void {
  if (text === '') return;
  context.fillStyle = back;
  context.fillRect(x, y, context.measureText(text).width + unit, 1.5 * unit);
  context.fillStyle = ink;
  context.fillText(text, x + unit / 2, y + 0.8 * unit);
}

function drawMask(context: Context, { task, width, height }: VideoScene): void {
  const { answer, place, filled, only, opacity } = task;
  if ((answer?.kind !== 'mask' && answer?.kind !== 'matte') || !place) return;
  const pixels = plate(maskPixels(answer, filled, (index) => only.size === 0 || only.has(index)));
  const [x0, y0] = [place.x(0) * width, place.y(0) * height];
  context.globalAlpha = opacity;
  context.drawImage(pixels, x0, y0, place.x(filled[0]) * width - x0, place.y(filled[1]) * height - y0);
  context.globalAlpha = 1;
}

function drawBoxes(context: Context, { task, width, height, mirror }: VideoScene, unit: number): void {
  const { answer, place } = task;
  if (answer?.kind !== 'boxes' || !place) return;
  const x = (fraction: number): number => (across(place.x(fraction), mirror) * width) / 100;
  const y = (fraction: number): number => place.y(fraction) * height;
  for (const { class: index, score, box, points = [] } of answer.boxes) {
    const colour = classColour(index);
    const [x0, x1] = [x(box[0]), x(box[2])].sort((a, b) => a - b) as [number, number];
    const [y0, y1] = [y(box[1]), y(box[3])];
    context.strokeStyle = colour;
    context.lineWidth = Math.max(2, unit / 8);
    context.strokeRect(x0, y0, x1 - x0, y1 - y0);
    const above = y0 >= 1.5 * unit;
    label(context, `${task.nameOf(index)} ${percent(score)}`, {
      x: x0,
      y: above ? y0 - 1.5 * unit : y0,
      unit,
      back: colour,
      ink: '#000',
    });
    context.fillStyle = colour;
    for (const [px, py] of points) dot(context, x(px), y(py), unit / 5);
  }
}

function drawPoints(context: Context, { task, width, height, mirror }: VideoScene, unit: number): void {
  const { answer, place } = task;
  if (answer?.kind !== 'points' || !place) return;
  context.fillStyle = '#4df0c8';
  const radius = answer.points.length > 100 ? unit / 12 : unit / 6;
  for (const [px = 0, py = 0] of answer.points)
    dot(context, (across(place.x(px), mirror) * width) / 100, place.y(py) * height, radius);
}

function dot(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, Math.max(1, radius), 0, 2 * Math.PI);
  context.fill();
}
