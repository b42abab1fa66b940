// A lost device at every stage of the work: the engine opens another, the plan is loaded again and gives the right answer.
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import { NoDeviceError } from '../../src/workers/engine/device.ts';
import { blocked, Engine, type EnginePhase } from '../../src/workers/engine/engine.ts';
import { LoadedNet } from '../../src/workers/engine/loaded-net.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

const { graph, tensors, input } = tinyNet();
const dawn = await gpu();
const engineWith = (options: Partial<ConstructorParameters<typeof Engine>[0]> = {}): Engine =>
  new Engine({ gpu: () => dawn, wait: () => Promise.resolve(), ...options });
const load = async (engine: Engine): Promise<LoadedNet> =>
  LoadedNet.load(engine, makePlan(graph, { caps: (await engine.open()).capabilities }), tensors);

/** Kills the engine's device `after` milliseconds from now. */
async function killSoon(engine: Engine, after: number): Promise<void> {
  const { device } = await engine.open();
  if (after > 0) await new Promise((resolve) => setTimeout(resolve, after));
  device.destroy();
}

/** Waits until the engine is in that state. */
const until = (engine: Engine, state: EnginePhase): Promise<void> =>
  expect.poll(() => engine.state, { timeout: 10_000 }).toBe(state);

describe('recovery', () => {
  it('survives 20 losses during compile, upload, run and read-back', async () => {
    const states: EnginePhase[] = [];
    const engine = engineWith({ onState: (state) => states.push(state) });
    const net = await load(engine);
    const [expected] = await net.run([input]);
    const { generation } = engine;
    for (let loss = 0; loss < 20; loss++) {
      const after = loss % 5;
      if (loss % 2 === 0) {
        const loading = load(engine);
        await killSoon(engine, after);
        (await loading).destroy();
      } else {
        const running = net.run([input]);
        await killSoon(engine, after);
        expect((await running)[0]).toEqual(expected);
      }
      expect((await net.run([input]))[0]).toEqual(expected);
    }
    expect(engine.generation).toBe(generation + 20);
    expect(states.filter((state) => state === 'recovering').length).toBe(20);
    expect(engine.state).toBe('ready');
    engine.close();
  });

  it('brings a lost device back although nobody is at work', async () => {
    let opened = 0;
    const engine = engineWith({ onState: (state) => (opened += state === 'ready' ? 1 : 0) });
    const { device } = await engine.open();
    device.destroy();
    await expect.poll(() => opened, { timeout: 10_000 }).toBe(2);
    expect(engine.state).toBe('ready');
    engine.close();
  });

  it('waits 0, 1 and 4 seconds, then says that the browser blocks it; asked again, it tries once and comes back', async () => {
    const waits: number[] = [];
    let available = true;
    const engine = engineWith({
      gpu: () => (available ? dawn : undefined),
      wait: (ms) => Promise.resolve(void waits.push(ms)),
    });
    const net = await load(engine);
    const [expected] = await net.run([input]);
    available = false;
    (await engine.open()).device.destroy();
    await until(engine, 'failed');
    expect(waits).toEqual([1000, 4000]);
    await expect(net.run([input])).rejects.toThrow(blocked);
    expect(waits, 'no waiting where it was given up').toEqual([1000, 4000]);
    available = true;
    expect((await net.run([input]))[0]).toEqual(expected);
    expect(engine.state).toBe('ready');
    engine.close();
  });

  it('says at once that there is no WebGPU', async () => {
    const none = engineWith({ gpu: () => undefined });
    await expect(none.open()).rejects.toThrow(NoDeviceError);
    await expect(none.open()).rejects.toThrow('no WebGPU');
  });

  it('does not open again after it was closed', async () => {
    const engine = engineWith();
    const net = await load(engine);
    const running = net.run([input]);
    engine.close();
    await expect(running).rejects.toThrow();
    expect(engine.state).toBe('closed');
  });
});

describe('a loaded net', () => {
  it('stops loading at once when it is cancelled, and leaves nothing on the device', async () => {
    const engine = engineWith();
    const stop = new AbortController();
    const plan = makePlan(graph, { caps: (await engine.open()).capabilities });
    const loading = LoadedNet.load(engine, plan, tensors, { signal: stop.signal });
    await new Promise((resolve) => setTimeout(resolve));
    const start = performance.now();
    stop.abort(new Error('cancelled by the test'));
    await expect(loading).rejects.toThrow('cancelled by the test');
    expect(performance.now() - start).toBeLessThan(100);
    await expect(load(engine).then((net) => net.run([input]))).resolves.toHaveLength(1);
    engine.close();
  });

  it('answers the runs under way when it is freed, and none later', async () => {
    const engine = engineWith();
    const net = await load(engine);
    const [expected] = await net.run([input]);
    const running = [net.run([input]), net.run([input])];
    net.destroy();
    expect((await Promise.all(running)).map(([logits]) => logits)).toEqual([expected, expected]);
    await expect(net.run([input])).rejects.toThrow('closed');
    engine.close();
  });
});
