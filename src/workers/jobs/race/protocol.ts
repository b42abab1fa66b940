// What crosses the borders of the race: a net and a setting in, a row of figures out; of the page, of `bench:peers` and of the worker that runs it.
import type { GivenNet } from '../../../graph/notation/check.ts';
import type { Outcome } from '../../border/protocol.ts';
import type { AdapterIdentity } from '../../engine/device.ts';
import type { PairedDifference } from '../../engine/estimate.ts';
import type { Calls } from './census.ts';
import type { PeerFiles } from './peer.ts';

export interface RaceSetting {
  readonly net: GivenNet;
  readonly precision: 'f32' | 'int8';
  /** Rounds and warm-up runs at most; fewer where `seconds` are over, but one of each at least. */
  readonly pairs: number;
  readonly warmUp: number;
  /** Time for the whole race: a third at most goes to warming up. */
  readonly seconds: number;
  readonly target: 'device' | 'gpu';
  /** Keys of the peers that run. */
  readonly peers: readonly string[];
  /** Keys of the peers for which `navigator.gpu` is hidden: what the census says of one that falls back. */
  readonly hidden: readonly string[];
  readonly files: PeerFiles;
}

type Interval = PairedDifference['interval'];

export interface PeerResult {
  readonly title: string;
  readonly on: 'WebGPU' | 'WASM';
  readonly version: string;
  readonly how?: string;
  /** Median. */
  readonly ms: number;
  readonly p90Ms: number;
  /** 95 %, of the median; null after a single round. */
  readonly interval: Interval | null;
  readonly calls: Calls;
  /** True where it should run on WebGPU and made no dispatch: its time is a CPU's. */
  readonly fellBack: boolean;
  /** Median of ours / median of this peer. */
  readonly ratio: number;
  /** 95 %, of ours / this peer, round by round; null after a single round. */
  readonly ratioInterval: Interval | null;
  /** Rounds that ours won. */
  readonly wins: number;
  /** Largest |ours − theirs| over the first output, in its standard deviations. */
  readonly difference: number;
}

export interface NotRaced {
  readonly title: string;
  /** Why, in words. */
  readonly cannot: string;
}

export interface RaceRow {
  readonly net: string;
  readonly input: number;
  readonly precision: RaceSetting['precision'];
  readonly target: RaceSetting['target'];
  readonly oursMs: number;
  readonly ours: { readonly p90Ms: number; readonly interval: Interval | null; readonly calls: Calls };
  readonly pairs: number;
  readonly peers: Readonly<Record<string, PeerResult | NotRaced>>;
}

export interface RaceResult {
  readonly adapter: AdapterIdentity;
  readonly row: RaceRow;
}

export type TellProgress = (what: string, share: number) => void;

/** Calls of the worker that holds the runtimes (src/workers/race.worker.ts). */
export interface RacerCalls {
  /** Rejects with Error, a sentence's rest, where ours cannot run the net. */
  race(setting: RaceSetting, tell: TellProgress): Promise<RaceResult>;
}

/** Calls of the GPU worker's job, which keeps the GPU free for the race. */
export interface RaceCalls {
  /** `racer` leads to the worker with the runtimes. */
  race(ticket: number, setting: RaceSetting, racer: MessagePort): Promise<Outcome<RaceResult>>;
}
