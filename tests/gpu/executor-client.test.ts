// The page's client against a worker's table of jobs over message ports: values across, lanes, cancel, hung workers replaced.
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerClient, type ClientOptions, type JobClient } from '../../src/workers/border/client.ts';
import type { BorderEvent, Outcome } from '../../src/workers/border/protocol.ts';
import { serveJobs, type Job } from '../../src/workers/border/serve.ts';
import type { WorkerLike } from '../../src/workers/border/supervisor.ts';
import type { MeasureCalls, Measurement } from '../../src/workers/jobs/measure/protocol.ts';
import { measure } from '../../src/workers/jobs/measure/serve.ts';
import { gpu } from './rig.ts';

const dawn = await gpu();
const net = {
  name: 'small',
  text: 'input 3x16x24\nconv k3 s2 c8\nmbconv k3 s2 c12 e3\npool\nlinear c10\n',
  precision: 'f32',
  budgetMs: 1,
} as const;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface LongCalls {
  /** Pauses until it is cancelled; `done` hears of each slice. */
  work(ticket: number): Promise<Outcome<never>>;
  forgets(ticket: number): Promise<Outcome<number>>;
}

/** Work on the CPU that takes turns with what waits. */
const long: Job = {
  name: 'long',
  serve: ({ shared, tell }): LongCalls => ({
    work: (ticket) =>
      shared(ticket, async ({ pause }) => {
        for (;;) {
          const start = performance.now();
          while (performance.now() - start < 50);
          await pause();
          tell('slice');
        }
      }),
    forgets: (ticket) => shared(ticket, () => new Promise(() => undefined)),
  }),
};

/** A worker that is a port to jobs in this process; `mute`: nobody answers. */
function spawn(mute = false): WorkerLike & { readonly terminated: boolean } {
  const { port1, port2 } = new MessageChannel();
  let terminated = false;
  const stop = mute ? () => undefined : serveJobs(port2, [measure, long], () => dawn);
  const worker = Object.assign(port1, {
    terminate() {
      terminated = true;
      stop();
      port1.close();
    },
  });
  return Object.defineProperty(worker, 'terminated', { get: () => terminated }) as unknown as WorkerLike & {
    readonly terminated: boolean;
  };
}

function connect(options: Partial<ClientOptions> = {}): { client: WorkerClient; measuring: JobClient<MeasureCalls> } {
  const client = new WorkerClient({ spawn: () => spawn(), ...options });
  cleanups.push(() => client.dispose());
  return { client, measuring: client.job<MeasureCalls>('measure') };
}

const measureWith = (
  measuring: JobClient<MeasureCalls>,
  hooks: Parameters<typeof measuring.call>[1] = {},
): Promise<Outcome<Measurement>> =>
  measuring.call((calls, ticket) => calls.measure(ticket, net), { repeat: true, ...hooks });

describe('the client', () => {
  it('opens and measures across the border, with first numbers and progress', async () => {
    const events: BorderEvent[] = [];
    const shares: number[] = [];
    const firsts: unknown[] = [];
    const { client, measuring } = connect({ onEvent: (event) => events.push(event) });
    expect((await client.open()).ok).toBe(true);
    const outcome = await measureWith(measuring, {
      onProgress: (_, share) => shares.push(share),
      onFirst: (first) => firsts.push(first),
    });
    expect(outcome.ok && outcome.value.profile.dispatchMs.length > 5).toBe(true);
    expect(firsts).toHaveLength(1);
    expect(shares.at(-1)).toBe(1);
    expect(events.filter((event) => event.event === 'state').map(({ state }) => state)).toEqual(['ready']);
    expect(events.filter((event) => event.event === 'gpu-error')).toEqual([]);
  });

  it('plans without a device for a plain GPU', async () => {
    const { measuring } = connect();
    const outcome = await measuring.call((calls, ticket) => calls.plan(ticket, net));
    expect(outcome.ok && outcome.value.dispatches.length > 2).toBe(true);
  });

  it('gives failures as values', async () => {
    const { measuring } = connect();
    const wrong = await measuring.call((calls, ticket) => calls.measure(ticket, { ...net, text: 'nonsense' }));
    expect(!wrong.ok && wrong.problem).toEqual({
      kind: 'internal',
      message: expect.stringContaining('does not make a net') as unknown,
    });
    const aborted = await measureWith(measuring, { signal: AbortSignal.abort() });
    expect(!aborted.ok && aborted.problem.kind).toBe('aborted');
    expect((await measureWith(measuring)).ok).toBe(true);
  });

  it('cancels within 100 ms, and what was measured leaves the lane free', async () => {
    const { measuring } = connect();
    await measureWith(measuring);
    for (const stage of ['Compiling shaders', 'First run', 'Timing layers']) {
      const stop = new AbortController();
      let at = 0;
      const outcome = await measureWith(measuring, {
        signal: stop.signal,
        onProgress: (what) => {
          if (what !== stage || at > 0) return;
          at = performance.now();
          stop.abort();
        },
      });
      expect(!outcome.ok && outcome.problem.kind, stage).toBe('aborted');
      expect(performance.now() - at, stage).toBeLessThan(100);
    }
    expect((await measureWith(measuring)).ok).toBe(true);
  });

  it('lets a measurement pass long work, which goes on after it', async () => {
    const slices: number[] = [];
    const { client, measuring } = connect();
    const working = client.job<LongCalls, string>('long', { onEvent: () => slices.push(performance.now()) });
    const stop = new AbortController();
    const work = working.call((calls, ticket) => calls.work(ticket), { signal: stop.signal });
    await expect.poll(() => slices.length).toBeGreaterThan(1);
    let began = 0;
    expect((await measureWith(measuring, { onProgress: () => (began ||= performance.now()) })).ok).toBe(true);
    const ended = performance.now();
    const during = slices.filter((at) => at > began + 5 && at < ended - 5);
    expect(during, 'slices of the work within the measurement').toEqual([]);
    const before = slices.length;
    await expect.poll(() => slices.length).toBeGreaterThan(before);
    stop.abort();
    const outcome = await work;
    expect(!outcome.ok && outcome.problem.kind).toBe('aborted');
  });

  it('replaces a hung worker: a call that can be made again is answered, another one is told', async () => {
    const why: string[] = [];
    const spawned: ReturnType<typeof spawn>[] = [];
    const { client, measuring } = connect({
      deadAfterMs: 2500,
      spawn: () => {
        const worker = spawn();
        spawned.push(worker);
        return worker;
      },
      onStopped: (reason) => why.push(reason),
    });
    const long = client.job<LongCalls>('long', { onStopped: (reason) => why.push(`long: ${reason}`) });
    expect((await client.open()).ok).toBe(true);
    const told = long.call((calls, ticket) => calls.forgets(ticket));
    // From here on the worker is deaf and dumb, as in an endless loop.
    (spawned[0] as unknown as { close(): void }).close();
    expect((await measureWith(measuring)).ok).toBe(true);
    const outcome = await told;
    expect(!outcome.ok && outcome.problem.kind).toBe('stopped');
    expect(why).toEqual(['long: no sign of life for 3 s', 'no sign of life for 3 s']);
    expect(spawned.map((worker) => worker.terminated)).toEqual([true, false]);
  });

  it('gives up on workers that never live, in words', async () => {
    const { client } = connect({ spawn: () => spawn(true), deadAfterMs: 50 });
    const outcome = await client.open();
    expect(!outcome.ok && outcome.problem).toEqual({
      kind: 'stopped',
      message: expect.stringContaining('again and again') as unknown,
    });
  }, 20_000);

  it('answers `stopped` once it was disposed', async () => {
    const { client, measuring } = connect();
    await client.open();
    client.dispose();
    const outcome = await measureWith(measuring);
    expect(!outcome.ok && outcome.problem.kind).toBe('stopped');
  });
});
