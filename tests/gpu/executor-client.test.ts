// The page's client against a served engine over message ports: values across, latest wins, cancel, hung workers replaced.
import { afterEach, describe, expect, it } from 'vitest';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import { EngineClient, type ClientOptions, type WorkerLike } from '../../src/workers/border/client.ts';
import type { EngineEvent } from '../../src/workers/border/protocol.ts';
import { serveEngine } from '../../src/workers/border/serve.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

const dawn = await gpu();
const net = tinyNet();
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A worker that is a port to an engine in this process; `mute`: nobody answers. */
function spawn(mute = false): WorkerLike & { readonly terminated: boolean } {
  const { port1, port2 } = new MessageChannel();
  let terminated = false;
  const stop = mute ? () => undefined : serveEngine(port2, () => dawn);
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

function client(options: Partial<ClientOptions> = {}): EngineClient {
  const made = new EngineClient({ spawn: () => spawn(), ...options });
  cleanups.push(() => made.dispose());
  return made;
}

async function loaded(options: Partial<ClientOptions> = {}): Promise<EngineClient> {
  const made = client(options);
  const facts = await made.open();
  if (!facts.ok) throw new Error(facts.problem.message);
  const plan = makePlan(net.graph, { caps: facts.value.capabilities });
  const outcome = await made.load(plan, () => Promise.resolve(net.params));
  expect(outcome.ok).toBe(true);
  return made;
}

async function logits(of: EngineClient): Promise<Float32Array | undefined> {
  const outcome = await of.run([net.input]);
  return outcome.ok ? outcome.value.outputs[0] : undefined;
}

describe('the client', () => {
  it('opens, loads, runs and profiles across the border, with progress', async () => {
    const events: EngineEvent[] = [];
    const shares: number[] = [];
    const made = await loaded({ onEvent: (event) => events.push(event) });
    const first = await logits(made);
    expect(first?.length).toBe(10);
    expect(await logits(made)).toEqual(first);
    const profiled = await made.profile([net.input], 2, { onProgress: (share) => shares.push(share) });
    expect(profiled.ok && profiled.value.dispatchMs.length > 5).toBe(true);
    expect(shares.at(-1)).toBe(1);
    expect(events.some((event) => event.event === 'state' && event.state === 'ready')).toBe(true);
    expect(events.filter((event) => event.event === 'gpu-error')).toEqual([]);
  });

  it('lets the latest of waiting runs win', async () => {
    const made = await loaded();
    const outcomes = await Promise.all([1, 2, 3].map(() => made.runLatest([net.input])));
    expect(outcomes.map((outcome) => (outcome.ok ? 'ran' : outcome.problem.kind))).toEqual([
      'ran',
      'superseded',
      'ran',
    ]);
  });

  it('gives failures as values', async () => {
    const made = await loaded();
    const wrong = await made.run([new Float32Array(3)]);
    expect(!wrong.ok && wrong.problem).toEqual({
      kind: 'internal',
      message: expect.stringContaining('3 numbers') as unknown,
    });
    const controller = new AbortController();
    controller.abort();
    const aborted = await made.run([net.input], [0], { signal: controller.signal });
    expect(!aborted.ok && aborted.problem.kind).toBe('aborted');
    expect((await logits(made))?.length).toBe(10);
  });

  it('replaces a hung worker, loads the net again and answers', async () => {
    const why: string[] = [];
    const spawned: ReturnType<typeof spawn>[] = [];
    const made = await loaded({
      deadAfterMs: 2500,
      spawn: () => {
        const worker = spawn();
        spawned.push(worker);
        return worker;
      },
      onRestart: (reason) => why.push(reason),
    });
    const expected = await logits(made);
    // From here on the worker is deaf and dumb, as in an endless loop.
    (spawned[0] as unknown as { close(): void }).close();
    expect(await logits(made)).toEqual(expected);
    expect(why).toEqual(['no sign of life for 3 s']);
    expect(spawned.map((worker) => worker.terminated)).toEqual([true, false]);
  });

  it('gives up on workers that never live, in words', async () => {
    const made = client({ spawn: () => spawn(true), deadAfterMs: 50 });
    const outcome = await made.open();
    expect(!outcome.ok && outcome.problem).toEqual({
      kind: 'stopped',
      message: expect.stringContaining('again and again') as unknown,
    });
  }, 20_000);

  it('answers `stopped` once it was disposed', async () => {
    const made = await loaded();
    made.dispose();
    const outcome = await made.run([net.input]);
    expect(!outcome.ok && outcome.problem.kind).toBe('stopped');
  });
});
