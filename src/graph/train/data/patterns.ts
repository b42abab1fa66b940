// A picture set without a download: six shapes, solid or striped, where colour tells nothing; each picture a function of (seed, index).
import { fnv1a, mulberry32 } from '../../random.ts';

const shapes = ['disc', 'square', 'triangle', 'star', 'cross', 'ring'] as const;
const fills = ['solid', 'stripes'] as const;
type PatternShape = (typeof shapes)[number];
type PatternFill = (typeof fills)[number];

/** One class a shape and fill. */
export const patternClasses: readonly string[] = shapes.flatMap((shape) => fills.map((fill) => `${fill} ${shape}`));

type Colour = readonly [number, number, number];

function hsv(h: number, s: number, v: number): Colour {
  const channel = (n: number): number => {
    const k = (n + h * 6) % 6;
    return v - v * s * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

const modulo = (a: number, b: number): number => ((a % b) + b) % b;

/** Signed distance to a shape of unit size, negative inside. */
function distance(shape: PatternShape, x: number, y: number): number {
  const r = Math.hypot(x, y);
  const angle = Math.atan2(y, x);
  switch (shape) {
    case 'disc':
      return r - 0.8;
    case 'ring':
      return Math.abs(r - 0.62) - 0.2;
    case 'square':
      return Math.max(Math.abs(x), Math.abs(y)) - 0.68;
    case 'cross': {
      const bar = (along: number, across: number): number => Math.max(Math.abs(along) - 0.85, Math.abs(across) - 0.27);
      return Math.min(bar(x, y), bar(y, x));
    }
    case 'triangle': {
      const k = Math.PI / 3;
      return r * Math.cos(modulo(angle, 2 * k) - k) - 0.5;
    }
    case 'star': {
      // The edge between the outer point (0.95, 0) and the inner one at angle π/5.
      const k = Math.PI / 5;
      const b = Math.abs(modulo(angle + k, 2 * k) - k);
      const [ox, ix, iy] = [0.95, 0.42 * Math.cos(k), 0.42 * Math.sin(k)];
      const [px, py] = [r * Math.cos(b), r * Math.sin(b)];
      return ((px - ox) * iy - py * (ix - ox)) / Math.hypot(ix - ox, iy);
    }
  }
}

interface Placed {
  readonly shape: PatternShape;
  readonly fill: PatternFill;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly turn: number;
  readonly colour: Colour;
  readonly second: Colour;
  readonly phase: number;
  readonly frequency: number;
}

function place(pixels: Float64Array, side: number, p: Placed): void {
  const [cos, sin] = [Math.cos(p.turn), Math.sin(p.turn)];
  for (let row = 0, at = 0; row < side; row++)
    for (let column = 0; column < side; column++, at += 3) {
      const dx = (((column + 0.5) / side) * 2 - 1 - p.x) / p.size;
      const dy = (((row + 0.5) / side) * 2 - 1 - p.y) / p.size;
      const [x, y] = [cos * dx + sin * dy, -sin * dx + cos * dy];
      const cover = Math.min(1, Math.max(0, 0.5 - (distance(p.shape, x, y) * p.size * side) / 2));
      if (cover === 0) continue;
      const lit = p.fill === 'solid' || Math.sin(2 * Math.PI * p.frequency * x + p.phase) > 0;
      const colour = lit ? p.colour : p.second;
      for (let c = 0; c < 3; c++)
        pixels[at + c] = (pixels[at + c] as number) * (1 - cover) + (colour[c] as number) * cover;
    }
}

/**
 * Picture `index` of the set `seed`: `[side, side, 3]`, values 0 to 1, and its class. `difficulty` 0 to 1 turns on rotation, position, size,
 * weaker contrast, distractors, an occluding bar and noise.
 */
export function pattern(
  seed: number,
  index: number,
  side: number,
  difficulty: number,
): { readonly pixels: Float32Array; readonly label: number } {
  const next = mulberry32(fnv1a(`patterns/${seed}/${index}`));
  const u = (low = 0, high = 1): number => low + (high - low) * next();
  const d = difficulty;
  const label = Math.floor(u() * patternClasses.length);
  const shape = shapes[Math.floor(label / fills.length)] as PatternShape;
  const fill = fills[label % fills.length] as PatternFill;
  const hue = u();
  const background = hsv(hue, u(0.1, 0.6), u(0.25, 0.75));
  const angle = u(0, 2 * Math.PI);
  const pixels = new Float64Array(side * side * 3);
  const at = (i: number): number => ((i + 0.5) / side) * 2 - 1;
  for (let i = 0; i < pixels.length; i++) {
    const pixel = Math.floor(i / 3);
    const light = at(pixel % side) * Math.cos(angle) + at(Math.floor(pixel / side)) * Math.sin(angle);
    pixels[i] = (background[i % 3] as number) * (1 + 0.25 * light);
  }
  for (let i = Math.round(3 * d); i > 0; i--) {
    const other = shapes[Math.floor(u() * shapes.length)] as PatternShape;
    const [x, y, size, turn] = [u(-0.9, 0.9), u(-0.9, 0.9), u(0.12, 0.22), u(0, 6.28)];
    const colour = hsv(u(), u(0.3, 0.9), u(0.3, 0.9));
    place(pixels, side, {
      shape: other,
      fill: 'solid',
      x,
      y,
      size,
      turn,
      colour,
      second: background,
      phase: 0,
      frequency: 1,
    });
  }
  const contrast = (0.55 - 0.35 * d) / 2;
  const dark = (background[0] + background[1] + background[2]) / 3 < 0.5;
  const [turned, saturation] = [u(0.3, 0.7), u(0.5, 1)];
  const value = Math.min(1, Math.max(0, (dark ? 0.5 + contrast : 0.5 - contrast) + u(-0.1, 0.1)));
  const colour = hsv((hue + turned) % 1, saturation, value);
  const second = background.map((part, c) => part * 0.4 + (colour[c] as number) * 0.1) as unknown as Colour;
  const [x, y] = [u(-0.3, 0.3) * (0.5 + d), u(-0.3, 0.3) * (0.5 + d)];
  const size = u(0.75 - 0.3 * d, 0.9);
  const turn = d > 0 ? u(0, 6.28) : 0;
  place(pixels, side, { shape, fill, x, y, size, turn, colour, second, phase: u(0, 6.28), frequency: u(1.2, 1.8) });
  if (u() < d / 2) {
    const [centre, upright, bar] = [u(-0.6, 0.6), u() < 0.5, hsv(u(), 0.5, 0.5)];
    for (let pixel = 0; pixel < side * side; pixel++)
      if (Math.abs(at(upright ? pixel % side : Math.floor(pixel / side)) - centre) < 0.12) pixels.set(bar, pixel * 3);
  }
  const noise = mulberry32(fnv1a(`patterns/${seed}/${index}/noise`));
  const strength = 2 * (0.02 + 0.15 * d);
  return {
    pixels: Float32Array.from(pixels, (part) => Math.min(1, Math.max(0, part + (noise() - 0.5) * strength))),
    label,
  };
}
