// What crosses the border of the job that quantizes: nets with weights, pictures, calibrations, and what each of them costs.
import type { Preprocessing } from '../../../graph/pictures/preprocess.ts';
import type { Agreement } from '../../../graph/quant/compare.ts';
import type { CalibrationMethod } from '../../../graph/quant/observers.ts';
import type { Recipe } from '../../../graph/quant/quantize.ts';
import type { Interval } from '../../../graph/quant/scheme.ts';
import type { Sensitivity } from '../../../graph/quant/sensitivity.ts';
import type { ValueSpread } from '../../../graph/quant/spread.ts';
import type { VerdictColumn, VerdictLayer } from '../../../graph/quant/verdict.ts';
import type { AdapterIdentity } from '../../engine/device.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { WeightsFacts, WeightsRef } from '../../weights/protocol.ts';

export interface BenchRequest {
  /** Identity of the net (src/graph/link/link.ts). */
  readonly hash: string;
  readonly name: string;
  /** Architecture text. */
  readonly text: string;
  readonly weights: WeightsRef;
  /** Of the published checkpoint, where the weights do not say themselves how pictures are prepared. */
  readonly preprocessing: Partial<Preprocessing>;
}

/** Where nets run while they are compared. */
export type BenchPath =
  | { readonly kind: 'webgpu'; readonly adapter: AdapterIdentity; readonly packedDot: boolean }
  /** The integer reference; `why` says why not on the GPU. */
  | { readonly kind: 'cpu'; readonly why: string };

/** A layer of the folded net, by the value that it makes. */
export interface BenchLayer {
  readonly id: string;
  /** `pointwise`, `depthwise`, `conv2d`, `elementwise`, … */
  readonly op: string;
  /** Why it has no integer form; absent when it has one. */
  readonly whyFloat?: string;
}

export type OpenedBench =
  | {
      readonly fits: true;
      readonly path: BenchPath;
      readonly weights: WeightsFacts;
      readonly layers: readonly BenchLayer[];
    }
  /** Nothing was loaded: what does not fit, one sentence a kind of mismatch. */
  | { readonly fits: false; readonly mismatch: readonly string[] };

/** What is decided before ranges are chosen. */
export type Treatment = Pick<Recipe, 'perChannel' | 'equalized'>;

export interface CalibratorRow {
  readonly method: CalibrationMethod;
  /** Against the float net on the same pictures. */
  readonly agreement: Agreement;
  /** Ranges of the watched values, by id. */
  readonly ranges: ReadonlyMap<string, Interval>;
}

/** How a calibrated value's numbers are spread, and the share of them outside of each method's range. */
export interface CalibratedSpread extends ValueSpread {
  readonly clipped: ReadonlyMap<CalibrationMethod, number>;
}

export interface LayerNoise extends BenchLayer {
  readonly integer: boolean;
  /** Signal to noise against the float net, dB; Infinity where both are equal. */
  readonly sqnrDb: number;
}

export interface Assessment {
  readonly agreement: Agreement;
  readonly layers: readonly LayerNoise[];
}

export interface KeptFloat {
  readonly float: readonly string[];
  readonly agreement: Agreement;
  /** False: the target does not hold even with all layers in float. */
  readonly met: boolean;
}

/** A verdict's columns; times are absent where there is no GPU to take them on. */
export type ComparedColumn = Omit<VerdictColumn, 'totalMs' | 'latencyMs'> & {
  readonly totalMs?: number;
  readonly latencyMs?: number;
};

export interface ComparedNets {
  readonly columns: readonly ComparedColumn[];
  /** Empty without a GPU. */
  readonly layers: readonly VerdictLayer[];
  readonly sentence: string;
}

/** A quantized file that was read. */
export interface LoadedFile {
  readonly name: string;
  /** The net in the notation. */
  readonly text: string;
  readonly recipe: Recipe;
}

/** Calls never reject; `ticket` names one for `cancel` and for progress. Recipes name the net that is worked on. */
export interface QuantizeCalls {
  open(ticket: number, request: BenchRequest): Promise<Outcome<OpenedBench>>;
  /** Takes the pictures' place that calibrate and compare; the bitmaps are the worker's from now on. */
  pictures(ticket: number, bitmaps: readonly ImageBitmap[]): Promise<Outcome<number>>;
  /** Calibrates, then quantizes with every method and compares. */
  compare(ticket: number, treatment: Treatment): Promise<Outcome<readonly CalibratorRow[]>>;
  /** Of a value that was watched by the last {@link compare}. */
  spread(value: string, equalized: boolean): Promise<Outcome<CalibratedSpread>>;
  assess(ticket: number, recipe: Recipe): Promise<Outcome<Assessment>>;
  /** One layer at a time, the worst first. */
  rank(ticket: number, recipe: Recipe): Promise<Outcome<readonly Sensitivity[]>>;
  /** Of the quantized net with the float one. */
  agreement(ticket: number, recipe: Recipe): Promise<Outcome<Agreement>>;
  /** The fewest of `ranking` kept in float so that `target` holds. */
  until(ticket: number, recipe: Recipe, ranking: readonly string[], target: number): Promise<Outcome<KeptFloat>>;
  verdict(ticket: number, recipe: Recipe): Promise<Outcome<ComparedNets>>;
  /** The file's bytes. */
  save(ticket: number, recipe: Recipe): Promise<Outcome<Uint8Array>>;
  load(ticket: number, bytes: Uint8Array): Promise<Outcome<LoadedFile>>;
  /** The net of the last file stands for its recipe, on the bench of the net with this hash; `undefined`: no longer. */
  adopt(hash: string | undefined): void;
}
