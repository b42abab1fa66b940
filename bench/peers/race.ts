// Runs in the browser: one net on our engine and on its peers, same weights, same input, interleaved, with every GPU call counted.
import type { AdapterIdentity } from '../../src/workers/engine/device.ts';
import { counted, type Calls } from './census.ts';
import { litertWasm } from './litert.ts';
import { ortWasm, ortWebgpu } from './ort.ts';
import { adapter, openOurs } from './ours.ts';
import type { Peer, Picture, Runner } from './peer.ts';
import { prepare } from './subject.ts';
import { tfjsWebgpu } from './tfjs.ts';

const peers: readonly Peer[] = [ortWebgpu, ortWasm, tfjsWebgpu, litertWasm];

export interface Setting {
  readonly net: string;
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
}

export interface PeerResult {
  readonly title: string;
  readonly on: Peer['on'];
  readonly version: string;
  readonly how?: string;
  readonly ms: number;
  readonly p90Ms: number;
  readonly calls: Calls;
  /** True where it should run on WebGPU and made no dispatch: its time is a CPU's. */
  readonly fellBack: boolean;
  /** Median of ours / median of this peer. */
  readonly ratio: number;
  /** Pairs that ours won. */
  readonly wins: number;
  /** Largest |ours − theirs| over the first output, in its standard deviations. */
  readonly difference: number;
}

export interface RaceRow {
  readonly net: string;
  readonly input: number;
  readonly precision: Setting['precision'];
  readonly target: Setting['target'];
  readonly oursMs: number;
  readonly ours: { readonly p90Ms: number; readonly calls: Calls };
  readonly pairs: number;
  readonly peers: Readonly<Record<string, PeerResult | { readonly title: string; readonly cannot: string }>>;
}

const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
};
const median = (values: readonly number[]): number => (quantile(values, 0.5) + quantile(values, 0.5 - 1e-9)) / 2;

function differenceOf(got: Float32Array, expected: Float32Array): number {
  const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
  const deviation = Math.sqrt(expected.reduce((a, b) => a + (b - mean) ** 2, 0) / expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - (got[i] as number)))) / deviation;
}

/** Runs `open` with `navigator.gpu` gone. */
async function withoutGpu<T>(open: () => Promise<T>): Promise<T> {
  Object.defineProperty(navigator, 'gpu', { value: undefined, configurable: true });
  try {
    return await open();
  } finally {
    Reflect.deleteProperty(navigator, 'gpu');
  }
}

/** Who runs, with the times of the pairs. */
interface Runs {
  readonly runner: Runner;
  readonly calls: Calls;
  readonly last: Float32Array;
  readonly ms: number[];
}

/** Ends early at `until`, in the page's milliseconds. */
async function warmed(runner: Runner, picture: Picture, warmUp: number, until: number): Promise<Runs> {
  let last = new Float32Array();
  for (let i = 0; i < warmUp && (i === 0 || performance.now() < until); i++)
    last = Float32Array.from(await runner.run(picture));
  return { runner, last, calls: await counted(() => runner.run(picture)), ms: [] };
}

export async function race(setting: Setting): Promise<{ adapter: AdapterIdentity; row: RaceRow }> {
  const { net, precision, warmUp, target } = setting;
  const begun = performance.now();
  const { subject, picture } = await prepare(net, precision);
  const chosen = peers.filter(({ key }) => setting.peers.includes(key));
  // Each has its share of the third.
  const share = (setting.seconds * 1000) / 3 / (chosen.length + 1);
  const warm = (runner: Runner): Promise<Runs> => warmed(runner, picture, warmUp, performance.now() + share);
  const ours = await warm(await openOurs(subject, target));
  const others = new Map<Peer, Runs>();
  const cannot = new Map<Peer, string>();
  for (const peer of chosen) {
    try {
      const open = (): Promise<Runner> => peer.open(subject);
      const runner = await (setting.hidden.includes(peer.key) ? withoutGpu(open) : open());
      others.set(peer, await warm(runner));
    } catch (error) {
      cannot.set(peer, error instanceof Error ? error.message : String(error));
    }
  }
  const time = async (runs: Runs): Promise<void> => {
    const start = performance.now();
    await runs.runner.run(picture);
    runs.ms.push(performance.now() - start);
  };
  const field = [ours, ...others.values()];
  let pairs = 0;
  for (let longest = 0; pairs < setting.pairs; pairs++) {
    const start = performance.now();
    if (pairs > 0 && start + longest > begun + setting.seconds * 1000) break;
    // Whoever starts changes from round to round, so that nobody always runs on a warm machine.
    for (let i = 0; i < field.length; i++) await time(field[(i + pairs) % field.length]!);
    longest = Math.max(longest, performance.now() - start);
  }
  for (const { runner } of field) await runner.end();
  const own = median(ours.ms);
  const result = (peer: Peer, { runner, ms, calls, last }: Runs): PeerResult => ({
    title: peer.title,
    on: peer.on,
    version: runner.version,
    ...(runner.how !== undefined && { how: runner.how }),
    ms: median(ms),
    p90Ms: quantile(ms, 0.9),
    calls,
    fellBack: peer.on === 'WebGPU' && calls.dispatches === 0,
    ratio: own / median(ms),
    wins: ours.ms.filter((each, i) => each < ms[i]!).length,
    difference: differenceOf(ours.last, last),
  });
  return {
    adapter: await adapter(),
    row: {
      net,
      input: subject.shape[1]!,
      precision,
      target,
      oursMs: own,
      ours: { p90Ms: quantile(ours.ms, 0.9), calls: ours.calls },
      pairs,
      peers: Object.fromEntries([
        ...[...others].map(([peer, runs]) => [peer.key, result(peer, runs)] as const),
        ...[...cannot].map(([peer, sentence]) => [peer.key, { title: peer.title, cannot: sentence }] as const),
      ]),
    },
  };
}
