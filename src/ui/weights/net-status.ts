// How far a net is with its weights, what belongs to it, and who is told.
import type { RecognizedNet } from '../../graph/presets/recognize.ts';
import type { Preparation } from '../../graph/pictures/preprocess.ts';
import type { Path, VisionEvent } from '../../workers/jobs/vision/protocol.ts';
import type { WeightsFacts } from '../../workers/weights/protocol.ts';
import type { WeightsChoice } from './choice.ts';

export type NetStatus =
  /** The net on the page has no weights yet. */
  | { readonly kind: 'closed' }
  /** `before`: what was open with the same weights, when the same net is opened again for other layers. */
  | { readonly kind: 'opening'; readonly what: string; readonly share: number; readonly before?: Opened }
  | ({ readonly kind: 'open' } & Opened)
  | Refused;

/** Weights that were not loaded, and why. */
export interface RefusedWeights {
  readonly kind: 'mismatch';
  readonly choice: WeightsChoice;
  /** Their name. */
  readonly weights: string;
  readonly lines: readonly string[];
  /** Nets that they do fit, the likeliest first. */
  readonly offers: readonly RecognizedNet[];
  /** Names and shapes fit; the values are no numbers. */
  readonly unsound: boolean;
}
export type Refused = RefusedWeights | { readonly kind: 'failed'; readonly text: string };

export interface Opened {
  /** Of the net. */
  readonly hash: string;
  readonly path: Path;
  readonly weights: WeightsFacts;
}

/** What was open before weights that may not fit. */
export interface Fallback {
  readonly choice: WeightsChoice;
  readonly status: Extract<NetStatus, { kind: 'open' }>;
  readonly edited: Partial<Preparation>;
  readonly claimed: boolean;
}

/** What features and heads belong to: a net with its weights. */
export interface NetOrigin {
  /** Name of the net, for the reader. */
  readonly net: string;
  /** {@link netHash} of the net. */
  readonly netHash: string;
  /** SHA-256 of the weights, hex. */
  readonly weights: string;
}

export const sameOrigin = (a: NetOrigin, b: NetOrigin): boolean => a.netHash === b.netHash && a.weights === b.weights;

/** Who asks the net about pictures is told of it. */
export interface NetListener {
  /** A net is open with these weights. */
  opened(weights: WeightsFacts): void;
  /** The net is no longer asked: what it answered is void. */
  closed(): void;
  event(event: VisionEvent): void;
  /** The worker is gone, and with it its pictures. */
  stopped(why: string): void;
}
