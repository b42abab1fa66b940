// One net on our engine and on its peers, same weights, same input, interleaved, with every GPU call counted.
import { difference, estimate } from '../../engine/estimate.ts';
import { counted, type Calls } from './census.ts';
import { field, type Entrant } from './field.ts';
import { adapter, openOurs } from './ours.ts';
import type { RaceInput, Raced } from './peer.ts';
import type { PeerResult, RaceResult, RaceSetting, TellProgress } from './protocol.ts';
import { prepare } from './subject.ts';

function differenceOf(got: Float32Array, expected: Float32Array): number {
  const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
  const deviation = Math.sqrt(expected.reduce((a, b) => a + (b - mean) ** 2, 0) / expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] as number))), 0) / deviation;
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

/** Who runs, with the times of the rounds. */
interface Runs {
  readonly runner: Raced;
  readonly calls: Calls;
  readonly last: Float32Array;
  readonly ms: number[];
}

/** Ends early at `until`, in the worker's milliseconds. */
async function warmed(runner: Raced, picture: RaceInput, warmUp: number, until: number): Promise<Runs> {
  let last = new Float32Array();
  for (let i = 0; i < warmUp && (i === 0 || performance.now() < until); i++)
    last = Float32Array.from(await runner.run(picture));
  return { runner, last, calls: await counted(() => runner.run(picture)), ms: [] };
}

/** Share of the whole at which the rounds begin. */
const opened = 0.4;

/** Rejects with Error where ours cannot run the net; a peer that cannot is named with its sentence. */
export async function race(setting: RaceSetting, tell: TellProgress): Promise<RaceResult> {
  const { net, precision, warmUp, target, files } = setting;
  const begun = performance.now();
  tell('Making weights and files of the net', 0);
  const { subject, picture } = await prepare(net, precision);
  const chosen = field.filter(({ key }) => setting.peers.includes(key));
  // Each has its share of the third.
  const share = (setting.seconds * 1000) / 3 / (chosen.length + 1);
  const warm = (runner: Raced): Promise<Runs> => warmed(runner, picture, warmUp, performance.now() + share);
  tell('Opening ours', 0.05);
  const ours = await warm(await openOurs(subject, target));
  const others = new Map<Entrant, Runs>();
  const cannot = new Map<Entrant, string>();
  for (const [i, entrant] of chosen.entries()) {
    tell(`Opening ${entrant.title}`, opened * ((i + 1) / (chosen.length + 1)));
    try {
      const peer = await entrant.load();
      const open = (): Promise<Raced> => peer.open(subject, files);
      const runner = await (setting.hidden.includes(entrant.key) ? withoutGpu(open) : open());
      others.set(entrant, await warm(runner));
    } catch (error) {
      cannot.set(entrant, error instanceof Error ? error.message : String(error));
    }
  }
  const all = [ours, ...others.values()];
  let pairs = 0;
  for (let longest = 0; pairs < setting.pairs; pairs++) {
    const start = performance.now();
    if (pairs > 0 && start + longest > begun + setting.seconds * 1000) break;
    tell(`Round ${pairs + 1} of ${setting.pairs}`, opened + ((1 - opened) * pairs) / setting.pairs);
    // Whoever starts changes from round to round, so that nobody always runs on a warm machine.
    for (let i = 0; i < all.length; i++) {
      const runs = all[(i + pairs) % all.length] as Runs;
      const from = performance.now();
      await runs.runner.run(picture);
      runs.ms.push(performance.now() - from);
    }
    longest = Math.max(longest, performance.now() - start);
  }
  for (const { runner } of all) await runner.end();
  const own = estimate(ours.ms);
  return {
    adapter: await adapter(),
    row: {
      net: net.name,
      input: subject.shape[1] as number,
      precision,
      target,
      oursMs: own.ms,
      ours: { p90Ms: own.p90Ms, interval: own.interval ?? null, calls: ours.calls },
      pairs,
      peers: Object.fromEntries([
        ...[...others].map(([entrant, runs]) => [entrant.key, resultOf(entrant, runs, ours)] as const),
        ...[...cannot].map(([entrant, sentence]) => [entrant.key, { title: entrant.title, cannot: sentence }] as const),
      ]),
    },
  };
}

function resultOf({ title, on }: Entrant, { runner, ms, calls, last }: Runs, ours: Runs): PeerResult {
  const time = estimate(ms);
  const ratios = ours.ms.map((own, i) => own / (ms[i] as number));
  return {
    title,
    on,
    version: runner.version,
    ...(runner.how !== undefined && { how: runner.how }),
    ms: time.ms,
    p90Ms: time.p90Ms,
    interval: time.interval ?? null,
    calls,
    fellBack: on === 'WebGPU' && calls.dispatches === 0,
    ratio: estimate(ours.ms).ms / time.ms,
    ratioInterval: ratios.length > 1 ? difference(ratios).interval : null,
    wins: ours.ms.filter((own, i) => own < (ms[i] as number)).length,
    difference: differenceOf(ours.last, last),
  };
}
