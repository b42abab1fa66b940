// Leaves without a download: outlines of a few species, healthy or with a disease each drawn by what it looks like.
import { Draws } from '../../search/random.ts';

const species = ['oval', 'lobed', 'toothed'] as const;
const states = ['healthy', 'spots', 'rust', 'mildew', 'blight'] as const;

/** One class a species and state. */
export const leafClasses: readonly string[] = species.flatMap((kind) => states.map((state) => `${kind}, ${state}`));

/** Radius of the outline in direction `t`, of a leaf of length 1 whose tip is at 0. */
const outlines: Readonly<Record<(typeof species)[number], (t: number) => number>> = {
  oval: (t) => 0.62 * (1 + 0.35 * Math.cos(2 * t)),
  lobed: (t) => 0.66 * (1 + 0.18 * Math.cos(2 * t)) * (1 + 0.24 * Math.cos(7 * t)),
  toothed: (t) => 0.6 * (1 + 0.2 * Math.cos(2 * t) + 0.12 * Math.abs(Math.sin(9 * t))),
};

export interface DrawnLeaf {
  /** `[side, side, 3]`, −1 to 1. */
  readonly pixels: Float32Array;
  readonly label: number;
}

/** Leaf `index` of the set `seed`. */
export function leaf(seed: number, index: number, side: number): DrawnLeaf {
  const draws = new Draws(seed, index, 31);
  const between = (low: number, high: number): number => low + (high - low) * draws.uniform();
  const label = draws.below(leafClasses.length);
  const outline = outlines[species[Math.floor(label / states.length)] as (typeof species)[number]];
  const state = states[label % states.length] as (typeof states)[number];
  const [turn, size, dx, dy] = [between(0, 2 * Math.PI), between(0.95, 1.25), between(-0.1, 0.1), between(-0.1, 0.1)];
  const [green, soil, lit, way] = [between(0.4, 0.7), between(0.2, 0.5), between(0, 0.3), between(0, 2 * Math.PI)];
  const discs = (count: number, least: number, most: number): (readonly [number, number, number])[] =>
    Array.from({ length: count }, () => {
      const [t, r] = [between(0, 2 * Math.PI), Math.sqrt(draws.uniform())];
      const reach = 0.75 * r * outline(t);
      return [reach * Math.cos(t), reach * Math.sin(t), between(least, most)] as const;
    });
  const spots = state === 'spots' ? discs(5 + draws.below(4), 0.08, 0.15) : [];
  const dots = state === 'rust' ? discs(24 + draws.below(12), 0.03, 0.05) : [];
  const patches = state === 'mildew' ? discs(3 + draws.below(3), 0.18, 0.3) : [];
  const blight = between(0.05, 0.3);
  const pixels = new Float32Array(side * side * 3);
  for (let row = 0, at = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [u, v] = [((column + 0.5) / side) * 2 - 1 - dx, ((row + 0.5) / side) * 2 - 1 - dy];
      const [x, y] = [
        (Math.cos(turn) * u + Math.sin(turn) * v) / size,
        (-Math.sin(turn) * u + Math.cos(turn) * v) / size,
      ];
      const radius = Math.hypot(x, y);
      let colour: readonly [number, number, number] = [soil + 0.1, soil, 0.8 * soil];
      if (radius < outline(Math.atan2(y, x))) {
        colour = [0.45 * green, green, 0.3 * green];
        const isVein = Math.abs(y) < 0.025 || Math.abs(Math.abs(y) - ((x + 10) % 0.28)) < 0.02;
        if (isVein) colour = [0.65 * green, 1.2 * green, 0.45 * green];
        const near = (all: readonly (readonly [number, number, number])[]): number =>
          all.reduce((least, [a, b, r]) => Math.min(least, Math.hypot(x - a, y - b) / r), Infinity);
        const [spot, dot, patch] = [near(spots), near(dots), near(patches)];
        if (spot < 1.4) colour = spot < 0.7 ? [0.35, 0.22, 0.12] : spot < 1 ? [0.12, 0.08, 0.05] : [0.8, 0.75, 0.25];
        if (dot < 1) colour = [0.85, 0.45, 0.1];
        if (patch < 1) colour = mixed(colour, [0.9, 0.9, 0.88], 0.85 * (1 - patch ** 2));
        if (state === 'blight' && x > blight + 0.3 * Math.abs(y)) colour = [0.45, 0.33, 0.16];
      }
      const light = 1 + lit * (Math.cos(way) * u + Math.sin(way) * v);
      for (const value of colour)
        pixels[at++] = Math.min(1, Math.max(-1, 2 * (value * light + 0.08 * (draws.uniform() - 0.5)) - 1));
    }
  return { pixels, label };
}

const mixed = (
  [a, b, c]: readonly [number, number, number],
  [d, e, f]: readonly [number, number, number],
  share: number,
): readonly [number, number, number] => [a + (d - a) * share, b + (e - b) * share, c + (f - c) * share];
