// A lost device at every stage of the work: the engine opens another, loads the plan again and gives the right answer.
import { describe, expect, it } from 'vitest';
import { makePlan } from '../../src/graph/plan/make-plan.ts';
import { Engine, type EngineState } from '../../src/workers/engine/engine.ts';
import { gpu } from './rig.ts';
import { tinyNet } from './tiny-net.ts';

const { graph, tensors, input } = tinyNet();
const dawn = await gpu();
const engineWith = (options: Partial<ConstructorParameters<typeof Engine>[0]> = {}): Engine =>
  new Engine({ gpu: () => dawn, wait: () => Promise.resolve(), ...options });

/** Kills the engine's device `after` milliseconds from now. */
async function killSoon(engine: Engine, after: number): Promise<void> {
  const { device } = await engine.open();
  if (after > 0) await new Promise((resolve) => setTimeout(resolve, after));
  device.destroy();
}

describe('recovery', () => {
  it('survives 20 losses during compile, upload, run and read-back', async () => {
    const states: EngineState[] = [];
    const engine = engineWith({ onState: (state) => states.push(state) });
    const { capabilities } = await engine.open();
    const plan = makePlan(graph, { caps: capabilities });
    await engine.load(plan, tensors);
    const [expected] = await engine.run([input]);
    const generation = engine.generation;
    for (let loss = 0; loss < 20; loss++) {
      const after = loss % 5;
      if (loss % 2 === 0) {
        const loading = engine.load(plan, tensors);
        await killSoon(engine, after);
        await loading;
      } else {
        const running = engine.run([input]);
        await killSoon(engine, after);
        expect((await running)[0]).toEqual(expected);
      }
      expect((await engine.run([input]))[0]).toEqual(expected);
    }
    expect(engine.generation).toBe(generation + 20);
    expect(states.filter((state) => state === 'recovering').length).toBe(20);
    expect(engine.state).toBe('ready');
    engine.close();
  });

  it('waits 0, 1 and 4 seconds, then gives up in words', async () => {
    const waits: number[] = [];
    let available = true;
    const engine = engineWith({
      gpu: () => (available ? dawn : undefined),
      wait: (ms) => Promise.resolve(void waits.push(ms)),
    });
    const { device, capabilities } = await engine.open();
    await engine.load(makePlan(graph, { caps: capabilities }), tensors);
    available = false;
    device.destroy();
    await device.lost;
    await expect(engine.run([input])).rejects.toThrow('three attempts');
    expect(waits).toEqual([1000, 4000]);
    expect(engine.state).toBe('failed');
  });

  it('says at once that there is no WebGPU', async () => {
    await expect(engineWith({ gpu: () => undefined }).open()).rejects.toThrow('no WebGPU');
  });

  it('does not open again after it was closed', async () => {
    const engine = engineWith();
    const { capabilities } = await engine.open();
    await engine.load(makePlan(graph, { caps: capabilities }), tensors);
    const running = engine.run([input]);
    engine.close();
    await expect(running).rejects.toThrow();
    expect(engine.state).toBe('closed');
  });
});
