// Runs in the browser: the same step of training on every runtime, interleaved, with the first step and every GPU call counted.
import { counted, type Calls } from '../../../src/workers/jobs/race/census.ts';
import { jax } from './jax.ts';
import { ours } from './ours.ts';
import { trainTask, type TrainPeer, type TrainRunner } from './task.ts';
import { tfjs } from './tfjs.ts';

const field: readonly TrainPeer[] = [ours, tfjs, jax];

export interface TrainSetting {
  readonly size: number;
  readonly batch: number;
  /** Timed steps of each. */
  readonly steps: number;
  readonly peers: readonly string[];
}

interface Result {
  readonly title: string;
  readonly version: string;
  /** From opening to the first loss: building, compiling and one step. */
  readonly firstStepMs: number;
  readonly ms: number;
  readonly calls: Calls;
  /** Of every step, the first one before any update. */
  readonly losses: readonly number[];
}

export interface TrainRow {
  readonly net: string;
  readonly size: number;
  readonly batch: number;
  readonly steps: number;
  readonly runtimes: Readonly<Record<string, Result | { readonly title: string; readonly cannot: string }>>;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
};

interface Run {
  readonly peer: TrainPeer;
  readonly runner: TrainRunner;
  readonly firstStepMs: number;
  readonly calls: Calls;
  readonly losses: number[];
  readonly ms: number[];
}

async function opened(peer: TrainPeer, setting: TrainSetting): Promise<Run> {
  const task = trainTask(setting.size, setting.batch);
  const start = performance.now();
  const runner = await peer.open(task);
  const losses = [await runner.step()];
  const firstStepMs = performance.now() - start;
  const calls = await counted(async () => void losses.push(await runner.step()));
  return { peer, runner, firstStepMs, calls, losses, ms: [] };
}

export async function raceTraining(setting: TrainSetting): Promise<TrainRow> {
  const runs: Run[] = [];
  const runtimes: Record<string, TrainRow['runtimes'][string]> = {};
  for (const peer of field.filter(({ key }) => setting.peers.includes(key))) {
    try {
      runs.push(await opened(peer, setting));
    } catch (error) {
      runtimes[peer.key] = { title: peer.title, cannot: error instanceof Error ? error.message : String(error) };
    }
  }
  for (let round = 0; round < setting.steps; round++)
    // Whoever starts changes from round to round.
    for (let i = 0; i < runs.length; i++) {
      const run = runs[(i + round) % runs.length]!;
      const start = performance.now();
      run.losses.push(await run.runner.step());
      run.ms.push(performance.now() - start);
    }
  for (const { peer, runner, firstStepMs, calls, losses, ms } of runs) {
    runner.end();
    runtimes[peer.key] = {
      title: peer.title,
      version: peer.version,
      firstStepMs,
      ms: median(ms),
      calls,
      losses,
    };
  }
  const { size, batch, steps } = setting;
  return { net: 'mobilenetv2_035', size, batch, steps, runtimes };
}
