// Faces without a download: 68 points of a mean face moved by a few modes, turned and placed, and a drawing of them.
import { Draws } from '../../search/random.ts';

type Point = readonly [x: number, y: number];

/** Points of the 68 of 300-W: chin line, brows, nose, eyes, mouth outside and inside. */
export const facePoints = 68;
/** Outer corners of the eyes: their distance is what errors are held against. */
export const eyeCorners = [36, 45] as const;
/** Modes by how much they move the points; a tolerant teacher keeps the first. */
const deviations = [0.34, 0.22, 0.2, 0.16, 0.14, 0.12, 0.1, 0.08] as const;
export const faceModes = deviations.length;

const arc = (count: number, of: (t: number) => Point): Point[] =>
  Array.from({ length: count }, (_, i) => of(count === 1 ? 0 : i / (count - 1)));
const ring = (count: number, x: number, y: number, w: number, h: number): Point[] =>
  Array.from({ length: count }, (_, i): Point => {
    const turn = Math.PI + (2 * Math.PI * i) / count;
    return [x + w * Math.cos(turn), y + h * Math.sin(turn)];
  });

/** The points for modes `b`: turn to the side, nod, width, mouth open, smile, brows, eyes open, nose. Units: half a face; y down. */
function shaped(b: readonly number[]): Point[] {
  const [side = 0, nod = 0, wide = 0, open = 0, smile = 0, brow = 0, eye = 0, nose = 0] = b;
  const width = 1 + 0.6 * wide;
  const mouth = 0.14 + 0.5 * Math.max(-0.24, open);
  const corner = -0.3 * smile;
  const flat: Point[] = [
    ...arc(17, (t): Point => [-0.78 * width * Math.cos(Math.PI * t), 0.95 * Math.sin(Math.PI * t) ** 0.8]),
    ...arc(5, (t): Point => [-0.66 + 0.46 * t, -0.42 - 0.1 * Math.sin(Math.PI * t) - 0.5 * brow]),
    ...arc(5, (t): Point => [0.2 + 0.46 * t, -0.42 - 0.1 * Math.sin(Math.PI * t) - 0.5 * brow]),
    ...arc(4, (t): Point => [0, -0.22 + (0.4 + nose) * t]),
    ...arc(5, (t): Point => [-0.16 + 0.32 * t, 0.28 + nose + 0.04 * Math.sin(Math.PI * t)]),
    ...ring(6, -0.42, -0.2, 0.19, 0.08 + 0.4 * Math.max(-0.15, eye)),
    ...ring(6, 0.42, -0.2, 0.19, 0.08 + 0.4 * Math.max(-0.15, eye)),
    ...ring(12, 0, 0.56, 0.34 + 0.3 * smile, mouth).map(([x, y]): Point => [x, y + corner * (x / 0.34) ** 2]),
    ...ring(8, 0, 0.56, 0.25 + 0.3 * smile, mouth * 0.5).map(([x, y]): Point => [x, y + corner * (x / 0.34) ** 2]),
  ];
  // A ball's front: what lies in the middle moves, what lies at the rim stays.
  return flat.map(([x, y]): Point => {
    const depth = Math.max(0, 1 - 0.6 * x * x - 0.4 * y * y);
    return [x + 0.8 * side * depth, y + 0.5 * nod * depth];
  });
}

export interface DrawnFace {
  /** `[side, side, 3]`, −1 to 1. */
  readonly pixels: Float32Array;
  /** x and y of each point in turn, −1 to 1 over the picture. */
  readonly points: Float32Array;
  /** The same face with its first modes alone. */
  readonly tolerant: Float32Array;
}

/** Face `index` of the set `seed`; `kept`: modes that the tolerant points have. */
export function face(seed: number, index: number, side: number, kept: number): DrawnFace {
  const draws = new Draws(seed, index, 21);
  const b = deviations.map((deviation) => deviation * Math.max(-2, Math.min(2, draws.normal())));
  const between = (low: number, high: number): number => low + (high - low) * draws.uniform();
  const [size, turn, dx, dy] = [between(0.5, 0.68), between(-0.25, 0.25), between(-0.15, 0.15), between(-0.15, 0.1)];
  const place = (points: readonly Point[]): Point[] =>
    points.map(([x, y]): Point => {
      const [cos, sin] = [Math.cos(turn) * size, Math.sin(turn) * size];
      return [dx + cos * x - sin * y, dy + sin * x + cos * y];
    });
  const points = place(shaped(b));
  const tolerant = place(shaped(b.map((value, mode) => (mode < kept ? value : 0))));
  return {
    pixels: drawn(points, side, draws),
    points: Float32Array.from(points.flat()),
    tolerant: Float32Array.from(tolerant.flat()),
  };
}

function drawn(points: readonly Point[], side: number, draws: Draws): Float32Array {
  const skin = 0.45 + 0.45 * draws.uniform();
  const [hue, light, back, hair] = Array.from({ length: 4 }, () => draws.uniform()) as [number, number, number, number];
  const part = (from: number, to: number): readonly Point[] => points.slice(from, to);
  const chin = part(0, 17);
  const [left, right] = [chin[0] as Point, chin[16] as Point];
  const middle: Point = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
  const wide = Math.hypot(right[0] - left[0], right[1] - left[1]) / 2;
  const features: readonly (readonly [readonly Point[], readonly [number, number, number]])[] = [
    [part(36, 42), [0.95, 0.95, 0.95]],
    [part(42, 48), [0.95, 0.95, 0.95]],
    [part(48, 60), [0.75 * skin + 0.15, 0.25, 0.28]],
    [part(60, 68), [0.2, 0.05, 0.05]],
  ];
  const lines: readonly (readonly [readonly Point[], number])[] = [
    [part(17, 22), 0.05],
    [part(22, 27), 0.05],
    [part(27, 31), 0.025],
    [part(31, 36), 0.03],
  ];
  const pupils = [part(36, 42), part(42, 48)].map(centre);
  const pixels = new Float32Array(side * side * 3);
  for (let row = 0, at = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const here: Point = [((column + 0.5) / side) * 2 - 1, ((row + 0.5) / side) * 2 - 1];
      let [r, g, b] = [0.2 + 0.6 * back, 0.25 + 0.5 * hue, 0.3 + 0.5 * light];
      const above = Math.hypot((here[0] - middle[0]) / wide, (here[1] - middle[1]) / (1.05 * wide));
      if (here[1] < middle[1] + 0.1 && above < 1.15) [r, g, b] = [0.15 + 0.4 * hair, 0.1 + 0.25 * hair, 0.08];
      const isFace = inside(chin, here) || (here[1] <= middle[1] + 0.05 && above < 0.92);
      if (isFace) {
        const shade = 1 - 0.25 * (light - 0.5) * (here[0] - middle[0]);
        [r, g, b] = [skin * shade, 0.78 * skin * shade, 0.64 * skin * shade];
      }
      for (const [outline, colour] of features) if (inside(outline, here)) [r, g, b] = colour;
      for (const [x, y] of pupils) if (Math.hypot(here[0] - x, here[1] - y) < 0.06) [r, g, b] = [0.1, 0.1, 0.15];
      for (const [line, reach] of lines) if (along(line, here) < reach) [r, g, b] = [0.5 * r, 0.45 * g, 0.4 * b];
      for (const value of [r, g, b])
        pixels[at++] = Math.min(1, Math.max(-1, 2 * (value + 0.06 * (draws.uniform() - 0.5)) - 1));
    }
  return pixels;
}

const centre = (points: readonly Point[]): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
];

/** Crossings of a ray to the right are odd. */
function inside(outline: readonly Point[], [x, y]: Point): boolean {
  let odd = false;
  outline.forEach(([ax, ay], i) => {
    const [bx, by] = outline[(i + 1) % outline.length] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  });
  return odd;
}

/** Distance to a line of straight pieces. */
function along(line: readonly Point[], [x, y]: Point): number {
  return line.slice(1).reduce((least, [bx, by], i) => {
    const [ax, ay] = line[i] as Point;
    const [dx, dy] = [bx - ax, by - ay];
    const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    return Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }, Infinity);
}
