// EfficientNet's compound scaling: one number φ sets depth, width and resolution together (arXiv 1905.11946 §3.3).
import type { Header } from '../../../graph/architecture.ts';
import { limits } from '../../../graph/limits.ts';

export const alpha = 1.2;
export const beta = 1.1;
export const gamma = 1.15;

export interface Scaled {
  readonly width: number;
  readonly depth: number;
  /** Side of the picture in pixels. */
  readonly side: number;
}

const twoDigits = (value: number): number => Math.round(value * 100) / 100;

/** depth = α^φ, width = β^φ, side = base · γ^φ; the multipliers to two digits, the side to the nearest multiple of 8. */
export const scaledBy = (phi: number, base: number): Scaled => ({
  depth: twoDigits(alpha ** phi),
  width: twoDigits(beta ** phi),
  side: Math.min(limits.side, Math.max(8, Math.round((base * gamma ** phi) / 8) * 8)),
});

/** What the authors published for φ = 0…7 (B0…B7): rounder numbers than the formula gives. Source: their efficientnet_builder. */
export const published: readonly Scaled[] = [
  { width: 1, depth: 1, side: 224 },
  { width: 1, depth: 1.1, side: 240 },
  { width: 1.1, depth: 1.2, side: 260 },
  { width: 1.2, depth: 1.4, side: 300 },
  { width: 1.4, depth: 1.8, side: 380 },
  { width: 1.6, depth: 2.2, side: 456 },
  { width: 1.8, depth: 2.6, side: 528 },
  { width: 2, depth: 3.1, side: 600 },
];

type Knobs = Pick<Header, 'width' | 'depth' | 'input'>;

/** The φ whose width and depth a header has, by the formula or as published (B2's are the formula's at φ = 1); undefined when none fits. */
export function phiOf(header: Knobs): number | undefined {
  const { width, depth } = header;
  const exact = publishedPhi(header);
  if (exact !== undefined) return exact;
  const phi = Math.round((Math.log(width) / Math.log(beta)) * 4) / 4;
  const scaled = scaledBy(phi, 224);
  if (phi >= -4 && phi <= 10 && scaled.width === width && scaled.depth === depth) return phi;
  const known = published.findIndex((candidate) => candidate.width === width && candidate.depth === depth);
  return known < 0 ? undefined : known;
}

/** The φ whose published net has all three numbers of a header. */
const publishedPhi = ({ width, depth, input: [, height] }: Knobs): number | undefined => {
  const known = published.findIndex(
    (scaled) => scaled.width === width && scaled.depth === depth && scaled.side === height,
  );
  return known < 0 ? undefined : known;
};

/** The side at φ = 0 that scales to the header's own: what a new φ is reckoned from. */
export function baseSide(header: Knobs): number {
  if (publishedPhi(header) !== undefined) return 224;
  const [, height] = header.input;
  return Math.max(8, Math.round(height / gamma ** (phiOf(header) ?? 0) / 8) * 8);
}
